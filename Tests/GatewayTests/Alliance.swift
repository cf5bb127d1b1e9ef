import Foundation
import Importing
import Logging
import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// A real gateway on a real socket of 127.0.0.1, with an authority, and whoever a test admits.
final class Alliance: Sendable {
    let store: any Store
    let invitation: Invitation
    let keys: HostKeys
    let directory: String
    let port: Int
    private let task: Task<Void, any Error>
    private let passphrase = Passphrase(Array("correct horse battery".utf8))!
    static let cost = KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "8"])

    var protection: Protection { Protection(passphrase, cost: Self.cost) }

    /// Founds a log in `store` and serves it.
    init(
        on store: any Store, limits: ServingLimits = ServingLimits(),
        logger: Logger = Alliance.silent,
        library: @escaping @Sendable (PolicyShelf) -> any PolicyLibrary = { $0 }
    ) async throws {
        directory = NSTemporaryDirectory() + "/trine-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        self.store = store
        var random = SystemRandomNumberGenerator()
        let origin = Origin("trine.example/test")!
        keys = HostKeys(
            log: NoteSigner(
                name: try KeyName(origin.text),
                key: SigningKey(seed: .random(count: 32, using: &random))),
            host: SigningKey(seed: .random(count: 32, using: &random)))
        port = try LoopbackPort.free()
        let phrase = Passphrase(Array("correct horse battery".utf8))!
        let founded = try await Home(directory + "/authority").found(
            origin, as: Handle("authority")!,
            host: .init(handle: Handle("host")!, key: keys.host.verificationKey),
            logKey: keys.log.verifierKey,
            gateway: try GatewayAddress(parsing: "http://127.0.0.1:\(port)"),
            policies: CedarPolicies.standard.digest, under: Protection(phrase, cost: Self.cost))
        invitation = founded.invitation
        try await Founding.begin(with: founded.genesis, in: store, keys: keys)
        let service = try await GatewayService(
            store: store, limits: limits, logger: logger, clock: { .now },
            sequencer: try await Sequencer.load(
                store: store, keys: keys, clock: { .now }, library: library))
        let (listening, ready) = AsyncStream<Void>.makeStream()
        task = Task { [port] in
            defer { ready.finish() }
            try await service.serve(host: "127.0.0.1", port: port, stopOnSignals: false) { _ in
                ready.yield()
            }
        }
        for await _ in listening { return }
        // It ended before it listened.
        try await task.value
    }

    func stop() async {
        task.cancel()
        _ = await task.result
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
        let application = try await home.join(
            invitation,
            as: Applicant(
                handle: Handle(name), roles: roles, legalName: "The \(name)", country: "DE",
                identifiers: identifiers),
            under: protection)
        let authority = try await session("authority")
        _ = try await Authority(authority).admit(application.handle, size: size)
        await authority.close()
        return try await session(name)
    }

    /// A lender's application under `handle`, with a fresh key that is proven for `log`.
    func application(_ handle: String, log: Digest<Digested.Genesis>) throws -> Application {
        var random = SystemRandomNumberGenerator()
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let handle = Handle(handle)!
        return Application(
            handle: handle, roles: [.lender], legalName: "The \(handle)", legalIdentifiers: [],
            country: "DE",
            keys: [
                KeyOffer(
                    key: key.verificationKey, scopes: [.all],
                    pop: ProofOfPossession.sign(
                        log: log, handle: handle, introducer: nil, with: key))
            ],
            encryptionKey: try DecryptionKey(seed: .random(count: 32, using: &random))
                .encryptionKey)
    }

    func session(_ name: String) async throws -> Session {
        try await Session(Home(directory + "/" + name), passphrase: passphrase, cost: Self.cost)
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
        let transport = HTTPTransport(invitation.gateway)
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

/// Months of the sample documents.
enum Months {
    static let first = SampleEnterprise.usualMonths.lowerBound
    static let second = first.advanced(by: 1)
}
