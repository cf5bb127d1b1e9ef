import Client
import Custody
import Foundation
import Interface
import Rules
import Sharing
import Verification
import Wire

/// What the parties of the demo do, one after the other, and what comes of it.
struct DemoScene: Sendable {
    let directory: String
    let tell: @Sendable (String) -> Void
    /// Between the enterprise's program and the gateway; honest but for one moment.
    let host: FalseHost
    let enterprise: Session
    let lender: Session
    let regulator: Session
    var result = DemoResult()

    /// What the lender is to see.
    private static let grantedFields: [FieldName] = [
        "document_kind", "due_date", "issue_date", "tax_exclusive_amount",
    ]
    private static let months = SampleEnterprise.usualMonths
    /// The last months come after the revocation.
    private static let before = months.lowerBound...months.upperBound.advanced(by: -2)
    private static let after = months.upperBound.advanced(by: -1)...months.upperBound

    func close() async {
        await enterprise.close()
        await lender.close()
        await regulator.close()
    }

    mutating func play() async throws {
        let documents = SampleEnterprise.documents(months: Self.months).map(\.xml)
        result.documents = documents.count
        try await importDocuments(Self.before, "first")
        try await closeBook()
        let grant = try await grant()
        let keys = try await fetch(grant, documents)
        try await hideAccess()
        try await revoke(grant)
        try await importDocuments(Self.after, "later")
        try await checkReach(keys)
        try await audit()
    }

    // MARK: The enterprise

    private mutating func importDocuments(
        _ months: ClosedRange<Month>, _ folder: String
    ) async throws {
        let path = directory + "/documents/" + folder
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        for document in SampleEnterprise.documents(months: months) {
            try Data(document.xml).write(to: URL(fileURLWithPath: path + "/" + document.name))
        }
        let report = try await Enterprise(enterprise).importDocuments([path])
        result.records += report.imported
        tell(
            "The enterprise imports the documents of \(months.lowerBound) to "
                + "\(months.upperBound): \(report.imported) sealed, \(report.refused) refused.")
    }

    private mutating func closeBook() async throws {
        let book = BookName(series: .invoices, month: Self.months.lowerBound)
        let registration = try await Enterprise(enterprise).close(book)
        result.booksClosed += 1
        tell("It closes \(book), entry \(registration.index): nothing can be slipped in any more.")
    }

    private func grant() async throws -> JTI {
        let giver = try Enterprise(enterprise)
        let plan = try await giver.plan(
            GrantWish(
                to: lender.handle,
                scope: .months(.invoices, Self.months), fields: Self.grantedFields,
                purpose: .creditMonitoring, lifetime: 30 * 86_400, fetches: 10,
                dataLife: 30 * 86_400))
        let grant = try await giver.grant(plan)
        tell(
            "It grants \(lender.handle) \(Self.grantedFields.map(\.text).joined(separator: ", ")) "
                + "of the invoices of \(Self.months.lowerBound) to \(Self.months.upperBound), "
                + "for credit-monitoring, until \(plan.expires.date).")
        tell("  everybody sees who lets something be read, for what purpose and until when")
        tell("  the two and regulators see to whom, which fields and of which months")
        return grant.statement.jti
    }

    // MARK: The lender

    /// Fetches, verifies, saves, reads the file back and verifies that; returns the grant's keys.
    private mutating func fetch(
        _ grant: JTI, _ documents: [[UInt8]]
    ) async throws -> GrantedKeys {
        let package = try await Lender(lender).fetch(grant)
        let path = directory + "/fetched.trine"
        try PrivateFile.replace(path, with: package.package.bytes)
        let saved = try Package(
            parsing: try PrivateFile.read(path, limit: Package.maximumBytes) ?? [])
        let verified = try saved.verify(under: lender.trust)
        result.verified = true
        result.complete = verified.verdict.isComplete
        result.fetchedRecords = verified.verdict.heads
        let names = Set(verified.records.flatMap { $0.fields?.values.keys.map { $0 } ?? [] })
        result.fetchedFields = names.sorted().map(\.text)
        let leak = UngrantedSearch(granted: names).firstLeak(of: documents, in: verified)
        result.ungrantedAbsent = names == Set(Self.grantedFields) && leak == nil
        tell("The lender fetches. What it saved, verified offline:")
        for line in verified.verdict.lines() { tell("  " + line) }
        tell(
            result.ungrantedAbsent
                ? "  no other field of any document is anywhere in it"
                : "  ATTENTION: a field outside the grant is in it")
        return try await envelopeKeys(grant)
    }

