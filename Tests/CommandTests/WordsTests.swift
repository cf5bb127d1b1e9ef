import Cedar
import CedarTools
import Client
import Commitments
import Custody
import Gateway
import Importing
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import trine

/// Every error that a command can end with, as a person reads it.
@Suite struct WordsTests {
    private static let handle = Handle("northbank")!
    private static let book = BookName("invoices/2026-01")!
    private static let record = "invoices/2026-01#3"
    private static let jti = JTI(text: "AAAAAAAAAAAAAAAAAAAAAA")!
    private static let refusal = Refusal.grant(.grantToOneself)
    private static let statementError = ProofStatementError(offset: 2, reason: .notANumber)

    private static let home: [any Worded] =
        [
            HomeError.missing(path: "home"), HomeError.alreadyThere(path: "home"),
            HomeError.exposed(path: "home"),
            HomeError.busy(path: "home", holder: "trine, process 1"),
            HomeError.keyringLost(path: "home/keyring"),
            HomeError.system(path: "home", call: "open", code: 13),
            HomeError.malformed(path: "home"),
            HomeError.tooLarge(path: "home", limit: 10), HomeError.viewDamaged(path: "home"),
            KeyringError.wrongPassphrase, KeyringError.malformed, KeyringError.unknownFormat,
            KeyringError.costOutOfRange(mebibytes: 1), KeyringError.outOfMemory(mebibytes: 64),
            KeyringError.passphraseFile(path: "file"),
            KeyringError.passphraseFileExposed(path: "file"),
            KeyringError.passphraseTooShort(minimum: 12), KeyringError.noKey(.seal),
            KeyringError.eraMissing(2), KeyringError.otherRoot, KeyringError.noSlot("night"),
            KeyringError.tooManySlots(limit: 8), KeyringError.helper("night", .notNamed),
            KeyringError.helper("night", .exposed(path: "/bin/x")),
            KeyringError.helper("night", .notRun(path: "/bin/x", code: 2)),
            KeyringError.helper("night", .noAnswer), SettingsError(line: 3),
            RecoveryWordsError.count(3), RecoveryWordsError.unknown(position: 4),
            RecoveryWordsError.checksum, BackupError.notABackup, BackupError.malformed,
            BackupError.originalDiffers(directory: "home"),
            RecoveryKitError.notAKit, RecoveryKitError.unknownFormat,
            RecoveryKitError.malformed(line: "handle"), RecoveryKitError.wrongSecret,
            RecoveryKitError.ofAnother(handle),
            ContactError.malformed(line: 3), ContactError.malformedName,
            ContactError.ambiguous("bank"),
            InvitationError.onlyAddress, InvitationError.malformedSecret,
            InvitationError.notPinned, InvitationError.malformedPin,
            InvitationError.malformedAddress,
            InvitationError.plainHTTP(host: "gateway.example"),
            StoreError.superseded, StoreError.failed(.closed), StoreError.outcomeUnknown(.closed),
            StoreError.corrupt(.entry(3), .state(.wrongName)),
            StoreError.corrupt(.entries(1..<4), .state(.json(.unexpectedEnd))),
            StoreError.unreadable(.noGenesis),
            StoreError.unreadable(.ledgerOlderThanKeys(have: 3, known: 5)),
            StoreError.unreadable(.logOfAnotherLedger), StoreError.unreadable(.otherKeyring),
            StoreError.unreadable(.ledgerMissing), StoreError.unreadable(.keysMissing),
            StoreError.unreadable(.behindPublished(have: 3, published: 5)),
            StoreError.unreadable(.otherThanPublished(size: 5)),
            StoreError.unreadable(.publishedUnknown),
            GatewayDirectoryError.missing(path: "gateway"),
            GatewayDirectoryError.notAGateway(path: "gateway"),
            GatewayDirectoryError.alreadyThere(path: "gateway"),
            GatewayDirectoryError.fileMissing(path: "gateway/keyring"),
            GatewayDirectoryError.notABackup(path: "ledger", missing: "ledger/config"),
            GatewayDirectoryError.settingsDamaged(path: "gateway/config"),
            GatewayDirectoryError.exposed(path: "gateway"),
            GatewayDirectoryError.file(.system(path: "gateway", call: "open", code: 13)),
            FoundingError.alreadyFounded, FoundingError.refused(refusal),
            FoundingError.store(.superseded),
        ] + faults.map { StoreError.failed($0) }

