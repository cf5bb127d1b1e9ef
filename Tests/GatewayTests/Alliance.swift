import Demo
import Foundation
import Importing
import Interface
import Logging
import Rules
import Sharing
import Storage
import Synchronization
import TestGateway
import Transparency
import Verification
import Wire

@testable import Client
@testable import Custody
@testable import Gateway

/// A gateway with an authority, and whoever a test admits. It answers in the process, or on a socket
/// of 127.0.0.1 where a test is about connections.
final class Alliance: Sendable {
    let store: any Store
    let log: LogAddress
    let keys: HostKeys
    let directory: String
    /// The gateway's and every client's.
    let clock = ShiftedClock()
    let service: GatewayService
    private let socket: Socket?
    private static let passphrase = Passphrase(Array("correct horse battery".utf8))!
    private static let cost = KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "1"])
    static let protection = Protection(passphrase, cost: cost)

    /// A port, and the task that serves it.
    private struct Socket {
        let port: Int
        let task: Task<Void, any Error>
    }

    /// The port that it listens on.
    var port: Int {
        guard let socket else { preconditionFailure("this one doesn't listen") }
        return socket.port
    }

    /// Founds a log in `store` and serves it, on a socket where `listening`.
    init(
        on store: any Store, listening: Bool = false, limits: ServingLimits = ServingLimits(),
        logger: Logger = Alliance.silent, bounds: FairQueue.Bounds = .init(),
        library: @escaping @Sendable (TextShelf) -> any PublishedTexts = { $0 }
    ) async throws {
        directory = NSTemporaryDirectory() + "/trine-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        self.store = store
        var random = SystemRandomNumberGenerator()
        let origin = Origin("trine.example/test")!
        let name = try KeyName(origin.text)
        keys = HostKeys(
            log: NoteSigner(
                name: name, key: SigningKey(seed: .random(count: 32, using: &random))),
            clock: Cosigner(
                name: name, key: SigningKey(seed: .random(count: 32, using: &random))),
            host: SigningKey(seed: .random(count: 32, using: &random)))
        let port = listening ? try LoopbackPort.free() : 1
        let founded = try await Home(directory + "/authority").found(
            origin, as: Handle("authority")!,
            host: .init(handle: Handle("host")!, key: keys.host.verificationKey),
            logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey,
            gateway: try GatewayAddress(parsing: "http://127.0.0.1:\(port)"),
            policies: CedarPolicies.standard.digest, under: Self.protection,
            surroundings: clock.surroundings)
        log = founded.address
        try await Founding.begin(with: founded.genesis, in: store, keys: keys)
        service = try await GatewayService(
            store: store, limits: limits, logger: logger, clock: { [clock] in clock.now },
            sequencer: try await Sequencer.load(
                store: store, keys: keys, clock: HostClock { [clock] in clock.now },
                bounds: bounds, library: library))
        socket = listening ? try await Self.serve(service, port) : nil
    }

    private static func serve(_ service: GatewayService, _ port: Int) async throws -> Socket {
        let (listening, ready) = AsyncStream<Void>.makeStream()
        let task = Task {
            defer { ready.finish() }
            try await service.serve(host: "127.0.0.1", port: port, stopOnSignals: false) { _ in
                ready.yield()
            }
        }
        for await _ in listening { return Socket(port: port, task: task) }
        // It ended before it listened.
        try await task.value
        return Socket(port: port, task: task)
    }

    /// What the gateway has in memory of what it served.
    var served: ServedLately { service.sequencer.served }

    /// A way to the gateway, for one client.
    func transport() -> any Transport {
        socket == nil ? InProcessTransport(to: service) : HTTPTransport(log.gateway)
    }

    func stop() async {
        if let socket {
            socket.task.cancel()
            _ = await socket.task.result
        } else {
            await service.sequencer.stop()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Applies and is admitted.
    func admit(
        _ name: String, _ roles: [Role], _ size: SizeClass? = nil
    ) async throws -> Session {
        let home = Home(directory + "/" + name)
        let identifiers =
            roles.contains(.enterprise)
            ? SampleEnterprise.identifiers.identifiers.sorted().compactMap { known in
                IdentifierScheme(rawValue: known.scheme).flatMap {
                    LegalIdentifier(scheme: $0, id: known.id)
                }
            } : []
        let authority = try await session("authority")
        let invitation = try await Authority(authority).invite(Handle(name))
        _ = try await home.join(
            invitation,
            as: Applicant(
                roles: roles, legalName: "The \(name)", country: "DE", identifiers: identifiers),
            under: Self.protection, keeping: { _ in }, surroundings: clock.surroundings,
            transport: { _ in transport() })
        _ = try await Authority(authority).admit(invitation.handle, size: size)
        await authority.close()
        return try await session(name)
    }

    /// Has the authority invite `handle`, in its session where that is open.
    func invite(_ handle: String, by open: Session? = nil) async throws -> Invitation {
        if let open { return try await Authority(open).invite(Handle(handle)) }
        let session = try await session("authority")
        let invitation = try await Authority(session).invite(Handle(handle))
        await session.close()
        return invitation
    }

    /// A lender's application with fresh keys, by somebody who has `invitation`.
    func application(
        with invitation: Invitation, roles: [Role] = [.lender], name: String? = nil
    ) throws -> Application {
        var random = SystemRandomNumberGenerator()
        let identity = ApplicantIdentity(
            name: name ?? "The \(invitation.handle)", identifiers: [], country: "DE")
        let disclosures = identity.disclosures(using: &random)
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let encryption = try DecryptionKey(seed: .random(count: 32, using: &random))
        return Admit.proven(
            invitation.handle, as: roles,
            [(KeyTerms(key: key.verificationKey, scopes: [.all]), key)],
            encryption.encryptionKey, disclosures, to: invitation.log.genesis
        ).application(to: invitation, disclosing: disclosures)
    }

    func session(
        _ name: String, through wrap: @Sendable (any Transport) -> any Transport = { $0 }
    ) async throws -> Session {
        try await Session(
            Home(directory + "/" + name), passphrase: Self.passphrase, cost: Self.cost,
            surroundings: clock.surroundings, transport: { _ in wrap(transport()) })
    }

    /// A folder with the sample documents of `months`.
    func documents(_ months: ClosedRange<Month>, _ folder: String) throws -> String {
        let path = directory + "/" + folder
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for document in SampleEnterprise.documents(months: months) {
            try Data(document.xml).write(to: URL(fileURLWithPath: path + "/" + document.name))
        }
        return path
    }

    /// One request, as any HTTP client would make it.
    func send(
        _ path: String, _ body: [UInt8]? = nil, type: String = "application/octet-stream"
    ) async throws -> TransportAnswer {
        let transport = transport()
        let answer: TransportAnswer
        do {
            answer = try await transport.send(
                TransportRequest(
                    path, content: body.map { .init($0, mediaType: type) },
                    maximumAnswerBytes: 64 << 20, timeoutSeconds: 60))
        } catch {
            await transport.shutDown()
            throw error
        }
        await transport.shutDown()
        return answer
    }

    static let silent: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// Everything a request could have changed.
    struct Fingerprint: Equatable {
        var head: Head?
        var state: [String: StateValue] = [:]
        var applications: [StoredApplication] = []
    }

    func fingerprint() async throws -> Fingerprint {
        var fingerprint = Fingerprint(
            head: try await store.head(), applications: try await store.applications())
        var last: String?
        while true {
            let page = try await store.allState(after: last, limit: 1000)
            for row in page { fingerprint.state[row.key] = row.value }
            guard let end = page.last?.key else { return fingerprint }
            last = end
        }
    }
}

/// The system's clock, put forward by a test.
final class ShiftedClock: Sendable {
    private let shift = Mutex<Int64>(0)

    var now: Timestamp { Timestamp.now.advanced(by: shift.withLock { $0 }) }
    func advance(by seconds: Int64) { shift.withLock { $0 += seconds } }

    var surroundings: Surroundings {
        Surroundings(now: { self.now })
    }
}

/// Months of the sample documents.
enum Months {
    static let first = SampleEnterprise.usualMonths.lowerBound
    static let second = first.advanced(by: 1)
}
