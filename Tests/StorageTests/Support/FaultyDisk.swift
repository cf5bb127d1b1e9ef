import Foundation
import Storage
import Synchronization

/// A disk that fails on demand, for the files in one directory.
///
/// It stands between SQLite and the system's files (``FaultyFiles``), counts the operations that
/// change a file, and knows for every file what a power cut leaves of it: what was written before a sync
/// that succeeded. After one that failed, what was written before counts as written out, and isn't: no later
/// sync makes it durable, as with a real disk.
final class FaultyDisk: Sendable {
    let directory: String
    private let state: Mutex<State>
    private let syncing = Mutex(())

    private struct State {
        var operations = 0
        var syncs = 0
        var failing: (operation: Int, fault: Fault)?
        var fired = false
        var failingSync: (name: String, number: Int)?
        var durable: [String: [UInt8]] = [:]
        /// What was written since the last sync, by the file.
        var written: [String: [Range<Int>]] = [:]
        var writers: [String: Set<ObjectIdentifier>] = [:]
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

    /// Counts an operation that changes something, or syncs the file at `syncing`.
    func operation(syncing: String? = nil) -> Verdict {
        state.withLock { state in
            state.operations += 1
            if let (name, number) = state.failingSync, syncing?.hasSuffix("/" + name) == true {
                state.failingSync = number == 1 ? nil : (name, number - 1)
                if number == 1 {
                    state.fired = true
                    return Verdict(perform: false, succeed: false)
                }
            }
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

    /// Lets the sync `number` of the file called `name` fail, counted from now and from 1.
    func failSync(_ number: Int, of name: String) {
        state.withLock {
            $0.failingSync = (name, number)
            $0.fired = false
        }
    }

    /// Does a write that is durable when it returns, past SQLite.
    func change(_ path: String, _ write: () throws(StoreError) -> Void) throws(StoreError) {
        let verdict = operation()
        var failure: StoreError?
        if verdict.perform {
            sync(path) {
                do throws(StoreError) { try write() } catch { failure = error }
                if failure == nil { written(0..<Int.max, to: path) }
                return failure == nil
            }
        }
        if let failure { throw failure }
        if !verdict.succeed { throw .failed(.system(call: "pwrite", path: path, code: EIO)) }
    }

    /// Takes note of bytes that were written, and aren't durable yet.
    func written(_ bytes: Range<Int>, to path: String, by writer: AnyObject? = nil) {
        state.withLock { state in
            state.written[path, default: []].append(bytes)
            if let writer { state.writers[path, default: []].insert(ObjectIdentifier(writer)) }
        }
    }

    /// On how many open files something was written to the file called `name`.
    func writers(of name: String) -> Int {
        state.withLock { $0.writers[directory + "/" + name]?.count ?? 0 }
    }

    /// What was written to `path` never becomes durable.
    func lose(_ path: String) { state.withLock { $0.written[path] = nil } }

    /// Does `sync`, and where that succeeds, what was written to `path` survives a power cut from now on. One
    /// after the other, or what an earlier sync saw could replace what a later one did.
    func sync(_ path: String, _ sync: () -> Bool) {
        syncing.withLock { _ in
            guard sync() else { return }
            let bytes = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
            state.withLock { state in
                var durable = state.durable[path] ?? []
                durable.resize(to: bytes.count)
                for range in state.written.removeValue(forKey: path) ?? [] {
                    let range = range.clamped(to: 0..<bytes.count)
                    // Not byte by byte, as collections do it in a debug build.
                    durable.withUnsafeMutableBytes { durable in
                        bytes.withUnsafeBytes {
                            UnsafeMutableRawBufferPointer(rebasing: durable[range])
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
                        }
                    }
                }
                state.durable[path] = durable
                state.syncs += 1
            }
        }
    }

    func deleted(_ path: String) {
        state.withLock {
            $0.durable[path] = nil
            $0.written[path] = nil
        }
    }

    /// The directory as a power cut leaves it. Of what wasn't synced nothing is there; or every second write,
    /// where the system happened to write that out.
    func afterPowerCut(writingOut: Bool = false) throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        let (durable, written) = state.withLock { ($0.durable, $0.written) }
        for (path, bytes) in durable {
            var bytes = bytes
            if writingOut, let ranges = written[path] {
                let now = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
                bytes.resize(to: Swift.max(bytes.count, now.count))
                for range in ranges.enumerated().filter({ $0.offset % 2 == 0 }).map(\.element) {
                    let range = range.clamped(to: 0..<now.count)
                    bytes.replaceSubrange(range, with: now[range])
                }
            }
            let name = URL(fileURLWithPath: path).lastPathComponent
            try Data(bytes).write(to: URL(fileURLWithPath: copy.path + "/" + name))
        }
        return copy
    }
}

extension [UInt8] {
    /// Cuts it off, or fills it up with zeros.
    fileprivate mutating func resize(to count: Int) {
        if self.count > count { removeLast(self.count - count) }
        self += [UInt8](repeating: 0, count: count - self.count)
    }
}
