import Rules
import Sharing
import Storage
import Synchronization
import Transparency
import Wire

/// A store in memory that fails at operations of the test's choice.
final class FaultyStore: Store, LedgerStore, StateStore, IndexStore, BlobStore, DropBox {
    /// What happens to a failing operation that changes something; one that reads just fails.
    enum Effect: CaseIterable, Sendable {
        /// Nothing is stored, and the store knows.
        case failed
        /// Nothing is stored, and the store can't tell.
        case lost
        /// It is stored, and the store can't tell.
        case stored
        /// Nothing is stored, because another gateway was first; only commits are.
        case overtaken
    }

    private struct Plan {
        /// How many operations there were.
        var count = 0
        var failing: Set<Int> = []
        /// The next commit fails, and everything after it.
        var fromCommit = false
        /// Keys can't be destroyed.
        var inDestroying = false
        var effect = Effect.failed
        var fired = 0
    }

    let memory = MemoryStore()
    /// How long an application takes to be kept.
    let keepingTakes: Duration
    /// How long a commit takes.
    let committingTakes: Duration

    init(keepingTakes: Duration = .zero, committingTakes: Duration = .zero) {
        self.keepingTakes = keepingTakes
        self.committingTakes = committingTakes
    }

    private let plan = Mutex(Plan())

    /// Lets the `number`th operation from now on fail, counted from 0, and those that follow it at
    /// `distances`.
    func arm(at number: Int, and distances: [Int] = [], _ effect: Effect) {
        plan.withLock {
            $0 = Plan(failing: Set([number] + distances.map { number + $0 }), effect: effect)
        }
    }

    /// Lets the next commit fail, and whatever follows it.
    func armCommit(_ effect: Effect) {
        plan.withLock { $0 = Plan(fromCommit: true, effect: effect) }
    }

    /// Lets every destruction of keys fail that follows a commit.
    func armDestroying() { plan.withLock { $0 = Plan(inDestroying: true) } }

    /// Ends it; returns how many operations failed.
    func disarm() -> Int {
        plan.withLock { plan in
            defer { plan = Plan() }
            return plan.fired
        }
    }

    /// What a test does once, before an operation.
    private final class Hook: Sendable {
        private let work = Mutex<(@Sendable () async -> Void)?>(nil)

        func set(_ work: @escaping @Sendable () async -> Void) { self.work.withLock { $0 = work } }

        func run() async {
            let work = work.withLock { work in
                defer { work = nil }
                return work
            }
            await work?()
        }
    }

    private let (sectionsHook, headHook) = (Hook(), Hook())

    /// Does `work` once, before the next sections of entries are read.
    func beforeSections(_ work: @escaping @Sendable () async -> Void) {
        sectionsHook.set(work)
    }

    /// Does `work` once, before the head is read the next time.
    func beforeHead(_ work: @escaping @Sendable () async -> Void) {
        headHook.set(work)
    }

    private let alteration = Mutex<(@Sendable (Attachments) -> Attachments)?>(nil)

    /// Lets every later read of sections find them changed; `nil` for as they are.
    func alterSections(_ change: (@Sendable (Attachments) -> Attachments)?) {
        alteration.withLock { $0 = change }
    }

    private let reads = Mutex<[(entries: Int, enough: Int)]>([])

    /// How much was asked for in each read of several entries' sections.
    var sectionReads: [(entries: Int, enough: Int)] { reads.withLock { $0 } }

    private enum Operation {
        case commit
        case destruction
        case other
    }

    private func verdict(_ operation: Operation = .other) -> Effect? {
        plan.withLock { plan in
            defer { plan.count += 1 }
            let fails =
                plan.fromCommit && (operation == .commit || plan.fired > 0)
                || plan.inDestroying && operation == .destruction
                || plan.failing.contains(plan.count)
            guard fails else { return nil }
            plan.fired += 1
            return plan.effect
        }
    }

    private static let fault = StoreFault.other(file: "memory", type: "by the test")

    private func reading() throws(StoreError) {
        if verdict() != nil { throw .failed(Self.fault) }
    }

