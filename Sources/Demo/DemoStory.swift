import Client
package import Custody
import Foundation
import Importing
import Interface
import Rules
import Sharing
import Verification
public import Wire

/// What the demo found. Every number and truth in it comes from the check it names.
public struct DemoResult: Sendable {
    public var documents = 0
    public var records = 0
    public var booksClosed = 0
    public var fetchedRecords = 0
    public var fetchedFields: [String] = []
    public var verified = false
    public var complete = false
    public var ungrantedAbsent = false
    public var revokedRefused = false
    public var laterOutOfReach = false
    public var auditEntries: UInt64 = 0
    public var auditFindings = 0
    public var tamperDetectedAt: [String] = []
    public var tamperUndetected: [String] = []

    /// Whether everything came out as promised.
    public var isAsPromised: Bool {
        verified && ungrantedAbsent && revokedRefused && laterOutOfReach && auditFindings == 0
            && tamperUndetected.isEmpty && !tamperDetectedAt.isEmpty && records == documents
    }

    public var json: JSON {
        [
            "audit_entries": .integer(Int64(auditEntries)),
            "audit_findings": .integer(Int64(auditFindings)),
            "books_closed": .integer(Int64(booksClosed)), "complete": .bool(complete),
            "documents": .integer(Int64(documents)),
            "fetched_fields": .array(fetchedFields.map { .string($0) }),
            "fetched_records": .integer(Int64(fetchedRecords)),
            "later_out_of_reach": .bool(laterOutOfReach), "records": .integer(Int64(records)),
            "revoked_refused": .bool(revokedRefused),
            "tamper_detected_at": .array(tamperDetectedAt.map { .string($0) }),
            "ungranted_absent": .bool(ungrantedAbsent), "verified": .bool(verified),
        ]
    }
}

/// The whole story on sample documents: a gateway, an enterprise, a lender, a regulator, and somebody
/// who changes a byte.
public struct DemoStory: Sendable {
    private let directory: String
    private let gateway: LocalGateway
    private let protection: Protection
    private let tell: @Sendable (String) -> Void

    /// Everything is made below `directory`; `tell` gets the story in words.
    package init(
        in directory: String, gateway: LocalGateway, under protection: Protection,
        tell: @escaping @Sendable (String) -> Void
    ) {
        (self.directory, self.gateway, self.protection) = (directory, gateway, protection)
        self.tell = tell
    }

    /// What the lender is to see.
    static let grantedFields: [FieldName] = [
        "document_kind", "due_date", "issue_date", "tax_exclusive_amount",
    ]
    private static let months = SampleEnterprise.usualMonths
    /// The last months come after the revocation.
    private static let before =
        months.lowerBound...months.upperBound.advanced(by: -2)
    private static let after =
        months.upperBound.advanced(by: -1)...months.upperBound

    public func run() async throws -> DemoResult {
        var result = DemoResult()
        let documents = SampleEnterprise.documents(months: Self.months)
        result.documents = documents.count
        tell("A gateway begins a log and serves it.")
        let invitation = try await gateway.begin(
            authority: home("authority"), under: protection)
        tell("  invitation: \(invitation)")
        let parties = try await admitAll(invitation)
        defer { Task { await parties.close() } }

        try await importDocuments(parties, Self.before, "first", &result)
        try await closeBook(parties, &result)
        let grant = try await self.grant(parties)
        let keys = try await fetch(grant, parties, documents.map(\.xml), &result)
        try await revoke(grant, parties, &result)
        try await importDocuments(parties, Self.after, "later", &result)
        try await checkReach(keys, parties, &result)
        try await audit(parties, &result)
        await parties.close()
        try await gateway.stop()
        try await tamper(&result)
        return result
    }

    private func home(_ name: String) -> Home { Home(directory + "/" + name) }

    // MARK: Parties

    private struct Parties: Sendable {
        let enterprise: Session
        let lender: Session
        let regulator: Session

        func close() async {
            await enterprise.close()
            await lender.close()
            await regulator.close()
        }
    }

