import CSodium
import Foundation
import Wire

/// A process that holds the file key of one home for a while, so that its passphrase is asked for once.
///
/// It listens on a socket in the home's directory `run`, mode 0600, and answers its own user only. It
/// ends at a time that is fixed when it starts, when it is told to, and when its socket was taken away.
public enum Agent {
    /// What is asked, in one byte.
    enum Question: UInt8 {
        case key, state, end
    }

    /// What an agent said.
    public struct Held: Sendable {
        /// Until it ends.
        public let secondsLeft: Int64
        public let fileKey: FileKey
    }

    static let answerSeconds = 5
    private static let socketName = "agent"
    private static let lockName = "agent.lock"

    // MARK: Asking

    /// The file key that the agent of the home in `directory` holds; `nil` where there is none. Whoever
    /// answers, a key is believed only once it opens the keyring.
    public static func held(for directory: String) -> Held? {
        guard let answer = ask(.key, directory, count: 8 + FileKey.byteCount) else { return nil }
        var bytes = answer
        defer { bytes.wipe() }
        guard let key = FileKey(bytes.dropFirst(8)) else { return nil }
        return Held(secondsLeft: seconds(bytes.prefix(8)), fileKey: key)
    }

    /// How long the agent goes on; `nil` where there is none.
    public static func secondsLeft(for directory: String) -> Int64? {
        ask(.state, directory, count: 8).map { seconds($0) }
    }

    /// Ends the agent. Whether there was one.
    public static func end(for directory: String) -> Bool {
        ask(.end, directory, count: 8) != nil
    }

    private static func seconds(_ bytes: some Collection<UInt8>) -> Int64 {
        Int64(clamping: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }

    private static func ask(_ question: Question, _ directory: String, count: Int) -> [UInt8]? {
        guard let run = RunDirectory(directory + "/run"),
            let socket = LocalSocket(connectingTo: run, socketName),
            socket.peerIsOwnUser
        else { return nil }
        socket.limit(seconds: answerSeconds)
        guard socket.write([question.rawValue]) else { return nil }
        return socket.read(count)
    }

    // MARK: Serving

    /// Holds `fileKey` for `seconds`, or until told to end. `ready` is called once it can be asked.
    ///
    /// Throws ``HomeError/busy(path:holder:)`` where the home has an agent already.
    public static func serve(
        _ fileKey: consuming FileKey, for directory: String, seconds: Int64,
        ready: () -> Void
    ) throws(HomeError) {
        let path = directory + "/run"
        do { try PrivateFile.makeDirectory(path) } catch {
            guard case .alreadyThere = error else { throw error }
        }
        try PrivateFile.checkPrivate(path)
        guard let run = RunDirectory(path) else {
            throw .system(path: path, call: "open", code: errno)
        }
        // Held until the process ends: one agent a home, and what a killed one left is known as that.
        guard run.lock(lockName) else { throw .busy(path: path, holder: nil) }
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // A memory image would have the key in it.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let key = LockedKey(fileKey)
        let deadline = ContinuousClock.now + .seconds(seconds)
        run.remove(socketName)
        guard let listener = LocalSocket(listeningIn: run, socketName) else {
            throw .system(path: path, call: "bind", code: errno)
        }
        ready()
        while ContinuousClock.now < deadline, run.still(has: listener, socketName) {
            let left = ContinuousClock.now.duration(to: deadline)
            let wait = min(left, lookEvery)
            guard listener.isReadable(within: wait) else { continue }
            guard let caller = listener.accepted(), caller.peerIsOwnUser else { continue }
            caller.limit(seconds: 1)
            guard let byte = caller.read(1)?.first, let question = Question(rawValue: byte) else {
                continue
            }
            let now = max(0, ContinuousClock.now.duration(to: deadline).components.seconds)
            let head = withUnsafeBytes(of: UInt64(now).bigEndian) { Array($0) }
            switch question {
            case .key:
                guard now > 0 else { continue }
                var answer = head + key.bytes
                _ = caller.write(answer)
                answer.wipe()
            case .state: _ = caller.write(head)
            case .end:
                run.remove(socketName)
                _ = caller.write(head)
                return
            }
        }
        if run.still(has: listener, socketName) { run.remove(socketName) }
    }

    /// How often an agent looks whether its socket is still there.
    private static let lookEvery = Duration.seconds(2)
}

/// A key in memory that isn't written to the disk, has guard pages around it, and is wiped.
private final class LockedKey {
    private let storage: UnsafeMutableRawPointer

    init(_ key: FileKey) {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
        guard let storage = sodium_malloc(FileKey.byteCount) else {
            preconditionFailure("there is memory for one key")
        }
        key.withBytes { storage.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        sodium_mprotect_readonly(storage)
        self.storage = storage
    }

    var bytes: [UInt8] {
        Array(UnsafeRawBufferPointer(start: storage, count: FileKey.byteCount))
    }

    deinit { sodium_free(storage) }
}