    private func changing<Value>(
        _ operation: Operation = .other, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        switch verdict(operation) {
        case nil: return try await body()
        case .overtaken where operation == .commit: throw .superseded
        case .failed, .overtaken: throw .failed(Self.fault)
        case .lost: throw .outcomeUnknown(Self.fault)
        case .stored:
            _ = try await body()
            throw .outcomeUnknown(Self.fault)
        }
    }

    func vault() -> Vault { memory.vault() }

    func head() async throws(StoreError) -> Head? {
        await headHook.run()
        try reading()
        return await memory.head()
    }

    func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure {
        if committingTakes > .zero { try? await Task.sleep(for: committingTakes) }
        defer { commits.withLock { $0 += 1 } }
        return try await changing(.commit) { () throws(StoreError) in
            try await memory.commit(staged, after: previous, in: tenure)
        }
    }

    private let commits = Mutex(0)

    /// How many commits have ended, well or not.
    var committed: Int { commits.withLock { $0 } }

    private let destructions = Mutex<[Int64]>([])

    /// Up to which size keys were destroyed, each time.
    var destroyed: [Int64] { destructions.withLock { $0 } }

    func destroyErased(before size: Int64) async throws(StoreError) {
        destructions.withLock { $0.append(size) }
        try await changing(.destruction) { () throws(StoreError) in
            try await memory.destroyErased(before: size)
        }
    }

    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try reading()
        return await memory.leaves(range)
    }

    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try reading()
        return await memory.tile(level: level, index: index)
    }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try reading()
        if sections?.isEmpty != true { await sectionsHook.run() }
        if indices.count > 1 { reads.withLock { $0.append((indices.count, enough)) } }
        let found = try await memory.attachments(
            of: indices, sections: sections, enough: enough)
        guard sections?.isEmpty != true, let change = alteration.withLock({ $0 }) else {
            return found
        }
        return found.map { $0.map(change) }
    }

    func rows(_ names: [StateNames]) async throws(StoreError) -> [StateRows] {
        try reading()
        return await memory.rows(names)
    }

    func rows(
        after key: String, upTo last: String?, limit: Int,
        hidden: @escaping @Sendable (String) -> [UInt8]?
    ) async throws(StoreError) -> [(key: String, rows: StateRows)] {
        try reading()
        return await memory.rows(after: key, upTo: last, limit: limit, hidden: hidden)
    }

    func keys(after key: String, limit: Int) async throws(StoreError) -> [String] {
        try reading()
        return await memory.keys(after: key, limit: limit)
    }

    func sealedRows(after slot: Int64, limit: Int) async throws(StoreError) -> [SealedRow] {
        try reading()
        return await memory.sealedRows(after: slot, limit: limit)
    }

    func indices(
        concerning party: PartyNames, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try reading()
        return await memory.indices(concerning: party, from: from, limit: limit)
    }

    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try reading()
        return await memory.indices(issuer: issuer, kind: kind, from: from, limit: limit)
    }

    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        try reading()
        return await memory.records(of: enterprise, in: book, range)
    }

    func misfiled(_ entries: [FiledEntry]) async throws(StoreError) -> [Int64] {
        try reading()
        return await memory.misfiled(entries)
    }

    func filed() async throws(StoreError) -> FiledCounts {
        try reading()
        return await memory.filed()
    }

    func firstRows(of indices: [Int64], enough: Int) async throws(StoreError) -> [[UInt8]?] {
        try reading()
        return await memory.firstRows(of: indices, enough: enough)
    }

    func rows(at places: [BlobPlace]) async throws(StoreError) -> [BlobPlace: [UInt8]] {
        try reading()
        return await memory.rows(at: places)
    }

    func isErased(_ index: Int64) async throws(StoreError) -> Bool {
        try reading()
        return await memory.isErased(index)
    }

    func put(_ application: BoxedApplication) async throws(StoreError) {
        try? await Task.sleep(for: keepingTakes)
        try await changing { () throws(StoreError) in await memory.put(application) }
    }

    func drop(_ handle: Handle) async throws(StoreError) {
        try await changing { () throws(StoreError) in await memory.drop(handle) }
    }

    func boxed() async throws(StoreError) -> [BoxedApplication] {
        try reading()
        return await memory.boxed()
    }
}