    private func admitAll(_ invitation: Invitation) async throws -> Parties {
        tell("An enterprise, a lender and a regulator apply; the authority admits them.")
        let identifiers = SampleEnterprise.identifiers.identifiers.sorted().compactMap { known in
            IdentifierScheme(rawValue: known.scheme).flatMap {
                LegalIdentifier(scheme: $0, id: known.id)
            }
        }
        let applicants: [(String, Applicant)] = [
            (
                "enterprise",
                Applicant(
                    roles: [.enterprise], legalName: SampleEnterprise.name, country: "DE",
                    identifiers: identifiers)
            ),
            (
                "lender",
                Applicant(
                    handle: Handle("northbank"), roles: [.lender], legalName: "Northbank",
                    country: "DE", identifiers: [])
            ),
            (
                "regulator",
                Applicant(
                    handle: Handle("supervisor"), roles: [.regulator], legalName: "Supervisor",
                    country: "DE", identifiers: [])
            ),
        ]
        for (name, applicant) in applicants {
            _ = try await home(name).join(invitation, as: applicant, under: protection)
        }
        let authority = try await open("authority")
        do {
            for application in try await Authority(authority).pending() {
                let handle = application.application.handle
                _ = try await Authority(authority).admit(handle)
                let roles = application.application.roles.map(\.rawValue)
                tell("  \(handle), \(roles.joined(separator: ", "))")
            }
        } catch {
            await authority.close()
            throw error
        }
        await authority.close()
        return Parties(
            enterprise: try await open("enterprise"), lender: try await open("lender"),
            regulator: try await open("regulator"))
    }

    private func open(_ name: String) async throws -> Session {
        try await Session(home(name), passphrase: protection.passphrase, cost: protection.cost)
    }

    // MARK: The enterprise

    private func importDocuments(
        _ parties: Parties, _ months: ClosedRange<Month>, _ folder: String,
        _ result: inout DemoResult
    ) async throws {
        let path = directory + "/documents/" + folder
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        for document in SampleEnterprise.documents(months: months) {
            try Data(document.xml).write(to: URL(fileURLWithPath: path + "/" + document.name))
        }
        let report = try await Enterprise(parties.enterprise).importDocuments([path])
        result.records += report.imported
        tell(
            "The enterprise imports the documents of \(months.lowerBound) to "
                + "\(months.upperBound): \(report.imported) sealed, \(report.refused) refused.")
    }

    private func closeBook(_ parties: Parties, _ result: inout DemoResult) async throws {
        let book = BookName(series: .invoices, month: Self.months.lowerBound)
        let registration = try await Enterprise(parties.enterprise).close(book)
        result.booksClosed += 1
        tell("It closes \(book), entry \(registration.index): nothing can be slipped in any more.")
    }

    private func grant(_ parties: Parties) async throws -> JTI {
        let enterprise = try Enterprise(parties.enterprise)
        let plan = try await enterprise.plan(
            GrantWish(
                to: parties.lender.handle,
                scope: .months(.invoices, Self.months), fields: Self.grantedFields,
                purpose: .creditMonitoring, lifetime: 30 * 86_400, fetches: 10,
                dataLife: 30 * 86_400))
        let grant = try await enterprise.grant(plan)
        tell(
            "It grants \(parties.lender.handle) \(Self.grantedFields.map(\.text).joined(separator: ", ")) "
                + "of the invoices of \(Self.months.lowerBound) to \(Self.months.upperBound), "
                + "for credit-monitoring, until \(plan.expires.date).")
        tell("  public: \(plan.publicClaims.joined(separator: " ")); the rest is selective")
        return grant.statement.jti
    }

    // MARK: The lender

    /// Fetches, verifies, saves, reads the file back and verifies that; returns the grant's keys.
    private func fetch(
        _ grant: JTI, _ parties: Parties, _ documents: [[UInt8]], _ result: inout DemoResult
    ) async throws -> GrantedKeys {
        let package = try await Lender(parties.lender).fetch(grant)
        let path = directory + "/fetched.trine"
        try PrivateFile.replace(path, with: package.package.bytes)
        let saved = try Package(
            parsing: try PrivateFile.read(path, limit: Package.maximumBytes) ?? [])
        let verified = try saved.verify(under: parties.lender.trust)
        result.verified = true
        result.complete = verified.verdict.isComplete
        result.fetchedRecords = verified.verdict.heads
        let names = Set(verified.records.flatMap { $0.fields?.values.keys.map { $0 } ?? [] })
        result.fetchedFields = names.map(\.text).sorted()
        let leak = UngrantedSearch(granted: names).firstLeak(of: documents, in: verified)
        result.ungrantedAbsent = names == Set(Self.grantedFields) && leak == nil
        tell("The lender fetches. What it saved, verified offline:")
        for line in verified.verdict.lines() { tell("  " + line) }
        tell(
            result.ungrantedAbsent
                ? "  no other field of any document is anywhere in it"
                : "  ATTENTION: a field outside the grant is in it")
        return try await envelopeKeys(grant, parties)
    }