    private static let faults: [StoreFault] =
        [
            .backupUnderWay(directory: "gateway/store"), .inUse(directory: "gateway/store"),
            .system(call: "open", path: "gateway/store/ledger.sqlite", code: 2),
            .system(call: "open", path: "gateway/store/ledger.sqlite", code: 5),
            .other(file: "ledger.sqlite", type: "DecodingError"),
            .notSynced(file: "ledger.sqlite"), .datedBefore(published: 1),
            .notErased(
                .failed(.database(file: "vault.sqlite", code: 4874, message: "disk I/O error"))),
        ]
        + [1, 5, 8, 10, 13, 14].map {
            .database(file: "ledger.sqlite", code: $0 | 18 << 8, message: "it failed")
        }
        + ([
            .overlaps("gateway"), .notADirectory, .nowhere("above"), .holds("one"), .ofAnotherStore,
            .newer, .mounted,
            .besideIt("vault.next"),
        ] as [BackupObstacle]).map { .backupPlace("vault", $0) }

    private static let problem = Problem(
        type: "https://trine.example/problems/grant-dead", title: "The grant is over", status: 409,
        facts: ["grant": .string("g")])

    private static let gateway: [any Worded] = [
        ConnectionError.unreachable("no answer"), ConnectionError.interrupted("no answer"),
        ConnectionError.refused(problem), ConnectionError.unavailable(status: 503, problem),
        ConnectionError.malformed(
            path: "/checkpoint", MessageError(place: "records/17", reason: .trailingBytes)),
        ConnectionError.answerTooLarge(path: "/checkpoint", limit: 10),
        LogFault.otherGenesis(have: Digest(hashing: []), pinned: Digest(hashing: [1])),
        LogFault.noFounding(refusal), LogFault.noFounding(nil), LogFault.describedOtherwise,
        LogFault.checkpoint(.note(.notText)), LogFault.checkpoint(.unknownLog(origin: "log")),
        LogFault.checkpoint(.quorumNotMet(have: 1, need: 2)), LogFault.tile(.notATilePath),
        LogFault.splitView(size: 3, otherSize: 4), LogFault.stale(size: 3, known: 4),
        LogFault.rolledBack(size: 3, known: 4, isProven: true),
        LogFault.rolledBack(size: 3, known: 4, isProven: false),
        LogFault.frozen(dated: Timestamp(clamping: 1), limit: 86_400),
        LogFault.timeAhead(dated: Timestamp(clamping: 1)), LogFault.undated(size: 3),
        LogFault.backdated(index: 3, seconds: 301), LogFault.notIncluded(index: 1, .emptyTree),
        LogFault.receipt(.tooLarge(bytes: 9)), LogFault.entry(index: 1, .malformedIssuer),
        LogFault.entriesWrong(from: 1, to: 3),
        LogFault.disclosures(index: 1), LogFault.withheld(index: 1),
        LogFault.typeMissing(TypeVersion(name: "order", version: 2, digest: Digest(hashing: []))),
        LogFault.outOfOrder(index: 1),
        LogFault.update(UnknownRules(rules: 2, index: 17)), UnknownRules(rules: 2, index: 17),
    ]

