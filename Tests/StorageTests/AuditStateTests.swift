import Foundation
import Sharing
import Storage
import TestSupport
import Testing
import Wire

@testable import Rules

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