    /// The keys in the lender's envelope, for a later attempt at what they must not open.
    private func envelopeKeys(_ grant: JTI) async throws -> GrantedKeys {
        let call = Fetch.sign(
            grant: grant, fields: Self.grantedFields, ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI(), opener: .random())
        let answer = try await lender.connection.fetch(call)
        guard let granted = answer.granted else { throw ClientError.noGrant(grant.text) }
        let key = try lender.keyring.decryptionKey(era: 1)
        return try granted.envelope.open(
            with: key,
            context: .init(
                log: lender.log, statement: grant, issuer: enterprise.handle,
                grantee: lender.handle, recipient: key.encryptionKey))
    }

    /// The host serves the enterprise a log without the lender's accesses; then the true one.
    private mutating func hideAccess() async throws {
        tell("A host hides from the enterprise that somebody read its records:")
        host.tell(.hidesAccesses)
        do {
            _ = try await enterprise.sync()
            tell("  ATTENTION: its program notices nothing")
        } catch is LogFault {
            result.hiddenAccessSeen = true
            tell("  its program refuses them: these aren't the entries that the host signed")
        }
        host.tell(.none)
        let accesses = try await enterprise.sync().accesses.count
        tell("  once the host shows them all, it sees \(accesses) accesses")
    }

    private mutating func revoke(_ grant: JTI) async throws {
        let revocation = try await Enterprise(enterprise).revoke(grant, .consentWithdrawn)
        tell("The enterprise revokes the grant, entry \(revocation.revocation.index).")
        do {
            _ = try await Lender(lender).fetch(grant)
            tell("  ATTENTION: the lender could still fetch")
        } catch ConnectionError.refused(let problem) where problem.name == "grant-dead" {
            result.revokedRefused = true
            tell("  the lender's next fetch is refused: \(problem.title)")
        }
    }

    /// Tries the lender's keys on the ciphertexts of what was registered after the revocation.
    private mutating func checkReach(_ keys: GrantedKeys) async throws {
        var opened = 0
        var tried = 0
        for book in try await Enterprise(enterprise).books()
        where book.name.series == .invoices && Self.after.contains(book.name.month) {
            guard let range = RecordRange(book: book.name, from: 1, to: book.state.count) else {
                continue
            }
            let call = Fetch.sign(
                grant: nil, fields: Self.grantedFields, ranges: [range],
                by: try enterprise.signer(.all), at: enterprise.now, jti: enterprise.newJTI(),
                opener: .random())
            for record in try await enterprise.connection.fetch(call).records {
                for field in record.fields {
                    tried += 1
                    if try opens(field, of: record.logged, with: keys) { opened += 1 }
                }
            }
        }
        result.laterOutOfReach = tried > 0 && opened == 0
        tell(
            "The lender's old keys, tried on \(tried) fields registered since: "
                + "\(opened) of them open.")
    }

    private func opens(
        _ field: FieldCiphertext, of logged: LoggedStatement, with keys: GrantedKeys
    ) throws -> Bool {
        let statement = try logged.statement()
        guard let claims = statement.claims as? RegisterRecord else { return false }
        let context = FieldContext(
            log: enterprise.log, issuer: enterprise.handle, book: claims.book,
            record: statement.jti)
        // Every node of this field, whatever epoch it is said to be for.
        return keys.nodes.contains { node in
            guard node.field == field.name.text, let month = node.node.monthKey(claims.book.month)
            else { return false }
            let key = month.fieldKey(record: statement.jti)
            return (try? field.open(key: key, context: context)) != nil
        }
    }

    // MARK: The regulator

    private mutating func audit() async throws {
        let report = try await Regulator(regulator).audit()
        result.auditEntries = report.size
        result.auditFindings = report.findingCount
        tell(
            "The regulator replays \(report.size) entries without reading a record: "
                + "\(report.findingCount) findings.")
        for finding in report.findings { tell("  \(finding.what.name): \(finding.what.detail)") }
    }
}
