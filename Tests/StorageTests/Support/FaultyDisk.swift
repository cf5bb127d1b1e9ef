import Foundation
import Storage
import Synchronization

/// A disk that fails on demand, for the files in one directory.
///
/// It stands between SQLite and the system's files (``FaultyFiles``), counts the operations that
/// change a file, and knows for every file what it held when it was last synced: that is what a
/// power cut leaves.
final class FaultyDisk: Sendable {
    let directory: String
    private let state: Mutex<State>
    private let syncing = Mutex(())

    private struct State {
        var operations = 0
        var syncs = 0
        var failing: (operation: Int, fault: Fault)?
        var fired = false
        var synced: [String: [UInt8]] = [:]
    }

    /// What an operation is to do.
    struct Verdict {
        let perform: Bool
        let succeed: Bool
    }

    init(directory: String) {
        self.directory = directory
        state = Mutex(State())
        FaultyFiles.register(self)
    }

    /// Ends the interception; files that are open stay as they are.
    func remove() { FaultyFiles.unregister(self) }

    /// Lets operation `number`, counted from now and from 1, fail; `nil` for none.
    func fail(_ number: Int?, _ fault: Fault = .refused) {
        state.withLock {
            $0.failing = number.map { ($0, fault) }
            $0.operations = 0
            $0.fired = false
        }
    }

    /// How often something was synced.
    var syncs: Int { state.withLock { $0.syncs } }

    /// Whether the fault was reached.
    var fired: Bool { state.withLock { $0.fired } }

    /// Counts an operation that changes something.
    func operation() -> Verdict {
        state.withLock { state in
            state.operations += 1
            guard let (number, fault) = state.failing else {
                return Verdict(perform: true, succeed: true)
            }
            if fault == .dead, state.operations >= number {
                state.fired = true
                return Verdict(perform: false, succeed: false)
            }
            guard state.operations == number else { return Verdict(perform: true, succeed: true) }
            state.fired = true
            return Verdict(perform: fault == .doneAllTheSame, succeed: false)
        }
    }

    /// Does a write that is durable when it returns, past SQLite.
    func change(_ path: String, _ write: () throws(StoreError) -> Void) throws(StoreError) {
        let verdict = operation()
        var failure: StoreError?
        if verdict.perform {
            synced(path) {
                do throws(StoreError) { try write() } catch { failure = error }
                return failure == nil
            }
        }
        if let failure { throw failure }
        if !verdict.succeed { throw .failed(.system(call: "pwrite", path: path, code: EIO)) }
    }

    /// Does `sync`, and where that succeeds notes what `path` holds: from now on it survives a power
    /// cut. One after the other, or what an earlier sync saw could replace what a later one did.
    func synced(_ path: String, _ sync: () -> Bool) {
        syncing.withLock { _ in
            guard sync() else { return }
            let bytes = FileManager.default.contents(atPath: path).map { Array($0) }
            state.withLock {
                $0.synced[path] = bytes
                $0.syncs += 1
            }
        }
    }

    func deleted(_ path: String) { state.withLock { $0.synced[path] = nil } }

    /// The directory as a power cut leaves it.
    func afterPowerCut() throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        for (path, bytes) in state.withLock({ $0.synced }) {
            let name = URL(fileURLWithPath: path).lastPathComponent
            try Data(bytes).write(to: URL(fileURLWithPath: copy.path + "/" + name))
        }
        return copy
    }
}
