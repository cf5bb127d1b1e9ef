import Testing
import Wire

@testable import Storage

/// How attachments are wrapped.
@Suite struct WrappingTests {
    private static let attachments = Attachments(
        disclosures: Array("a~b~".utf8),
        sections: [
            .init(name: "due_date", bytes: Array("2026-11-20".utf8)),
            .init(name: "document", bytes: [UInt8](repeating: 5, count: 100_000)),
            .init(name: "empty", bytes: []),
            .init(name: "lines", bytes: [UInt8](repeating: 6, count: 4097)),
            .init(name: "note", bytes: [UInt8](repeating: 7, count: 4096)),
        ])

    private static let key = WrapKey()

    private func open(
        _ wrapped: WrappedAttachments, of index: Int64, _ sections: Set<String>?,
        rows: [Int: [UInt8]]? = nil
    ) throws -> (attachments: Attachments, rows: [Int]) {
        let directory = try OpenedDirectory(
            wrapped.rows[0], of: index, key: Self.key, sections: sections)
        let all = Dictionary(uniqueKeysWithValues: wrapped.rows.enumerated().map { ($0, $1) })
        return (try directory.attachments { (rows ?? all)[$0] }, directory.furtherRows)
    }

    @Test func `what is wrapped opens again`() throws {
        let wrapped = WrappedAttachments(Self.attachments, of: 9, key: Self.key)
        #expect(wrapped.rows.count == 3)
        let (attachments, rows) = try open(wrapped, of: 9, nil)
        #expect(attachments == Self.attachments)
        #expect(rows == [1, 2])
    }

    @Test func `small fields are read without the large rows`() throws {
        let wrapped = WrappedAttachments(Self.attachments, of: 9, key: Self.key)
        let (attachments, rows) = try open(wrapped, of: 9, ["due_date", "note"], rows: [:])
        #expect(attachments.sections.map(\.name) == ["due_date", "note"])
        #expect(attachments.disclosures == Self.attachments.disclosures)
        #expect(rows.isEmpty)
    }

    @Test func `an entry's rows don't open as another's`() throws {
        let wrapped = WrappedAttachments(Self.attachments, of: 9, key: Self.key)
        #expect(
            throws: StoreError.corrupt(.attachments(entry: 10), .changed)
        ) { try open(wrapped, of: 10, nil) }
    }

    @Test func `large rows cannot be exchanged or left out`() throws {
        let same = Attachments(sections: [
            .init(name: "a", bytes: [UInt8](repeating: 1, count: 5000)),
            .init(name: "b", bytes: [UInt8](repeating: 1, count: 5000)),
        ])
        let wrapped = WrappedAttachments(same, of: 3, key: Self.key)
        #expect(wrapped.rows[1] != wrapped.rows[2])
        let exchanged = [1: wrapped.rows[2], 2: wrapped.rows[1]]
        #expect(
            throws: StoreError.corrupt(.section("a", entry: 3), .changed)
        ) { try open(wrapped, of: 3, nil, rows: exchanged) }
        #expect(throws: StoreError.corrupt(.section("b", entry: 3), .missing)) {
            try open(wrapped, of: 3, nil, rows: [1: wrapped.rows[1]])
        }
    }

    @Test func `a cut row is refused`() throws {
        let wrapped = WrappedAttachments(Self.attachments, of: 9, key: Self.key)
        for count in [0, 3, 4, 20, wrapped.rows[0].count - 1] {
            #expect(throws: StoreError.self) {
                try OpenedDirectory(
                    Array(wrapped.rows[0].prefix(count)), of: 9, key: Self.key, sections: nil)
            }
        }
        #expect(throws: StoreError.self) {
            try OpenedDirectory(wrapped.rows[0] + [0], of: 9, key: Self.key, sections: nil)
        }
    }

    @Test func `the same attachments are never wrapped alike`() {
        let one = WrappedAttachments(Self.attachments, of: 9, key: WrapKey())
        let other = WrappedAttachments(Self.attachments, of: 9, key: WrapKey())
        #expect(zip(one.rows, other.rows).allSatisfy { $0 != $1 })
    }
}
