import Client
import Custody
import Demo
import Foundation
import Gateway
import Importing
import NIOCore
import Rules
import Sharing
import Storage
import Synchronization
import Transparency
import Wire

/// A gateway in a process of its own, over a store on the disk, and those who send to it.
final class LoadScene: Sendable {
    let gateway: ServedProcess
    let enterprises: [Session]
    let lender: Session
    /// The lender may read ten records by it.
    let grant: JTI
    let directory: String
    private let next = Mutex(0)

    static let recordsPerFetch = 10
    static let fields: [FieldName] = [
        "due_date", "issue_date", "number", "tax_exclusive_amount",
    ]
    private static let phrase = "correct horse"
    private static let enterpriseCount = 8

    static var protection: Protection {
        guard let passphrase = Passphrase(Array(phrase.utf8)) else {
            preconditionFailure("a passphrase isn't empty")
        }
        return Protection(passphrase, cost: .named(in: ["TRINE_TEST_ARGON2_MIB": "8"]))
    }

    init() async throws {
        directory = NSTemporaryDirectory() + "/trine-load-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        gateway = try await Self.found(directory)
        let sessions = try await Self.admitAll(directory)
        enterprises = sessions.dropLast()
        guard let lender = sessions.last else { preconditionFailure("a lender was admitted") }
        self.lender = lender
        grant = try await Self.shareTen(of: enterprises[0], with: lender.handle, directory)
    }

    static func found(_ directory: String) async throws -> ServedProcess {
        guard let origin = Origin("trine.example/load"), let host = Handle("host"),
            let authority = Handle("authority"),
            let listen = ListenAddress("127.0.0.1:\(try LoopbackPort.free())")
        else { preconditionFailure("these are well-formed") }
        let gateway = GatewayDirectory(directory + "/gateway")
        let address = try GatewayAddress(parsing: "http://\(listen)")
        _ = try await gateway.begin(
            .init(origin: origin, host: host, listen: listen), under: protection
        ) { keys in
            try await Home(directory + "/authority").found(
                origin, as: authority, host: .init(handle: host, key: keys.host.verificationKey),
                logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey, gateway: address,
                policies: CedarPolicies.standard.digest, under: protection)
        }
        return try await ServedProcess([LoadServer.gateway, gateway.path], on: listen.port)
    }

    /// The enterprises, and behind them the lender. The first has the identifiers of the sample enterprise.
    static func admitAll(
        _ directory: String, enterprises: Int = enterpriseCount
    ) async throws -> [Session] {
        let identifiers = SampleEnterprise.identifiers.identifiers.sorted().compactMap { known in
            IdentifierScheme(rawValue: known.scheme).flatMap {
                LegalIdentifier(scheme: $0, id: known.id)
            }
        }
        let session = try await Session(
            Home(directory + "/authority"), passphrase: protection.passphrase,
            cost: protection.cost)
        let authority = try await Authority(session)
        var sessions: [Session] = []
        for number in 0...enterprises {
            let role = number < enterprises ? Role.enterprise : .lender
            let party = try await admit(
                "party\(number)", as: role, number == 0 ? identifiers : [], by: authority,
                directory)
            sessions.append(party)
        }
        await session.close()
        return sessions
    }

    private static func admit(
        _ name: String, as role: Role, _ identifiers: [LegalIdentifier], by authority: Authority,
        _ directory: String
    ) async throws -> Session {
        let invitation = try await authority.invite()
        let home = Home(directory + "/" + name)
        _ = try await home.join(
            invitation,
            as: Applicant(
                roles: [role], legalName: name, country: "DE", identifiers: identifiers),
            under: protection, keeping: { _ in })
        _ = try await authority.admit(invitation.handle)
        return try await Session(home, passphrase: protection.passphrase, cost: protection.cost)
    }

    /// Somebody more.
    func admit(_ name: String, as role: Role) async throws -> Session {
        let session = try await Session(
            Home(directory + "/authority"), passphrase: Self.protection.passphrase,
            cost: Self.protection.cost)
        let admitted = try await Self.admit(
            name, as: role, [], by: try await Authority(session), directory)
        await session.close()
        return admitted
    }

    private static func shareTen(
        of session: Session, with lender: Handle, _ directory: String
    ) async throws -> JTI {
        let folder = directory + "/documents"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let months = BenchAlliance.lastYear
        let documents = SampleEnterprise.documents(months: months).filter {
            $0.name.contains("EXB")
        }
        for document in documents.prefix(recordsPerFetch) {
            try Data(document.xml).write(
                to: URL(fileURLWithPath: folder + "/" + document.name))
        }
        let enterprise = try Enterprise(session)
        let report = try await enterprise.importDocuments([folder])
        precondition(report.imported == recordsPerFetch, "every sample document imports")
        let plan = try await enterprise.plan(
            GrantWish(
                to: lender, scope: .months(.invoices, months), fields: fields,
                purpose: .creditMonitoring, lifetime: 86_400, fetches: 1_000_000,
                dataLife: 86_400))
        return try await enterprise.grant(plan).statement.jti
    }

    func close() async throws {
        for session in enterprises + [lender] { await session.close() }
        gateway.end()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// A number that nothing in this scene had.
    func newNumbers(_ count: Int) -> Range<Int> {
        next.withLock { next in
            defer { next += count }
            return next..<(next + count)
        }
    }
}