    private static let client: [ClientError] = [
        .notInRole(.lender, have: [.enterprise]), .notAuthority, .unknownName("bank"),
        .moreEntries(read: 100_000, of: 350_000), .noParticipant(handle),
        .correction(.replaced(by: "invoices/2026-01#2")),
        .admittedOtherwise(
            RegisteredIdentifier("vat:DE000100018")!, as: [RegisteredIdentifier("vat:DE000100017")!]
        ),
        .correction(.notOne(2, in: .invoices)), .share(.otherLog),
        .share(.otherParticipant(handle)), .share(.substituted),
        .share(.unknownKey), .share(.badSignature), .share(.otherDevice),
        .share(.otherEra(have: 1, want: 2)), .share(.otherEnvelope), .share(.closed),
        .keysNotShared(.invoices, epoch: 2), .enrolment(.notThisStep), .enrolment(.unknown("li")),
        .enrolment(.nameTaken("li")), .enrolment(.secondRequest), .enrolment(.wrongRequest),
        .enrolment(.wrongReveal), .enrolment(.otherWords),
        .notAdmitted(handle),
        .contacts(.malformedName), .noGrant("ABCD"), .noRequest("ABCD"), .requestOver(jti),
        .requestAnswered(jti, by: jti), .notNarrower(jti),
        .statement("sum", statementError), .ambiguous("ABCD", [jti, jti]), .grantOver(jti),
        .type(.seriesTaken(by: "invoice")), .type(.wrongVersion(have: 3, next: 2)),
        .type(.changed(.direction)), .type(.field("lines", .fieldClass, since: 1)),
        .notYourGrant(jti), .noFields,
        .fieldsNotGranted(["number"], granted: ["due_date"]),
        .unknownFields(["a", "b"], RecordTypes.standard.all[0]),
        .nothingCovered, .notAGrantee(handle), .granteeSuspended(handle), .notAHolder(handle),
        .forbidden(policies: [], reasons: []), .forbidden(policies: ["a"], reasons: ["So it is."]),
        .underLegalHold(book), .policiesWrong(Digest(hashing: [])), .tooManyEpochs(limit: 3),
        .envelopeTooLarge(bytes: 4, limit: 3), .envelope(.envelope), .noStatements(limit: 8),
        .notProvable("due_date", RecordTypes.standard.all[0]), .severalSeries([.bills, .invoices]),
        .untrue([]), .nothingLinked(.settles, []),
        .tooManyLinks(9, limit: 3), .tooFragmented(limit: 3),
        .noSuchBook(book), .bookClosed(book), .noSuchRecord(record), .erased(record),
        .keyElsewhere(record), .conflict(attempts: 3), .noEntry(9, of: 3),
        .noApplication(handle),
        .badApplication(handle), .fingerprintNeeded(handle), .substituted(handle),
        .founder(handle),
        .approvalsMissing(have: 1, need: 2, others: [handle]), .approvalOfAnotherMotion(handle),
        .notAMotion, .notAnApproval,
    ]

    private static let policySets: [PolicySetRefusal] =
        [
            .malformedIdentifier("A"), .template("a"), .schemaCount(0),
            .unknownSchema(file: "a.cedarschema"), .texts(.noFiles),
            .texts(.tooManyFiles(limit: 3)), .texts(.malformedName("A")),
            .texts(.duplicateName("a")), .texts(.tooLarge(bytes: 4, limit: 3)), .texts(.malformed),
        ]
        + [
            "permit (principal, action, resource);", "permit", "permit (principal, §",
            #"@id("a") permit (principal, action, resource) when { "#,
            #"@id("a") permit (principal, action, resource) when { "a };"#,
            #"@id("a") permit (principal, action, resource) when { "\q" == "" };"#,
            #"@id("a") permit (principal, action, resource) when { 99999999999999999999 == 1 };"#,
            #"@id("a") permit (principal, action, resource) when { other == 1 };"#,
            #"@id("a") permit (principal, action, resource) when { strange(1) };"#,
            #"@id("a") permit (principal, action, resource) when { principal.strange(1) };"#,
            #"@id("a") permit (principal, action, resource) when { ip("1", "2") == 1 };"#,
            #"@id("a") permit (principal, action, resource) when { ip("::1").isIpv6(1) };"#,
            #"@id("a") permit (principal, action, resource) when { isIpv6(1) };"#,
            #"@id("a") permit (principal, action, resource) when { 1 / 2 == 1 };"#,
            #"@id("a") permit (principal, action, resource) when { !!!!!!!!true };"#,
            #"@id("a") permit (principal, action, resource) when { 1 < 2 < 3 };"#,
            #"@id("a") permit (principal, action, resource) when { {a: 1, a: 2} == 1 };"#,
            #"@id("a") @id("b") permit (principal, action, resource);"#,
            #"@id("a") permit (principal == ?resource, action, resource);"#,
            #"@id("a") permit (principal, action == Role::"a", resource);"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { principal is Team };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { Action::"steal" == action };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { principal in Role::"bank" };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { principal is Log };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { context.own.colour == 1 };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { context.own.size == "micro" };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { principal.getTag("a") == 1 };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { [].isEmpty() };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { context.own == 1 };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { principal.suspended < 1 };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { context.time < datetime(context.own.size) };"#,
            #"@id("a") permit (principal, action == Action::"close", resource) when { duration("x") < duration("1d") };"#,
            #"@id("a") permit (principal is Log, action, resource);"#,
        ].compactMap { text in
            do {
                _ = try CedarPolicies(PolicyTexts([.schema, .init(name: "a.cedar", text: text)]))
                return nil
            } catch { return error as? PolicySetRefusal }
        }

