import Foundation
import TestReaders
import TestSupport
import Testing

/// The inputs from which `make fuzz` begins, and those that it found: each is read or refused, also cut
/// anywhere and with bytes changed.
struct CorpusTests {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Corpus")
    }

    static var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted()
    }

    @Test("there are inputs of each format") func isThere() {
        #expect(Self.names.count >= 12)
        let endings = Set(Self.names.map { $0.split(separator: ".").last.map(String.init) ?? "" })
        #expect(endings.isSuperset(of: ["xml", "sta", "csv", "pdf", "json"]))
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test("each is read or refused by every reader, also in part", arguments: names)
    func reads(name: String) throws {
        let bytes = try Self.bytes(name)
        for reader in FuzzedReader.allCases { reader.read(bytes) }
        let readers = FuzzedReader.allCases.filter { $0.takes(bytes) }
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            for reader in readers {
                reader.read(Array(bytes.prefix(count)))
                reader.read(Array(bytes.dropFirst(count)))
            }
        }
    }

    @Test("changed copies are read or refused, the same ones each time", arguments: names)
    func readsChanged(name: String) throws {
        let bytes = try Self.bytes(name)
        let readers = FuzzedReader.allCases.filter { $0.takes(bytes) }
        var random = SeededGenerator(seed: 13)
        for _ in 0..<Self.copies {
            let changed = random.mutated(bytes)
            for reader in readers { reader.read(changed) }
        }
    }

    /// Of each input. `make fuzz` reads millions.
    private static let copies = 300
}
