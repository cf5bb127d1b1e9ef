import Foundation
import Sharing
import TestSupport
import Testing
import Wire

@testable import Rules
@testable import Storage

/// The state that a long audit keeps on disk.
@Suite struct AuditStateTests {
    @Test func `it answers as memory does`() throws {
        var random = SeededGenerator.printed()
        let directory = try TemporaryDirectory()
        let disk = try AuditState(in: directory.path)
        // Another reference to the same state, not another state.
        let same = disk
        var memory = StateInMemory()
        let keys = (0..<40_000).map { _ in StatementState.key(JTI(using: &random)) }
        for step in 0..<100 {
            var changes = Changes()
            for _ in 0..<500 {
                changes.set(
                    keys.randomElement(using: &random)!,
                    random.chance(20)
                        ? nil
                        : StatementState(
                            index: Int64(step), digest: Digest(hashing: random.bytes(2)),
                            kind: .record, issuer: LogBuilder.handles[0],
                            time: Timestamp(clamping: Int64(step))))
            }
            try (step.isMultiple(of: 2) ? disk : same).apply(changes)
            memory.apply(changes)
            let asked = (0..<100).map { _ in keys.randomElement(using: &random)!.untyped }
            #expect(try disk.values(of: asked) == memory.values(of: asked))
        }
        // More was changed than is held back, so that it was written.
        let all = keys.map(\.untyped)
        #expect(try disk.values(of: all) == memory.values(of: all))
    }

    /// A key that was written long ago, and one that was removed in a later run, among many runs.
    @Test func `older runs are found`() throws {
        var random = SeededGenerator.printed()
        let directory = try TemporaryDirectory()
        let disk = try AuditState(in: directory.path)
        func value(_ number: Int) -> StatementState {
            StatementState(
                index: Int64(number), digest: Digest(hashing: []), kind: .record,
                issuer: LogBuilder.handles[0], time: Timestamp(clamping: 0))
        }
        let first = StatementState.key(JTI(using: &random))
        let removed = StatementState.key(JTI(using: &random))
        let replaced = StatementState.key(JTI(using: &random))
        var changes = Changes()
        for key in [first, removed, replaced] { changes.set(key, value(1)) }
        try disk.apply(changes)
        for run in 0..<5 {
            var changes = Changes()
            for number in 0..<21_000 {
                changes.set(StatementState.key(JTI(using: &random)), value(number))
            }
            if run == 2 {
                changes.set(removed, nil)
                changes.set(replaced, value(2))
            }
            try disk.apply(changes)
        }
        let found = try disk.values(of: [first, removed, replaced].map(\.untyped))
        #expect(found[first.untyped]?.object as? StatementState == value(1))
        #expect(found[removed.untyped] == nil)
        #expect(found[replaced.untyped]?.object as? StatementState == value(2))
    }

    /// What is in a set is always found; of what isn't, hardly anything.
    @Test func `a filter misses nothing`() {
        var random = SeededGenerator.printed()
        func keys(_ count: Int) -> [StateKey] {
            (0..<count).map { _ in StatementState.key(JTI(using: &random)).untyped }
        }
        let inside = keys(5000)
        var filter = KeyFilter(capacity: inside.count)
        #expect(!filter.mayContain(1))
        for key in inside { filter.insert(KeyFilter.hash(key)) }
        #expect(inside.allSatisfy { filter.mayContain(KeyFilter.hash($0)) })
        #expect(keys(20_000).count { filter.mayContain(KeyFilter.hash($0)) } < 40)
    }

    /// Each key is looked for in the runs that have it, the newest first, and in hardly any other.
    @Test func `the runs that have a key are found`() {
        var random = SeededGenerator.printed()
        func keys(_ count: Int) -> [StateKey] {
            (0..<count).map { _ in StatementState.key(JTI(using: &random)).untyped }
        }
        let shared = keys(3)
        let runs = (0..<21).map { run in keys(200) + (run % 5 == 0 ? shared : []) }
        var filters = RunFilters(keysOfRun: 200)
        #expect(filters.runs(mayHave: shared[0]).isEmpty)
        for (run, keys) in runs.enumerated() { #expect(filters.add(keys) == run) }
        for key in shared {
            let found = filters.runs(mayHave: key)
            #expect(found == found.sorted(by: >))
            #expect(Set(found).isSuperset(of: [0, 5, 10, 15, 20]))
        }
        for (run, keys) in runs.enumerated() {
            #expect(keys.allSatisfy { filters.runs(mayHave: $0).contains(run) })
        }
        #expect(keys(5000).count { !filters.runs(mayHave: $0).isEmpty } < 40)
    }

    @Test func `its file has no name and is its owner's only`() throws {
        let directory = try TemporaryDirectory()
        let state = try AuditState(in: directory.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let found = descriptors.compactMap { Int32($0) }.filter { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\(descriptor)")
            return target?.hasPrefix(directory.path + "/.audit-") == true
        }
        #expect(found.count == 1)
        for descriptor in found {
            var status = stat()
            #expect(fstat(descriptor, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        withExtendedLifetime(state) {}
    }
}