    private static let leftOut: [LeftOut.Reason] = [
        .alone, .outside, .ambiguous, .noValue("due_date"), .otherSum, .notPositive,
        .otherCount(have: 1, of: "2.000"), .outOfDays(61), .entangled,
    ]

    private static let proving: [ProvingRefusal] =
        [
            .notCovered(record), .noValue(record: record, field: "due_date"),
            .otherUnit(record: record, field: "tax_amount", unit: "EUR"),
            .otherUnit(record: record, field: "tax_amount", unit: ""), .twice(record: record),
            .superseded(record: record), .erased(record: record),
        ]
        + ([
            .lists(have: 1, expected: 2), .notListed(statement: 0), .otherList(statement: 0),
            .otherCount(statement: 0, have: 1, expected: 2), .wrongGroup(statement: 0, group: 1),
            .wrongSeries(statement: 0, record: record), .twice(statement: 0, record: record),
            .notAscending(statement: 0, group: 1),
        ] as [LinkRefusal]).map { .links($0) }
        + ([
            .tooManyRecords(have: 2, limit: 1), .tooManyValues(have: 2, limit: 1),
            .tooManyStatements(have: 2, limit: 1),
            .tooManyTerms(statement: 0, have: 2, limit: 1), .tooManyRanges(have: 2, limit: 1),
            .tooManyParts(statement: 0, have: 2, limit: 1), .malformedText(statement: 0),
            .malformedContext(.log), .duplicateRecord(1), .supersededRecord(1), .erasedRecord(1),
            .noSuchRecord(value: 1), .nullValue(1), .duplicateValue(1), .noStatements,
            .noTerms(statement: 1), .noSuchValue(statement: 1, value: 1),
            .repeatedValue(statement: 1, value: 1), .mixedUnits(statement: 1, value: 1),
            .unitCount(statement: 1, have: 1, expected: 2), .zeroWeight(statement: 1, value: 1),
            .weightsTooLarge(statement: 1), .boundOutOfRange(statement: 1),
            .emptyBound(statement: 1), .identityCombination(statement: 1), .unknownSuite(nil),
            .proof(.wrongLength(have: 1, expected: 2)), .proof(.nonCanonicalPoint(offset: 1)),
            .proof(.identityPoint(offset: 1)), .proof(.nonCanonicalScalar(offset: 1)),
            .proof(.unsupportedCount(1)), .proof(.equationFails),
        ] as [AssertionRefusal]).map { .assertion($0) }

    private static let provingErrors: [AssertionProvingError] = [
        .openingCount(have: 1, expected: 2), .openingMismatch(value: 1), .valueOutOfRange(value: 1),
        .untrue(statement: 1), .identityCombination(statement: 1),
    ]

    private static let json: [JSONError] = [
        .unexpectedEnd, .unexpectedByte(offset: 1), .whiteSpace(offset: 1),
        .trailingBytes(offset: 1), .duplicateKey("a"), .keysNotSorted("a"),
        .nonCanonicalNumber(offset: 1), .nonCanonicalEscape(offset: 1),
        .numberOutOfRange(offset: 1), .invalidUTF8(offset: 1), .tooDeep(limit: 3),
        .tooLarge(limit: 3),
    ]

    private static let messages: [MessageError] =
        ([
            .tooLarge(bytes: 4, limit: 3), .tooMany(limit: 3), .truncated, .trailingBytes,
            .claims(.notAnObject), .claims(.missing("a")), .claims(.unexpected("a")),
            .claims(.malformed("a")), .claims(.tooMany("a", limit: 3)),
        ] + json.map { .json($0) }).map { MessageError(place: "records/17", reason: $0) }

