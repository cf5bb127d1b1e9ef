import Rules

extension Audit {
    /// A log entry as it was loaded.
    public typealias LoadedEntry = (leaf: [UInt8], disclosures: ShownDisclosures)

    /// Replays the pages in their order, each loaded by `load`. While one is replayed the next ones
    /// are loaded and read on other cores: parsing and signatures are most of the work, and the order
    /// of the entries matters to neither.
    ///
    /// `before` gets each entry's index, `after` the number of entries replayed when a page is done.
    /// Throws what `load` and the state source throw; entries replayed before that stay so.
    public mutating func replay<Page: Sendable>(
        _ pages: [Page], load: @escaping @Sendable (Page) async throws -> [LoadedEntry],
        before: (Int64) -> Void = { _ in }, after: (UInt64) -> Void = { _ in }
    ) async throws {
        let keys = keys
        var waiting = pages[...]
        var ahead: [Task<[ReadEntry], any Error>] = []
        defer { ahead.forEach { $0.cancel() } }
        while !waiting.isEmpty || !ahead.isEmpty {
            while ahead.count < Self.pagesAhead, let next = waiting.popFirst() {
                ahead.append(
                    Task {
                        try await load(next).map { ReadEntry($0.leaf, $0.disclosures, keys: keys) }
                    })
            }
            for read in try await ahead.removeFirst().value {
                before(Int64(clamping: size))
                try entry(read)
            }
            after(size)
        }
    }

    /// Pages that are read while one is replayed.
    private static var pagesAhead: Int { 4 }
}
