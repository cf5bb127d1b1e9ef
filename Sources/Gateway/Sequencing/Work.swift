import Sharing
import Storage
import Wire

/// What waits for its turn: statements that belong together, in their order, or one that the host
/// is to make.
struct Work: Sendable {
    enum Content: Sendable {
        case statements([Submission])
        case draft(HostDraft)
    }

    let content: Content
    /// On whose account it waits; `nil` where that isn't certain, because no signature was checked.
    let account: Handle?
    let continuation: CheckedContinuation<[Outcome], Never>
    let count: Int
    let byteCount: Int
    /// How often it was decided in vain.
    var attempts = 0
    /// The error of a commit whose outcome isn't known. Once there was one, this may be stored, whatever
    /// fails after it.
    var doubt: StoreError?

    init(
        _ content: Content, for account: Handle?,
        _ continuation: CheckedContinuation<[Outcome], Never>
    ) {
        self.content = content
        self.account = account
        self.continuation = continuation
        switch content {
        case .statements(let submissions):
            count = submissions.count
            byteCount = submissions.reduce(0) { $0 + $1.byteCount }
        case .draft:
            count = 1
            byteCount = JWS.maximumBytes
        }
    }

    func end(_ outcome: Outcome) { continuation.resume(returning: [outcome]) }

    /// Nothing could be done, or nobody knows.
    func putOff(_ error: StoreError) { end(doubt.map { .unknown($0) } ?? .unavailable(error)) }
}

/// What waits to be decided: in turns by whose it is, so that who sends much delays itself.
struct FairQueue {
    /// How much may wait.
    struct Bounds {
        var statements = GatewayLimits.waitingStatements
        var bytes = GatewayLimits.waitingBytes
        /// For one account, so that there is room for the others.
        var statementsOfOne = GatewayLimits.waitingStatementsOfOne
    }

    /// There is no room for it.
    struct Full: Error, Equatable {
        /// How many statements have to be decided before there is some.
        let ahead: Int
    }

    private let bounds: Bounds
    private var lanes: [Handle?: Lane] = [:]
    /// Whose turn it is: those for whom something waits, each once.
    private var turns = Fifo<Handle?>()
    /// What was decided in vain, before everything else.
    private var returned = Fifo<Work>()
    private(set) var statements = 0
    private var bytes = 0

    private struct Lane {
        var works = Fifo<Work>()
        var statements = 0
    }

    init(_ bounds: Bounds = Bounds()) { self.bounds = bounds }

    var isEmpty: Bool { turns.isEmpty && returned.isEmpty }

    /// Throws ``Full``.
    mutating func add(_ work: Work) throws(Full) {
        let own = lanes[work.account]?.statements ?? 0
        // What doesn't fit at all is taken where nothing else waits.
        guard own == 0 || own + work.count <= bounds.statementsOfOne else {
            throw Full(ahead: (own + work.count - bounds.statementsOfOne) * lanes.count)
        }
        guard
            isEmpty
                || statements + work.count <= bounds.statements
                    && bytes + work.byteCount <= bounds.bytes
        else { throw Full(ahead: statements) }
        if lanes[work.account] == nil { turns.append(work.account) }
        lanes[work.account, default: Lane()].works.append(work)
        lanes[work.account, default: Lane()].statements += work.count
        count(work, 1)
    }

    /// Takes back what was taken, to the front and in its order.
    mutating func putBack(_ works: [Work]) {
        var all = Fifo<Work>()
        for work in works {
            all.append(work)
            count(work, 1)
        }
        while let work = returned.popFirst() { all.append(work) }
        returned = all
    }

    /// As much as one batch may have, at least one work: one of each account in turn.
    mutating func take(statements most: Int, bytes mostBytes: Int) -> [Work] {
        var taken: [Work] = []
        var (statements, bytes) = (0, 0)
        while let work = next {
            statements += work.count
            bytes += work.byteCount
            guard taken.isEmpty || statements <= most && bytes <= mostBytes else { break }
            removeNext()
            taken.append(work)
        }
        return taken
    }

    private var next: Work? {
        returned.first ?? turns.first.flatMap { lanes[$0]?.works.first }
    }

    private mutating func removeNext() {
        if let work = returned.popFirst() { return count(work, -1) }
        guard let account = turns.popFirst(), let work = lanes[account]?.works.popFirst() else {
            return
        }
        count(work, -1)
        lanes[account]?.statements -= work.count
        if lanes[account]?.works.isEmpty == true {
            lanes[account] = nil
        } else {
            turns.append(account)
        }
    }

    private mutating func count(_ work: Work, _ sign: Int) {
        statements += sign * work.count
        bytes += sign * work.byteCount
    }
}

/// First in, first out, each in constant time.
struct Fifo<Element> {
    private var elements: [Element?] = []
    private var start = 0

    var isEmpty: Bool { start == elements.count }
    var first: Element? { isEmpty ? nil : elements[start] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        elements[start] = nil
        start += 1
        if start > 64, start * 2 > elements.count {
            elements.removeFirst(start)
            start = 0
        }
        return element
    }
}
