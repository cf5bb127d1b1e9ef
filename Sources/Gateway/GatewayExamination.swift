public import Custody
import Foundation
public import Rules
import Sharing
public import Storage
import Transparency
public import Wire

/// What an examination says about one thing that a gateway needs.
public struct ExaminedThing: Sendable {
    public enum Verdict: String, Sendable, Comparable {
        case ok
        case warning = "WARN"
        case failure = "FAIL"

        public static func < (one: Verdict, other: Verdict) -> Bool { one.rank < other.rank }
        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }
    }

    /// What was found out.
    public enum Finding: Sendable {
        case settings(Origin)
        /// The keyring has the form of one. Whether it opens, only its passphrase tells.
        case keyring
        /// Nobody else may read the store's files.
        case storeIsPrivate
        /// Others may read this one, or the store's directory.
        case storeIsExposed(path: String)
        case served(Bool)
        case free(megabytes: UInt64)
        /// How many entries the last checkpoint has that was published.
        case published(size: Int64?)
        /// The store opens, and a gateway could begin with what is in it. Every page was read, unless there
        /// are too many.
        case store(FrozenStore.Condition, allPages: Bool)
        case vault(isOlder: Bool)
        /// So many keys are to be destroyed.
        case due(Int)
        /// The store has what was published, or nobody knows what that was.
        case history(isKnown: Bool)
        /// The last checkpoint was dated so long ago.
        case dated(secondsAgo: Int64)
        case unusable(GatewayDirectoryError)
        case keyringUnusable(KeyringError)
        case storeUnusable(StoreError)
        case unknownRules(UnknownRules)
    }

    /// Its name, which stays.
    public let code: String
    public let verdict: Verdict
    public let finding: Finding
}

extension GatewayDirectory {
    /// A ledger of more bytes isn't read whole: an examination is to take some seconds.
    static let examinedBytes = 1 << 30

    /// Looks at everything that the gateway needs to be served, while it is or isn't, and changes nothing.
    public func examine(now: Timestamp) async -> [ExaminedThing] {
        var things = [examinedSettings, examinedKeyring, access, isServed, space]
        let last: PublishedCheckpoint.Head?
        var isKnown = true
        do throws(StoreError) {
            last = try lastPublished()
            things.append(.init(code: "published", .ok, .published(size: last?.size)))
        } catch {
            things.append(.init(code: "published", .failure, .storeUnusable(error)))
            (last, isKnown) = (nil, false)
        }
        do throws(StoreError) {
            let frozen = try FrozenStore(store)
            things.append(try await examinedStore(frozen))
            things += try await examine(frozen, last, isKnown: isKnown, now)
        } catch {
            things.append(.init(code: "store", .failure, .storeUnusable(error)))
        }
        return things
    }

    /// Reads what a gateway reads when it starts, and every page.
    private func examinedStore(_ frozen: FrozenStore) async throws(StoreError) -> ExaminedThing {
        guard let head = try await frozen.head(), let log = try await frozen.value(of: LogState.key)
        else { throw .unreadable(.noGenesis) }
        let edge = try await TileEdge.load(size: UInt64(head.size), from: frozen)
        guard edge.root == head.edge.root else { throw .corrupt(.tree, .otherRoot) }
        if let unknown = log.unknownRules(at: head.size) {
            return .init(code: "store", .failure, .unknownRules(unknown))
        }
        _ = try await PublishedPolicies.read(from: frozen, 0..<head.size)
        _ = try await PublishedTypes.read(from: frozen, 0..<head.size)
        let allPages = try await frozen.checkPages(maximumBytes: Self.examinedBytes)
        return .init(code: "store", .ok, .store(frozen.condition, allPages: allPages))
    }

    private func examine(
        _ frozen: FrozenStore, _ last: PublishedCheckpoint.Head?, isKnown: Bool, _ now: Timestamp
    ) async throws(StoreError) -> [ExaminedThing] {
        guard let head = try await frozen.head() else { throw .unreadable(.noGenesis) }
        let condition = frozen.condition
        let isOlder = condition.isVaultOlder
        var things = [
            ExaminedThing(code: "vault", isOlder ? .warning : .ok, .vault(isOlder: isOlder)),
            ExaminedThing(
                code: "erasures", condition.dueErasures > 0 ? .warning : .ok,
                .due(condition.dueErasures)),
        ]
        do throws(StoreError) {
            try await last?.requireHistory(of: frozen)
            things.append(
                .init(code: "history", isKnown ? .ok : .warning, .history(isKnown: isKnown)))
        } catch {
            things.append(.init(code: "history", .failure, .storeUnusable(error)))
        }
        things.append(Self.clock(head, last, now))
        return things
    }

    /// A gateway whose clock is behind what it published dates nothing, and enters nothing after a day's
    /// silence.
    private static func clock(
        _ head: Head, _ last: PublishedCheckpoint.Head?, _ now: Timestamp
    ) -> ExaminedThing {
        let date = max(PublishedCheckpoint.Head(head.checkpoint)?.date ?? 0, last?.date ?? 0)
        let seconds = now.seconds - Int64(clamping: date)
        guard seconds >= 0 else {
            return .init(
                code: "clock", .failure, .storeUnusable(.failed(.datedBefore(published: date))))
        }
        return .init(
            code: "clock", seconds > 86_400 ? .warning : .ok, .dated(secondsAgo: seconds))
    }

    private var examinedSettings: ExaminedThing {
        do throws(GatewayDirectoryError) {
            return .init(code: "settings", .ok, .settings(try settings().origin))
        } catch { return .init(code: "settings", .failure, .unusable(error)) }
    }

    private var examinedKeyring: ExaminedThing {
        do {
            try checkKeyring()
            return .init(code: "keyring", .ok, .keyring)
        } catch let error as KeyringError {
            return .init(code: "keyring", .failure, .keyringUnusable(error))
        } catch let error as GatewayDirectoryError {
            return .init(code: "keyring", .failure, .unusable(error))
        } catch {
            preconditionFailure("a keyring's file has its own errors")
        }
    }

    /// The directory of the gateway keeps others out; a copy of these files, or of its parts, doesn't.
    private var access: ExaminedThing {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: store))?.sorted() ?? []
        for path in [store] + names.map({ store + "/" + $0 }) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { continue }
            return .init(code: "access", .warning, .storeIsExposed(path: path))
        }
        return .init(code: "access", .ok, .storeIsPrivate)
    }

    private var isServed: ExaminedThing {
        .init(code: "running", .ok, .served(SQLiteStore.isInUse(store)))
    }

    /// SQLite needs room for a write-ahead log of some 32 MB beside what is stored.
    private var space: ExaminedThing {
        var status = statvfs()
        guard statvfs(store, &status) == 0 else {
            let fault = StoreFault.system(call: "statvfs", path: store, code: errno)
            return .init(code: "disk", .failure, .storeUnusable(.failed(fault)))
        }
        let megabytes = (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
        let verdict: ExaminedThing.Verdict =
            megabytes < 64 ? .failure : megabytes < 1024 ? .warning : .ok
        return .init(code: "disk", verdict, .free(megabytes: megabytes))
    }
}

extension ExaminedThing {
    fileprivate init(code: String, _ verdict: Verdict, _ finding: Finding) {
        self.init(code: code, verdict: verdict, finding: finding)
    }
}