    /// The keys in the lender's envelope, for a later attempt at what they must not open.
    private func envelopeKeys(_ grant: JTI, _ parties: Parties) async throws -> GrantedKeys {
        let lender = parties.lender
        let call = Fetch.sign(
            grant: grant, fields: Self.grantedFields, ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI())
        let answer = try await lender.connection.fetch(call)
        guard let granted = answer.granted else { throw ClientError.noGrant(grant.text) }
        let key = try lender.keyring.decryptionKey()
        return try granted.envelope.open(
            with: key,
            context: .init(
                log: lender.log, statement: grant, issuer: parties.enterprise.handle,
                grantee: lender.handle, recipient: key.encryptionKey))
    }

    private func revoke(
        _ grant: JTI, _ parties: Parties, _ result: inout DemoResult
    ) async throws {
        let revocation = try await Enterprise(parties.enterprise).revoke(grant, .consentWithdrawn)
        tell("The enterprise revokes the grant, entry \(revocation.revocation.index).")
        do {
            _ = try await Lender(parties.lender).fetch(grant)
            tell("  ATTENTION: the lender could still fetch")
        } catch ConnectionError.refused(let problem) where problem.name == "grant-dead" {
            result.revokedRefused = true
            tell("  the lender's next fetch is refused: \(problem.title)")
        }
    }

    /// Tries the lender's keys on the ciphertexts of what was registered after the revocation.
    private func checkReach(
        _ keys: GrantedKeys, _ parties: Parties, _ result: inout DemoResult
    ) async throws {
        let enterprise = parties.enterprise
        var opened = 0
        var tried = 0
        for book in try await Enterprise(enterprise).books()
        where book.name.series == .invoices && Self.after.contains(book.name.month) {
            guard let range = RecordRange(book: book.name, from: 1, to: book.state.count) else {
                continue
            }
            let call = Fetch.sign(
                grant: nil, fields: Self.grantedFields, ranges: [range],
                by: try enterprise.signer(.all), at: enterprise.now, jti: enterprise.newJTI())
            for record in try await enterprise.connection.fetch(call).records {
                for field in record.fields {
                    tried += 1
                    if try opens(field, of: record.logged, with: keys, enterprise) { opened += 1 }
                }
            }
        }
        result.laterOutOfReach = tried > 0 && opened == 0
        tell(
            "The lender's old keys, tried on \(tried) fields registered since: "
                + "\(opened) of them open.")
    }

    private func opens(
        _ field: FieldCiphertext, of logged: LoggedStatement, with keys: GrantedKeys,
        _ enterprise: Session
    ) throws -> Bool {
        let statement = try logged.statement()
        guard let claims = statement.claims as? RegisterRecord else { return false }
        let context = FieldContext(
            log: enterprise.log, issuer: enterprise.handle, book: claims.book,
            record: statement.jti)
        // Every node of this field, whatever epoch it is said to be for.
        return keys.nodes.contains { node in
            guard node.field == field.name.text, let month = node.node.monthKey(claims.book.month)
            else {
                return false
            }
            let key = month.fieldKey(record: statement.jti)
            return (try? field.open(key: key, context: context)) != nil
        }
    }

    // MARK: The regulator and the attacker

    private func audit(_ parties: Parties, _ result: inout DemoResult) async throws {
        let report = try await Regulator(parties.regulator).audit()
        result.auditEntries = report.size
        result.auditFindings = report.findingCount
        tell(
            "The regulator replays \(report.size) entries without reading a record: "
                + "\(report.findingCount) findings.")
        for finding in report.findings { tell("  \(finding.what.name): \(finding.what.detail)") }
    }

    private func tamper(_ result: inout DemoResult) async throws {
        tell("Somebody changes one byte in a copy of the gateway's data, and the check is run:")
        for (changed, found) in try await gateway.tamper() {
            if let found {
                result.tamperDetectedAt.append(found)
                tell("  in \(changed): found at \(found)")
            } else {
                result.tamperUndetected.append(changed)
                tell("  in \(changed): ATTENTION: not found")
            }
        }
    }
}
