import Client
import Custody
import Demo
import Foundation
import Gateway
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

/// A clock that stands until it is moved; gateway and clients share it.
final class TestClock: Sendable {
    private let seconds = Mutex<Int64>(1_790_000_000)

    var now: Timestamp { Timestamp(clamping: seconds.withLock { $0 }) }
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }

    var surroundings: Surroundings { surroundings(patience: .seconds(300)) }

    /// Hundreds of tests share the processors, so patience is usually long.
    func surroundings(patience: Duration) -> Surroundings {
        Surroundings(now: { self.now }, patience: patience)
    }
}

/// A directory that goes away with its owner.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "trine-client-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func home(_ name: String) -> Home { Home("\(path)/\(name)") }

    /// Writes `files` into a folder and returns its path.
    func folder(_ name: String, _ files: [(name: String, xml: [UInt8])]) throws -> String {
        let folder = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for file in files {
            try Data(file.xml).write(to: URL(fileURLWithPath: "\(folder)/\(file.name)"))
        }
        return folder
    }
}

/// The recovery kits of those who joined, as their owners would keep them.
final class Kits: Sendable {
    private let kept = Mutex<[Handle: String]>([:])

    func keep(_ kit: RecoveryKit) { kept.withLock { $0[kit.configuration.handle] = kit.text } }

    /// Reads the page of one of them.
    func kit(of handle: Handle) throws -> RecoveryKit {
        try RecoveryKit(parsing: kept.withLock { $0[handle] } ?? "")
    }
}

/// A log served by a gateway in the process, over a store in memory, with an authority.
final class TestLog: Sendable {
    let scratch: Scratch
    let clock: TestClock
    let kits = Kits()
    let address: LogAddress
    let store: MemoryStore
    let authorityHome: Home
    let keys: HostKeys
    private let service: GatewayService

    static let protection = Protection(
        Passphrase("correct horse battery".utf8)!,
        cost: .named(in: ["TRINE_TEST_ARGON2_MIB": "1"]))

    private init(
        scratch: Scratch, clock: TestClock, address: LogAddress, store: MemoryStore, home: Home,
        keys: HostKeys, service: GatewayService
    ) {
        self.keys = keys
        self.service = service
        (self.scratch, self.clock, self.address) = (scratch, clock, address)
        (self.store, authorityHome) = (store, home)
    }

    /// Begins a log, serves it, does `body`, and stops.
    static func serving(_ body: (TestLog) async throws -> Void) async throws {
        let scratch = try Scratch()
        let clock = TestClock()
        var random = SystemRandomNumberGenerator()
        let origin = Origin("trine.example/tests")!
        let log = SigningKey(seed: .random(count: 32, using: &random))
        let clockKey = SigningKey(seed: .random(count: 32, using: &random))
        let host = SigningKey(seed: .random(count: 32, using: &random))
        let keys = HostKeys(
            log: NoteSigner(name: try KeyName(origin.text), key: log),
            clock: Cosigner(name: try KeyName(origin.text), key: clockKey), host: host)
        let home = scratch.home("authority")
        let (genesis, founded) = try await home.found(
            origin, as: Handle("authority")!,
            host: .init(handle: Handle("host")!, key: host.verificationKey),
            logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey,
            gateway: try GatewayAddress(parsing: "http://localhost:1"),
            policies: CedarPolicies.standard.digest, under: protection,
            surroundings: clock.surroundings)
        let store = MemoryStore()
        try await Founding.begin(with: genesis, in: store, keys: keys)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try await GatewayService(
            store: store, keys: keys, logger: logger, clock: HostClock { clock.now })
        try await body(
            TestLog(
                scratch: scratch, clock: clock, address: founded, store: store, home: home,
                keys: keys, service: service))
        await service.sequencer.stop()
    }

    /// A way to the gateway, for one client.
    func transport() -> any Transport { InProcessTransport(to: service) }

    /// Opens a home, whatever address it was made for.
    func open(
        _ home: Home, patience: Duration? = nil,
        through wrap: @Sendable (any Transport) -> any Transport = { $0 }
    ) async throws -> Session {
        try await Session(
            home, passphrase: Self.protection.passphrase, cost: Self.protection.cost,
            surroundings: patience.map { clock.surroundings(patience: $0) } ?? clock.surroundings,
            transport: { _ in wrap(transport()) })
    }

    /// Applies and is admitted.
    func participant(
        _ name: String, _ roles: [Role], identifiers: [LegalIdentifier] = [],
        size: SizeClass? = nil
    ) async throws -> Home {
        let home = scratch.home(name)
        let session = try await open(authorityHome)
        let invitation = try await Authority(session).invite(Handle(name))
        _ = try await home.join(
            invitation,
            as: Applicant(roles: roles, legalName: nil, country: "DE", identifiers: identifiers),
            under: Self.protection, keeping: { self.kits.keep($0) },
            surroundings: clock.surroundings, transport: { _ in transport() })
        _ = try await Authority(session).admit(invitation.handle, size: size)
        await session.close()
        return home
    }

    /// Has the authority invite `handle`.
    func invite(_ handle: String? = nil) async throws -> Invitation {
        let session = try await open(authorityHome)
        let invitation = try await Authority(session).invite(handle.flatMap { Handle($0) })
        await session.close()
        return invitation
    }

    func enterprise(
        _ name: String = "bearings", size: SizeClass? = nil
    ) async throws -> Home {
        try await participant(
            name, [.enterprise],
            identifiers: SampleEnterprise.identifiers.identifiers.compactMap { known in
                IdentifierScheme(rawValue: known.scheme).flatMap {
                    LegalIdentifier(scheme: $0, id: known.id)
                }
            }, size: size)
    }

    /// The documents of some months in a folder.
    func documents(_ months: String) throws -> String {
        let ends = months.split(separator: ".").compactMap { Month(String($0)) }
        return try scratch.folder(
            "documents-\(months)",
            SampleEnterprise.documents(months: ends[0]...ends[ends.count - 1]))
    }
}
