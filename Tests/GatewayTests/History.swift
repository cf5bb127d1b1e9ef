import Client
import Gateway
import Interface
import Sharing
import Storage
import Synchronization
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// What gateways acknowledged, and every checkpoint they published, to be held against the log.
final class History: Sendable {
    struct Acknowledged: Sendable {
        let leaf: [UInt8]
        let receipt: TransparencyProof
    }

    private let state = Mutex<(acknowledged: [Acknowledged], checkpoints: [Note])>(([], []))

    var acknowledged: [Acknowledged] { state.withLock { $0.acknowledged } }

    /// Waits until `count` were acknowledged, or gives up: a busy machine takes its time.
    func reaches(_ count: Int) async throws {
        for _ in 0..<2000 where acknowledgedCount < count {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(acknowledgedCount >= count)
    }

    var acknowledgedCount: Int { state.withLock { $0.acknowledged.count } }

    func add(_ leaf: [UInt8], receipt: [UInt8]) throws {
        let receipt = try TransparencyProof(parsing: receipt)
        state.withLock { state in
            state.acknowledged.append(Acknowledged(leaf: leaf, receipt: receipt))
            state.checkpoints.append(receipt.checkpoint)
        }
    }

    func add(checkpoint: [UInt8]) throws {
        let note = try Note(parsing: checkpoint)
        state.withLock { $0.checkpoints.append(note) }
    }

    /// Every receipt verifies and stands for the leaf at its index; every checkpoint ever seen is one
    /// of the tree over these leaves: there was one history, and nothing of it is lost.
    func check(against leaves: [[UInt8]], _ key: VerifierKey) throws {
        var edge = RightEdge()
        var roots = [edge.root]
        for leaf in leaves {
            edge.append(Hash.leaf(leaf))
            roots.append(edge.root)
        }
        let policy = TrustPolicy(trusting: key)
        let (acknowledged, checkpoints) = state.withLock { $0 }
        for item in acknowledged {
            _ = try item.receipt.verify(leaf: Hash.leaf(item.leaf), policy: policy)
            let index = Int(clamping: item.receipt.index)
            #expect(index < leaves.count && leaves[index] == item.leaf, "entry \(index) is lost")
        }
        for note in checkpoints {
            let checkpoint = try policy.verify(note)
            let size = Int(clamping: checkpoint.size)
            #expect(size < roots.count, "the checkpoint of \(size) is ahead of the log")
            #expect(
                size >= roots.count || roots[size] == checkpoint.root, "another tree of \(size)")
        }
        #expect(Set(leaves).count == leaves.count, "nothing is there twice")
    }
}

/// A log as far as it was looked at: what is there once stays, and what was acknowledged is there.
struct KnownLog {
    private let policy: TrustPolicy
    private var leaves: [[UInt8]] = []
    private var edge = RightEdge()
    private var roots = [RightEdge().root]
    private var checked = 0

    init(_ key: VerifierKey) { policy = TrustPolicy(trusting: key) }

    /// Looks at what came since, in a store that nobody serves. Everything acknowledged since stands at
    /// its index, and its receipt is of this history.
    mutating func check(_ history: History, in directory: String, _ place: String) async throws {
        let store = try SQLiteStore(opening: directory)
        let head = try #require(try await store.head())
        for leaf in try await store.leaves(Int64(leaves.count)..<head.size) {
            leaves.append(leaf)
            edge.append(Hash.leaf(leaf))
            roots.append(edge.root)
        }
        try store.close()
        #expect(edge == head.edge, "\(place): another history")
        let acknowledged = history.acknowledged
        for item in acknowledged[checked...] {
            let index = Int(clamping: item.receipt.index)
            #expect(
                index < leaves.count && leaves[index] == item.leaf, "\(place): \(index) is lost")
            _ = try item.receipt.verify(leaf: Hash.leaf(item.leaf), policy: policy)
            let checkpoint = try policy.verify(item.receipt.checkpoint)
            let size = Int(clamping: checkpoint.size)
            #expect(
                size < roots.count && roots[size] == checkpoint.root,
                "\(place): another tree of \(size)")
        }
        checked = acknowledged.count
    }
}

/// Statements for a gateway to register, each another one. They are made when they are asked for.
final class Closings: Sendable {
    private struct State {
        var again: [Frame] = []
        var next = 0
    }

    private let session: Session
    private let state = Mutex(State())

    init(_ session: Session) { self.session = session }

    func take() throws -> Frame {
        let (again, number) = state.withLock { state -> (Frame?, Int) in
            if let frame = state.again.popLast() { return (frame, 0) }
            defer { state.next += 1 }
            return (nil, state.next)
        }
        if let again { return again }
        let month = try #require(Month(number: number % Month.count))
        let series = try #require(Series(rawValue: "series-\(number / Month.count)"))
        return Frame(jws: try session.closing(month, series).statement.jws.bytes)
    }

    /// The next one, for a sequencer.
    func submission() throws -> Submission {
        try Submission(
            statement: take().jws, disclosures: [], blob: [], types: RecordTypes())
    }

    /// One that wasn't acknowledged is tried again.
    func putBack(_ frame: Frame) { state.withLock { $0.again.append(frame) } }

    /// Registers as fast as it goes over `connections` connections, until they break, or `enough` more
    /// were acknowledged, or the time is over. What was acknowledged goes into `history`.
    func load(
        _ ports: [Int], connections: Int, upTo enough: Int = .max, into history: History
    ) async {
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        let goal = enough == .max ? .max : history.acknowledgedCount + enough
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<connections {
                let port = ports[number % ports.count]
                group.addTask {
                    guard let connection = try? RawConnection(port: port) else { return }
                    while ContinuousClock.now < end, history.acknowledgedCount < goal,
                        let frame = try? self.take()
                    {
                        guard await self.register(frame, over: connection, into: history) else {
                            return
                        }
                    }
                }
            }
        }
    }

    /// Whether the connection goes on.
    private func register(
        _ frame: Frame, over connection: RawConnection, into history: History
    ) async -> Bool {
        let request = RawRequest.post("/statements", "application/octet-stream", frame.bytes)
        guard let answer = try? await connection.exchange(request) else {
            putBack(frame)
            return false
        }
        switch answer.status {
        case 200, 201:
            #expect(throws: Never.self) { try history.add(frame.jws, receipt: answer.body) }
        case 503: putBack(frame)
        default: Issue.record("refused: \(String(decoding: answer.body, as: UTF8.self))")
        }
        return true
    }
}
