public import Custody
import Foundation
public import Sharing
public import Storage
import Transparency
public import Wire

/// The directory of a gateway: its own keys, encrypted, where it listens, and its store. Mode 0700.
///
/// The authority's keys are never in here: they have a home of their own.
public struct GatewayDirectory: Hashable, Sendable {
    /// Without a slash at the end.
    public let path: String

    public init(_ path: String) {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// What isn't secret.
    public struct Settings: Message, Hashable {
        public let origin: Origin
        public let host: Handle
        /// The address and port to listen on.
        public let listen: ListenAddress

        public init(origin: Origin, host: Handle, listen: ListenAddress) {
            self.origin = origin
            self.host = host
            self.listen = listen
        }
    }

    /// Where the store's files are.
    public var store: String { path + "/store" }

    private var keyring: String { path + "/keyring" }
    private var config: String { path + "/config" }
    private var published: String { path + "/published" }

    /// Makes the directory with fresh keys, and begins a log in its store with the entry 0 that
    /// `founding` signs for them. Returns what `founding` does beside it.
    ///
    /// Throws ``GatewayDirectoryError`` where there is something in the directory, ``KeyringError``, ``FoundingError``, and what `founding` throws.
    public func begin<Address>(
        _ settings: Settings, under protection: Protection,
        founding: (HostKeys) async throws -> (genesis: Statement, address: Address)
    ) async throws -> Address {
        let keys = try make(settings, under: protection)
        let (genesis, address) = try await founding(keys)
        let store = try SQLiteStore(opening: self.store)
        defer { try? store.close() }
        try await Founding.begin(with: genesis, in: try await remembering(store), keys: keys)
        return address
    }

    private func make(_ settings: Settings, under protection: Protection) throws -> HostKeys {
        try requireNothing()
        var random = SystemRandomNumberGenerator()
        let secrets = Keyring(using: &random)
        let sealed = try KeyringFile.seal(
            secrets, under: protection.passphrase, cost: protection.cost, using: &random)
        try mapped { () throws(HomeError) in
            if access(path, F_OK) != 0 { try PrivateFile.makeDirectory(path) }
            try PrivateFile.checkPrivate(path)
            try PrivateFile.replace(config, with: settings.bytes)
            try PrivateFile.makeDirectory(store)
            try PrivateFile.replace(published, with: PublishedCheckpoint.empty)
            try PrivateFile.replace(keyring, with: sealed)
        }
        return try Self.keys(secrets, origin: settings.origin)
    }

    /// Nothing is there, or an empty directory.
    private func requireNothing() throws(GatewayDirectoryError) {
        guard access(path, F_OK) == 0 else { return }
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        guard names?.isEmpty == true else { throw .alreadyThere(path: path) }
    }

    private func mapped<Result>(
        _ body: () throws(HomeError) -> Result
    ) throws(GatewayDirectoryError) -> Result {
        do { return try body() } catch { throw GatewayDirectoryError(error) }
    }

    /// What isn't secret. Throws ``GatewayDirectoryError``.
    public func settings() throws(GatewayDirectoryError) -> Settings {
        let bytes: [UInt8]?
        do { bytes = try PrivateFile.read(config, limit: 64 << 10) } catch {
            if case .system(_, _, let code) = error, code == ENOTDIR || code == EISDIR {
                throw .notAGateway(path: path)
            }
            throw GatewayDirectoryError(error)
        }
        // What isn't a gateway's isn't made private for it. A participant's home has a file of this name.
        let isGateways = access(store, F_OK) == 0
        guard let bytes else {
            guard access(path, F_OK) == 0 else { throw .missing(path: path) }
            throw isGateways ? .fileMissing(path: config) : .notAGateway(path: path)
        }
        guard let settings = try? Settings(parsing: bytes) else {
            throw isGateways ? .settingsDamaged(path: config) : .notAGateway(path: path)
        }
        try mapped { () throws(HomeError) in try PrivateFile.checkPrivate(path) }
        return settings
    }

    /// The gateway's store, which from now on keeps up with what this gateway published. It is used
    /// instead of `store`.
    ///
    /// Throws ``Storage/StoreError/unreadable(_:)`` where the store is behind what was published, or
    /// isn't the same history. With `acceptingLoss` what the store holds is taken for what was
    /// published.
    public func remembering(
        _ store: any Store, acceptingLoss: Bool = false
    ) async throws -> any Store {
        let file: PublishedCheckpoint
        do { file = try PublishedCheckpoint(at: published) } catch {
            guard acceptingLoss, error == .unreadable(.publishedUnknown) else { throw error }
            try PrivateFile.replace(published, with: PublishedCheckpoint.empty)
            file = try PublishedCheckpoint(at: published)
        }
        return try await RememberingStore(store, file, acceptingLoss: acceptingLoss)
    }

    /// What the gateway published last, as its file says.
    func lastPublished() throws(StoreError) -> PublishedCheckpoint.Head? {
        try PublishedCheckpoint(at: published).last
    }

    /// How many entries the gateway published a checkpoint of. Throws ``Storage/StoreError``.
    public func publishedSize() throws(StoreError) -> Int64 { try lastPublished()?.size ?? 0 }

    /// The store as it is now, beside a gateway that works on it, if it has what was published. Throws
    /// ``Storage/StoreError``.
    public func frozen() async throws(StoreError) -> FrozenStore {
        // Asked first: what is published meanwhile isn't held against the snapshot.
        let last = try lastPublished()
        let frozen = try FrozenStore(store)
        try await last?.requireHistory(of: frozen)
        return frozen
    }

    /// Copies the store, while it is used, and what the gateway is. Returns how many entries the copy has.
    ///
    /// Throws ``GatewayDirectoryError``, ``Storage/StoreError`` as ``Storage/StoreBackup`` does, and for a store
    /// without what was published: its vault has keys of what was erased. Then nothing was changed.
    public func backUp(ledger: String, vault: String) async throws -> Int64 {
        _ = try settings()
        _ = try await frozen()
        let companions = try [(config, "config"), (keyring, "keyring")].map { path, name in
            StoreBackup.Companion(name: name, content: try read(path))
        }
        return try StoreBackup.make(
            of: store, in: path, ledger: ledger, vault: vault, with: companions)
    }

    /// Makes this directory from backups. What was published isn't known in it, so it isn't served before
    /// somebody accepts the loss. Returns what the store says about itself.
    ///
    /// Throws ``GatewayDirectoryError`` and ``Storage/StoreError``; then nothing of it is there.
    public func restore(ledger: String, vault: String) throws -> FrozenStore.Condition {
        guard access(path, F_OK) != 0 else {
            throw GatewayDirectoryError.alreadyThere(path: path)
        }
        let files = try ["config", "keyring"].map { name in
            let copy = ledger + "/" + name
            guard
                let bytes = try mapped({ () throws(HomeError) in
                    try PrivateFile.read(copy, limit: 64 << 10)
                })
            else {
                throw GatewayDirectoryError.notABackup(path: ledger, missing: copy)
            }
            return (name, bytes)
        }
        let part = GatewayDirectory(path + ".part")
        try part.removeUnfinished()
        try mapped { () throws(HomeError) in try PrivateFile.makeDirectory(part.path) }
        // A crash from here on leaves a directory that the next restore removes.
        do {
            try mapped { () throws(HomeError) in try PrivateFile.makeDirectory(part.store) }
            try StoreBackup.restore(ledger: ledger, vault: vault, to: part.store)
            for (name, bytes) in files {
                try mapped { () throws(HomeError) in
                    try PrivateFile.replace(part.path + "/" + name, with: bytes)
                }
            }
            let condition = try FrozenStore(part.store, anyAge: true).condition
            try mapped { () throws(HomeError) in try PrivateFile.moveDirectory(part.path, to: path)
            }
            return condition
        } catch {
            try? FileManager.default.removeItem(atPath: part.path)
            throw error
        }
    }

    /// Removes what a restore that was killed left in this directory. Throws
    /// ``GatewayDirectoryError/alreadyThere(path:)`` where there is something else.
    private func removeUnfinished() throws {
        guard access(path, F_OK) == 0 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [path]
        // Not what was published, which a gateway has that was served.
        let known = [config, keyring].flatMap { [$0, $0 + ".new"] } + [store]
        guard names.allSatisfy({ known.contains(path + "/" + $0) }),
            names.isEmpty || names.contains("store")
        else { throw GatewayDirectoryError.alreadyThere(path: path) }
        try FileManager.default.removeItem(atPath: path)
    }

    /// The content of a small file. Throws ``GatewayDirectoryError``.
    private func read(
        _ path: String, ownersAlone: Bool = false
    ) throws(GatewayDirectoryError) -> [UInt8] {
        let bytes = try mapped { () throws(HomeError) in
            try PrivateFile.read(path, limit: 64 << 10, ownersAlone: ownersAlone)
        }
        guard let bytes else { throw .fileMissing(path: path) }
        return bytes
    }

    /// Throws ``GatewayDirectoryError`` unless the keyring is there and private, and ``KeyringError`` unless
    /// it has the form of one. What is in it is encrypted.
    func checkKeyring() throws {
        _ = try KeyringFile(parsing: try read(keyring, ownersAlone: true))
    }

    /// Opens the keyring. Throws ``GatewayDirectoryError`` and ``KeyringError``.
    public func unlock(_ protection: Protection) throws -> HostKeys {
        let origin = try settings().origin
        let secrets = try KeyringFile.open(
            try read(keyring, ownersAlone: true), with: protection.passphrase,
            allowing: protection.cost)
        return try Self.keys(secrets, origin: origin)
    }

    /// The log's key signs checkpoints under the log's name.
    private static func keys(_ keyring: Keyring, origin: Origin) throws -> HostKeys {
        let name = try KeyName(origin.text)
        return HostKeys(
            log: NoteSigner(name: name, key: keyring.logKey),
            clock: Cosigner(name: name, key: keyring.clockKey),
            host: try keyring.signingKey(.all))
    }
}

/// An address and a port: `127.0.0.1:8087`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    /// Reads `host:port`; `nil` for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        guard !host.isEmpty, host.utf8.count <= 255,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        (self.host, self.port) = (host, port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension GatewayDirectory.Settings {
    public static let maximumBytes = 64 << 10
    private static let format = "trine-gateway/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<GatewayDirectory.Settings>(
        { (_, host, listen, origin) throws(ClaimError) in
            GatewayDirectory.Settings(origin: origin, host: host, listen: listen)
        },
        .required("format", \.formatName, .format(format)),
        .required("host", \.host, .handle),
        .required("listen", \.listen, .listenAddress),
        .required("origin", \.origin, .origin))
}

extension Codec where Value == ListenAddress {
    fileprivate static let listenAddress = Codec.mapped(
        .text, "host:port", from: ListenAddress.init(_:), to: \.description)
}