    private static let statements: [StatementError] = [
        .jws(.tooLong(limit: 3)), .jws(.notThreeParts), .jws(.malformedHeader),
        .jws(.malformedPayload), .jws(.malformedSignature), .jws(.wrongKey),
        .jws(.badSignature), .json(.unexpectedEnd), .claims(.notAnObject), .unknownType("a"),
        .malformedIssuer, .malformedSelectiveDigests, .disclosureNotInStatement(name: "a"),
        .disclosureTwice(name: "a"), .disclosuresIncomplete(missing: 2),
        .malformedSelectiveClaim("a"),
    ]

    private static let opening: [OpeningError] = [
        .malformed(field: "due_date"), .wrongKeyOrTampered(field: "due_date"),
        .noKey(field: "due_date", book: "invoices/2026-01", epoch: 1),
        .notCommitted(field: "due_date"), .contradiction(field: "due_date"), .envelope,
    ]

    private static let parts: [PackagePart] = [
        .checkpoint, .genesis, .grant, .rekey, .access, .participant(0), .record(0), .erasure(0),
        .book(book), .proof, .signature,
    ]

    private static let reasons: [PackageRefusal.Reason] =
        [
            .checkpoint(.unknownLog(origin: "log")), .notIncluded(.emptyTree), .otherLog,
            .unexpectedKind(.grant), .outOfOrder(after: 1), .notGenesis,
            .genesisNotPinned(Digest(hashing: [])), .otherOrigin("log"), .notAdmitted(refusal),
            .unknownKey, .keyOfAnother, .keyNotStanding, .scopeMissing(.seal), .badSignature,
            .suspended(handle), .notEnterprise, .otherGrant, .otherEnvelope, .envelopeClosed,
            .notHost, .outsideDates, .foreignFetch, .staleFetch, .notTheFetchSent, .notGranted,
            .notAskedFor, .nothingGranted, .strayType, .typeDocument(.repeated(field: "a")),
            .unknownRecordType, .wrongSeries, .otherIssuer,
            .recordTwice, .beyondBook(count: 1), .beyondEpoch(0),
            .wrongFieldCount(have: 1, want: 2), .wrongStatus,
            .wrongFields(missing: ["a"], extra: ["b"]),
            .notServed, .erased, .recordsMissing(1...1), .recordsMissing(1...2), .noContradiction,
            .strayProof, .proofMissing, .statement(0, statementError),
            .notProvable(statement: 0, field: "due_date"), .pointMissing, .pointAfterGrant(size: 3),
            .otherTree(.emptyTree), .recordsNotListed, .recordAfterPoint(record: record),
            .otherFile,
            .proof(.notCovered(record)), .strayErasure,
        ] + statements.flatMap { [.form($0), .disclosures($0), .fetch($0)] }
        + opening.map { .fields($0) }

    static let all: [any Worded] =
        home + gateway + client + messages + policySets.map { ClientError.policySet($0) }
        + proving.map { ClientError.proof($0) } + provingErrors.map { ClientError.proving($0) }
        + leftOut.map {
            ClientError.nothingLinked(.settles, [LeftOut(RecordNumber(record)!, $0)])
        } + parts.map { PackageRefusal($0, .otherLog) }
        + reasons.map { ClientError.package(PackageRefusal(.grant, $0)) }

    private static let entity = EntityUID(type: "User", id: "a")!

    private static let policyTests: [DataError] =
        [
            .malformed(at: "test"), .noSuchValue(at: "context.a"), .unsupportedFormat("json"),
            .notUTF8(path: "a.cedar"), .unknownFunction("a", at: "context.a"),
            .hierarchy(.duplicate(entity)), .hierarchy(.cycle(entity)),
            .unexpectedAttribute(at: "context.a"), .missingAttribute(at: "context.a"),
        ] + json.map { .json($0) }
        + ([
            .undeclaredAction(entity), .undeclaredType(entity.type), .notAChoice(entity),
            .principalNotAllowed(entity.type, for: entity),
            .resourceNotAllowed(entity.type, for: entity), .contextMismatch(at: "context.a"),
            .attributeMismatch(entity, at: "attrs.a"), .unexpectedTags(entity),
            .ancestorNotAllowed(entity, in: entity), .actionMismatch(entity),
        ] as [ConformanceError]).map { .conformance($0) }
        + ([
            .duplicate("A"), .reservedName("A"), .undeclaredType("A"), .undeclaredAction("a"),
            .cycle("A"), .notARecord("A"), .shadowed("A"),
        ] as [SchemaError]).map { .schema($0) }
        + ([
            .typeMismatch(expected: [.long, .set], found: .bool), .integerOverflow,
            .noSuchEntity(entity), .noSuchAttribute("a"), .noSuchTag(entity, "a"),
            .wrongArgumentCount(.ip, found: 2), .malformedExtensionValue(.ip, "a"),
            .extensionOverflow(.offset),
        ] as [EvaluationError]).map { .evaluation($0, at: "context.a") }
        + policySets.compactMap {
            if case .policy(let error) = $0 { .policies(error) } else { nil }
        }

