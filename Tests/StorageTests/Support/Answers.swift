import Rules
import Sharing
import Storage
import TestSupport
import Transparency
import Wire

/// What a store and the reference can be asked.
protocol Answering: Sendable {
    func head() async throws(StoreError) -> Head?
    func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice
    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]]
    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash]
    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?]
    func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]
    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]
    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)]
    func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)]
    func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)]
    func applications() async throws(StoreError) -> [StoredApplication]
}

/// Everything a store can be asked about a log, in a form that can be compared.
struct Answers: Equatable, CustomStringConvertible {
    private(set) var lines: [String] = []

    var description: String { lines.joined(separator: "\n") }

    private mutating func add(_ question: String, _ answer: some Any) {
        lines.append("\(question): \(answer)")
    }

    private mutating func add(_ question: String, _ attachments: Attachments?) {
        guard let attachments else { return add(question, "none") }
        add(
            question,
            attachments.sections.map { "\($0.name) \($0.bytes.short)" }
                + [attachments.disclosures.short])
    }

    /// Asks `store` everything, about at most `size` entries.
    static func complete(_ store: some Answering, jtis: [JTI]) async throws -> Answers {
        var answers = Answers()
        let head = try await store.head()
        answers.add(
            "head", head.map { "\($0.edge.root) \($0.size) \($0.checkpoint.short)" } ?? "none")
        let size = head?.size ?? 0
        answers.add(
            "leaves",
            try await store.leaves(0..<size + 10).map { Digest<Digested.Leaf>(hashing: $0) })
        var state: [String] = []
        var after: String?
        while true {
            let page = try await store.allState(after: after, limit: 7)
            state += page.map { "\($0.key) \($0.value.bytes.text)" }
            guard let last = page.last else { break }
            after = last.key
        }
        for row in state.sorted() { answers.add("state", row) }
        for level in 0..<3 {
            for index in 0..<UInt64(3) {
                answers.add(
                    "tile \(level) \(index)", try await store.tile(level: level, index: index))
            }
        }
        for index in 0..<size + 2 {
            answers.add(
                "attachments \(index)",
                try await store.attachments(of: [index], sections: nil, enough: .max)[0])
        }
        for handle in LogBuilder.handles {
            answers.add(
                "concerning \(handle)",
                try await store.indices(
                    concerning: handle, kinds: nil, from: 0, limit: .max))
            answers.add(
                "by \(handle)",
                try await store.indices(issuer: handle, kind: nil, from: 0, limit: .max))
            for (book, state) in try await store.books(of: handle, series: nil, months: nil) {
                answers.add("book \(handle) \(book)", state.bytes.text)
                answers.add(
                    "records \(handle) \(book)",
                    try await store.records(of: handle, in: book, 1...Int64.max))
            }
        }
        answers.add(
            "applications", try await store.applications().map { "\($0.handle) \($0.bytes.short)" })
        return answers
    }

    /// Asks `store` a few random questions; the same ones for the same generator.
    static func some(
        _ store: some Answering, size: Int64, jtis: [JTI], using random: inout SeededGenerator
    ) async throws -> Answers {
        var answers = Answers()
        let from = Int64(random.number(-1...Int(size) + 1))
        let to = from + Int64(random.number(0...20))
        answers.add(
            "leaves \(from)..<\(to)", try await store.leaves(max(0, from)..<max(0, to)).map(\.short)
        )
        let handle = LogBuilder.handles.randomElement(using: &random)!
        let kind = [Kind.record, .revoke, .suspend, .closeBook, .grant].randomElement(
            using: &random)!
        let limit = random.number(0...6)
        answers.add(
            "concerning \(handle) \(kind) \(from) \(limit)",
            try await store.indices(
                concerning: handle, kinds: random.chance(50) ? nil : [kind, .revoke], from: from,
                limit: limit))
        answers.add(
            "by \(handle) \(kind) \(from) \(limit)",
            try await store.indices(
                issuer: random.chance(50) ? nil : handle, kind: random.chance(50) ? nil : kind,
                from: from, limit: limit))
        let month = Month(number: random.number(299...305))!
        answers.add(
            "books \(handle) \(month)",
            try await store.books(
                of: handle, series: random.chance(50) ? nil : .invoices,
                months: random.chance(30) ? nil : month...month.advanced(by: 2)
            ).map { "\($0.book) \($0.state.bytes.text)" })
        let low = Int64(random.number(0...5))
        answers.add(
            "records \(handle) \(month) \(low)",
            try await store.records(
                of: handle, in: BookName(series: .invoices, month: month),
                low...low + Int64(random.number(0...3))))
        let sections = Set(LogBuilder.sections.filter { _ in random.chance(40) })
        answers.add(
            "attachments \(from) \(sections.sorted())",
            try await store.attachments(of: [from], sections: sections, enough: .max)[0])
        // In any order, some of them twice, some not there.
        let several = (0..<random.number(0...5)).map { _ in
            Int64(random.number(-1...Int(size) + 1))
        }
        answers.add(
            "attachments \(several)",
            try await store.attachments(
                of: several, sections: sections, enough: random.number(0...20_000)))
        var keys: Set<StateKey> = [
            LogState.key.untyped, HoldsState.key(handle).untyped,
            ParticipantState.key(handle).untyped,
        ]
        for jti in jtis where random.chance(10) {
            keys.formUnion([StatementState.key(jti).untyped, CallState.key(jti).untyped])
        }
        let slice = try await store.state(keys)
        answers.add("state", slice.values.map { "\($0.key.text) \($0.value.bytes.text)" }.sorted())
        return answers
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Count and digest, for comparing.
    var short: String { "\(count):\(Digest<Digested.Blob>(hashing: self))" }
}

extension Store {
    /// Where the store says that the entry's attachments are damaged; `nil` where they aren't.
    func damage(at entry: Int64) async -> StorePlace? {
        do throws(StoreError) {
            _ = try await attachments(of: entry, sections: nil)
            return nil
        } catch {
            if case .corrupt(let place, _) = error { return place }
            return nil
        }
    }

    /// One piece of state, or why it can't be read.
    func found(_ key: StateKey) async -> Result<StateValue?, StoreError> {
        do throws(StoreError) {
            return .success(try await state([key])[key])
        } catch {
            return .failure(error)
        }
    }
}
