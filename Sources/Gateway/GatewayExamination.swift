import Custody
import Foundation
import Sharing
import Storage
import Transparency
public import Wire

/// What an examination says about one thing that a gateway needs.
public struct ExaminedThing: Sendable, Equatable {
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

    /// Its name, which stays.
    public let code: String
    public let verdict: Verdict
    public let words: String
}

extension GatewayDirectory {
    /// Looks at everything that the gateway needs to be served, while it is or isn't, and changes nothing.
    public func examine(now: Timestamp) async -> [ExaminedThing] {
        var things = [
            examined("settings") { "the log is \(try settings().origin)" },
            examined("keyring") {
                try checkKeyring()
                return "the keyring is there"
            },
        ]
        things.append(isServed)
        things.append(space)
        let last: PublishedCheckpoint.Head?
        do throws(StoreError) {
            last = try lastPublished()
            things.append(
                ExaminedThing(
                    code: "published", verdict: .ok,
                    words: last.map { "a checkpoint of \($0.size) entries was published" }
                        ?? "nothing was published yet"))
        } catch {
            things.append(ExaminedThing(code: "published", verdict: .failure, words: "\(error)"))
            last = nil
        }
        do throws(StoreError) {
            let frozen = try FrozenStore(store)
            things += try await examine(frozen, last, now)
        } catch {
            things.append(ExaminedThing(code: "store", verdict: .failure, words: "\(error)"))
        }
        return things
    }

    private func examine(
        _ frozen: FrozenStore, _ last: PublishedCheckpoint.Head?, _ now: Timestamp
    ) async throws(StoreError) -> [ExaminedThing] {
        guard let head = try await frozen.head() else { throw .unreadable(.noGenesis) }
        let condition = frozen.condition
        var things = [
            ExaminedThing(
                code: "store", verdict: .ok,
                words: "the store opens: \(condition.entries) entries, term \(condition.term), "
                    + "generation \(condition.generation) of its vault")
        ]
        things.append(
            condition.isVaultOlder
                ? ExaminedThing(
                    code: "vault", verdict: .warning,
                    words:
                        "the vault is an older one: what was erased since is destroyed again when "
                        + "the gateway starts")
                : ExaminedThing(code: "vault", verdict: .ok, words: "the vault is the ledger's"))
        things.append(
            condition.dueErasures > 0
                ? ExaminedThing(
                    code: "erasures", verdict: .warning,
                    words:
                        "\(condition.dueErasures) keys are still to be destroyed: the gateway does "
                        + "that when it starts")
                : ExaminedThing(code: "erasures", verdict: .ok, words: "no key is due"))
        do throws(StoreError) {
            try await last?.requireHistory(of: frozen)
            things.append(
                ExaminedThing(
                    code: "history", verdict: .ok, words: "the store has what was published"))
        } catch {
            things.append(ExaminedThing(code: "history", verdict: .failure, words: "\(error)"))
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
        let verdict: ExaminedThing.Verdict =
            seconds < 0 ? .failure : seconds > 86_400 ? .warning : .ok
        let words =
            switch verdict {
            case .failure:
                "\(StoreError.failed(.datedBefore(published: date)))"
            case .warning:
                "the last checkpoint was dated \(seconds / 3600) hours ago: if this machine's clock is "
                    + "right, serve with --trust-clock"
            case .ok: "the last checkpoint was dated \(seconds) seconds ago"
            }
        return ExaminedThing(code: "clock", verdict: verdict, words: words)
    }

    private func examined(
        _ code: String, _ look: () throws -> String
    ) -> ExaminedThing {
        do { return ExaminedThing(code: code, verdict: .ok, words: try look()) } catch {
            return ExaminedThing(code: code, verdict: .failure, words: "\(error)")
        }
    }

    private var isServed: ExaminedThing {
        let words =
            SQLiteStore.isInUse(store) ? "a gateway works on the store" : "no gateway is running"
        return ExaminedThing(code: "running", verdict: .ok, words: words)
    }

    /// SQLite needs room for a write-ahead log of some 32 MB beside what is stored.
    private var space: ExaminedThing {
        var status = statvfs()
        guard statvfs(store, &status) == 0 else {
            return ExaminedThing(
                code: "disk", verdict: .failure,
                words: "\(StoreError.failed(.system(call: "statvfs", path: store, code: errno)))")
        }
        let megabytes = (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
        let verdict: ExaminedThing.Verdict =
            megabytes < 64 ? .failure : megabytes < 1024 ? .warning : .ok
        return ExaminedThing(
            code: "disk", verdict: verdict, words: "\(megabytes) MB are free for the store")
    }
}
