import Client
import Custody
import Demo
import Foundation
import Gateway
import Importing
import Interface
import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// A gateway in this process on a port of 127.0.0.1, and an enterprise, a lender and a regulator.
struct BenchAlliance: Sendable {
    let enterprise: Session
    let lender: Session
    let regulator: Session
    let store: SQLiteStore
    private let directory: String
    private let gateway: LocalGateway

    init() async throws {
        directory = NSTemporaryDirectory() + "trine-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        guard let phrase = Passphrase(Array("correct horse".utf8)) else {
            preconditionFailure("a passphrase isn't empty")
        }
        let protection = Protection(phrase, cost: .named(in: ["TRINE_TEST_ARGON2_MIB": "8"]))
        gateway = LocalGateway(directory: directory + "/gateway", under: protection)
        _ = try await gateway.begin(authority: Home(directory + "/authority"))
        guard let store = await gateway.store else { preconditionFailure("the gateway serves") }
        self.store = store
        let parties = try await Self.admitAll(directory, protection)
        (enterprise, lender, regulator) = (parties[0], parties[1], parties[2])
    }

    private static func admitAll(
        _ directory: String, _ protection: Protection
    ) async throws -> [Session] {
        let identifiers = SampleEnterprise.identifiers.identifiers.sorted().compactMap { known in
            IdentifierScheme(rawValue: known.scheme).flatMap {
                LegalIdentifier(scheme: $0, id: known.id)
            }
        }
        func open(_ name: String) async throws -> Session {
            try await Session(
                Home(directory + "/" + name), passphrase: protection.passphrase,
                cost: protection.cost)
        }
        let session = try await open("authority")
        let authority = try await Authority(session)
        var sessions: [Session] = []
        let roles: [Role] = [.enterprise, .lender, .regulator]
        for role in roles {
            let invitation = try await authority.invite()
            _ = try await Home(directory + "/" + role.rawValue).join(
                invitation,
                as: Applicant(
                    roles: [role], legalName: role.rawValue, country: "DE",
                    identifiers: role == .enterprise ? identifiers : []),
                under: protection, keeping: { _ in })
            _ = try await authority.admit(invitation.handle)
            sessions.append(try await open(role.rawValue))
        }
        await session.close()
        return sessions
    }

    /// Writes `count` invoices of these months as files. Returns the path of their folder.
    func invoices(_ count: Int, months: ClosedRange<Month>) throws -> String {
        try Self.invoices(count, months: months, in: directory + "/documents")
    }

    /// The same into a new folder; each has `bytes` at least, filled up by a remark.
    static func invoices(
        _ count: Int, months: ClosedRange<Month>, in folder: String, bytes: Int = 0
    ) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var written = 0
        var seed = SampleEnterprise.usualSeed
        while written < count {
            seed += 1
            for document in SampleEnterprise.documents(seed: seed, months: months)
            where written < count && document.name.contains("EXB") {
                // Every seed numbers its documents anew; these numbers are each seed's own.
                var text = String(decoding: document.xml, as: UTF8.self)
                    .replacingOccurrences(of: "EXB-", with: "EXB\(seed)-")
                let missing = bytes - text.utf8.count
                if missing > 0 { text += "<!--" + String(repeating: "x", count: missing) + "-->" }
                try Data(text.utf8).write(
                    to: URL(fileURLWithPath: folder + "/\(seed)-" + document.name))
                written += 1
            }
        }
        return folder
    }

    /// Imports all documents of a folder, of which there are `count`.
    func importInvoices(_ count: Int, in folder: String) async throws {
        let report = try await Enterprise(enterprise).importDocuments([folder])
        precondition(report.imported == count, "every sample document imports")
    }

    /// All leaves of the log.
    func leaves() async throws -> [[UInt8]] {
        guard let size = try await store.head()?.size else { return [] }
        var leaves: [[UInt8]] = []
        while Int64(leaves.count) < size {
            let from = Int64(leaves.count)
            leaves += try await store.leaves(from..<min(size, from + 1024))
        }
        return leaves
    }

    /// All entries, with what the gateway shows a regulator of their selective claims.
    func entries() async throws -> [(leaf: [UInt8], disclosures: ShownDisclosures)] {
        var entries: [(leaf: [UInt8], disclosures: ShownDisclosures)] = []
        for (index, leaf) in try await leaves().enumerated() {
            let attachments = try await store.attachments(of: Int64(index), sections: [])
            entries.append((leaf, .shown(attachments?.disclosures ?? [])))
        }
        return entries
    }

    func close() async throws {
        for session in [enterprise, lender, regulator] { await session.close() }
        try await gateway.stop()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// Twelve months up to the last whole one.
    static var lastYear: ClosedRange<Month> {
        let now = Timestamp.now.date
        guard let month = Month(year: now.year, month: now.month) else {
            preconditionFailure("the clock shows a date of this century")
        }
        return month.advanced(by: -12)...month.advanced(by: -1)
    }
}