    @Test func everyErrorOfAPolicyTestHasWords() {
        for error in Self.policyTests {
            #expect(!error.words.isEmpty && !Self.isSwift(error.words), "\(error.words)")
        }
    }

    /// Swift's own way to print a value: `case(label: 1)`, `someCase`. A policy's `@id("a")` is none.
    private static func isSwift(_ text: String) -> Bool {
        text.split { $0.isWhitespace || "\",:;.".contains($0) }.contains { word in
            let isCase =
                word.allSatisfy(\.isLetter) && word.first?.isLowercase == true
                && word.contains(where: \.isUppercase)
            let isCall = zip(word, word.dropFirst()).contains { $0.isLetter && $1 == "(" }
            return isCase || (isCall && !word.hasPrefix("@"))
        }
    }

    @Test func everyErrorHasWords() {
        #expect(Self.policySets.count > 20)
        for error in Self.all {
            let complaint = error.complaint
            #expect(!complaint.message.isEmpty && complaint.exit != .success, "\(error)")
            #expect(!Self.isSwift(complaint.message), "\(complaint.message)")
            #expect(complaint.hint?.isEmpty != true, "\(error)")
        }
    }

    @Test func everyFaultOfAStoreSaysWhatToDo() {
        for fault in Self.faults {
            #expect(StoreError.failed(fault).complaint.hint?.isEmpty == false, "\(fault)")
        }
    }

    /// What an operator reads of each thing that a gateway needs.
    @Test func everythingThatIsExaminedHasWords() {
        let well: [ExaminedThing.Finding] = [
            .settings(Origin("trine.example/alliance")!), .keyring, .storeIsPrivate, .served(true),
            .served(false), .published(size: nil), .published(size: 3),
        ]
        let wrong: [ExaminedThing.Finding] =
            [
                .storeIsExposed(path: "gateway/store"), .free(megabytes: 3), .vault(isOlder: true),
                .due(1), .due(2), .history(isKnown: false), .dated(secondsAgo: 100_000),
                .unknownRules(UnknownRules(rules: 2, index: 17)),
            ]
            + Self.home.compactMap { error in
                switch error {
                case let error as GatewayDirectoryError: .unusable(error)
                case let error as KeyringError: .keyringUnusable(error)
                case let error as StoreError: .storeUnusable(error)
                default: nil
                }
            }
        #expect(wrong.count > 30)
        for finding in well + wrong {
            #expect(!finding.words.isEmpty && !Self.isSwift(finding.words), "\(finding.words)")
        }
        for finding in wrong { #expect(finding.hint?.isEmpty == false, "\(finding.words)") }
    }

    /// Scripts tell a copy that lags behind from a log that was taken back, and both from a lie.
    @Test func whatTheLogShowsHasExitCodesOfItsOwn() {
        let exits = [
            LogFault.stale(size: 3, known: 4), .rolledBack(size: 3, known: 4, isProven: false),
            .splitView(size: 3, otherSize: 4), .frozen(dated: Timestamp(clamping: 1), limit: 60),
            .timeAhead(dated: Timestamp(clamping: 1)), .backdated(index: 3, seconds: 301),
        ].map(\.complaint.exit.rawValue)
        #expect(exits == [6, 7, 5, 10, 11, 5])
        // Each code is in the table that help prints.
        for exit in Exit.allCases { #expect(Exit.table.contains(" \(exit.rawValue) ")) }
    }

    /// The test above finds what it is there for.
    @Test func swiftIsRecognised() {
        for error in [
            "\(ClientError.notAuthority)", "\(ClientError.noGrant("a"))",
            "\(StatementError.json(.tooDeep(limit: 3)))", "\(LogFault.outOfOrder(index: 1))",
        ] { #expect(Self.isSwift(error), "\(error)") }
    }
}
