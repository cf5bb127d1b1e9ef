import NIOCore
import NIOPosix

/// Requests that are sent to a server on this machine, over some connections.
struct Load: Sendable {
    enum Pace: Sendable {
        /// Each connection sends its next request when it has the answer to the one before.
        case closed
        /// Requests are due at a steady rate, whether the server keeps up or not. How long one took
        /// counts from when it was due.
        case open(perSecond: Double)
    }

    let port: Int
    var pace = Pace.closed
    /// What each connection sends, in this order.
    let requests: [[ByteBuffer]]
    /// Whether a connection that has sent all begins anew.
    var repeats = false
    let seconds: Double
    /// Statements, records or whatever is counted, in one request.
    var perRequest = 1
    /// Answers that come before are not counted.
    var warmUp = 0.3

    /// Sends until the time is over or one connection has nothing left. Throws ``LoadError`` where an
    /// answer isn't a success.
    func run() async throws -> LoadResult {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let run = LoadRun(self, on: loop)
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
        do {
            for number in requests.indices {
                let channel = try await bootstrap.channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            LoadConnection(number, of: run))
                    }
                }.connect(host: "127.0.0.1", port: port).get()
                try await loop.submit { run.opened(channel) }.get()
            }
            let result = try await loop.flatSubmit { run.start() }.get()
            try await group.shutdownGracefully()
            return result
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }
}

/// Why a run has no result.
enum LoadError: Error {
    /// An answer with another status than 200 or 201, and how it begins.
    case refused(status: Int, String)
    case closed
}

struct LoadResult: Sendable {
    /// Of what is counted, in a second.
    let rate: Double
    /// Of what is counted, with what came before anything was measured.
    let answered: Int
    /// Seconds.
    let p50: Double
    let p99: Double
}

/// What all connections of one run share. It is touched on their event loop alone.
final class LoadRun: @unchecked Sendable {
    private let load: Load
    private let loop: any EventLoop
    private let done: EventLoopPromise<LoadResult>
    private var channels: [any Channel] = []
    private var sent: [Int]
    /// When the request that a connection waits for was due; `nil` while it waits for none.
    private var due: [NIODeadline?]
    private var idle: [Int] = []
    /// When those were due that found no connection idle.
    private var late = CircularBuffer<NIODeadline>()
    private var begin = NIODeadline.now()
    private var end = NIODeadline.now()
    private var issued = 0
    private var isOver = false
    private var answers = 0
    /// Nanoseconds.
    private var latencies: [Int64] = []

    init(_ load: Load, on loop: any EventLoop) {
        self.load = load
        self.loop = loop
        done = loop.makePromise()
        sent = Array(repeating: 0, count: load.requests.count)
        due = Array(repeating: nil, count: load.requests.count)
        latencies.reserveCapacity(1 << 20)
    }

    func opened(_ channel: any Channel) { channels.append(channel) }

    func start() -> EventLoopFuture<LoadResult> {
        begin = .now() + .nanoseconds(Int64(load.warmUp * 1e9))
        end = begin + .nanoseconds(Int64(load.seconds * 1e9))
        switch load.pace {
        case .closed: for number in channels.indices { send(over: number, due: .now()) }
        case .open(let rate):
            idle = Array(channels.indices)
            issue(at: rate, since: .now())
        }
        return done.futureResult
    }

    /// Sends what became due, a thousand times a second.
    private func issue(at rate: Double, since start: NIODeadline) {
        let now = NIODeadline.now()
        guard !isOver, now < end else { return finish(at: min(now, end)) }
        while !isOver {
            let next = start + .nanoseconds(Int64(Double(issued) / rate * 1e9))
            guard next <= now else { break }
            issued += 1
            if let number = idle.popLast() {
                send(over: number, due: next)
            } else {
                late.append(next)
            }
        }
        loop.scheduleTask(in: .milliseconds(1)) { self.issue(at: rate, since: start) }
    }

    private func send(over number: Int, due time: NIODeadline) {
        let requests = load.requests[number]
        if sent[number] == requests.count {
            guard load.repeats else { return finish(at: .now()) }
            sent[number] = 0
        }
        due[number] = time
        channels[number].writeAndFlush(requests[sent[number]], promise: nil)
        sent[number] += 1
    }

    /// The connection has the whole answer.
    func answered(_ number: Int) {
        guard !isOver, let since = due[number] else { return }
        let now = NIODeadline.now()
        answers += 1
        if now >= begin { latencies.append((now - since).nanoseconds) }
        guard now < end else { return finish(at: end) }
        switch load.pace {
        case .closed: send(over: number, due: now)
        case .open:
            if let waiting = late.popFirst() {
                send(over: number, due: waiting)
            } else {
                due[number] = nil
                idle.append(number)
            }
        }
    }

    func failed(_ error: any Error) {
        guard !isOver else { return }
        isOver = true
        done.fail(error)
        for channel in channels { channel.close(promise: nil) }
    }

    private func finish(at time: NIODeadline) {
        guard !isOver else { return }
        isOver = true
        let answered = latencies.count
        if case .open = load.pace {
            // Those that nobody answered took at least so long.
            for since in Array(late) + due.compactMap(\.self) {
                latencies.append((time - since).nanoseconds)
            }
        }
        latencies.sort()
        func part(_ share: Double) -> Double {
            guard !latencies.isEmpty else { return 0 }
            return Double(latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))])
                / 1e9
        }
        let seconds = Double((time - begin).nanoseconds) / 1e9
        done.succeed(
            LoadResult(
                rate: Double(answered * load.perRequest) / seconds,
                answered: answers * load.perRequest, p50: part(0.5), p99: part(0.99)))
        for channel in channels { channel.close(promise: nil) }
    }
}

/// Reads answers as far as a load needs them: the status, and where they end.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: Int
    private let run: LoadRun
    private var head = ByteBuffer()
    /// Bytes of the body that are still to come; `nil` within a head.
    private var missing: Int?

    init(_ number: Int, of run: LoadRun) {
        self.number = number
        self.run = run
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        while part.readableBytes > 0 {
            if let body = missing {
                let count = min(body, part.readableBytes)
                part.moveReaderIndex(forwardBy: count)
                missing = body - count
            } else {
                head.writeBuffer(&part)
                guard let end = Self.end(of: head.readableBytesView) else { return }
                let text = String(buffer: head.getSlice(at: 0, length: end) ?? ByteBuffer())
                part = head.getSlice(at: end, length: head.readableBytes - end) ?? ByteBuffer()
                let status = Int(
                    text.utf8.dropFirst(9).prefix(3).reduce(0) { $0 * 10 + Int($1) - 48 })
                guard status == 200 || status == 201 else {
                    return run.failed(
                        LoadError.refused(status: status, text + String(buffer: part)))
                }
                missing = Self.length(text)
                head.clear()
            }
            if missing == 0 {
                missing = nil
                run.answered(number)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) { run.failed(LoadError.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { run.failed(error) }

    /// Behind the empty line.
    private static func end(of bytes: ByteBufferView) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var place = 3
            while place < bytes.count {
                if bytes[place] == 10, bytes[place - 1] == 13, bytes[place - 2] == 10 {
                    return place + 1
                }
                place += 1
            }
            return nil
        }
    }

    private static func length(_ head: String) -> Int {
        var head = head
        return head.withUTF8 { bytes in
            var place = 0
            while place < bytes.count {
                if bytes[place] == 10, place + name.count < bytes.count,
                    zip(bytes[(place + 1)...], name).allSatisfy({ $0 | 32 == $1 | 32 })
                {
                    var value = 0
                    for byte in bytes[(place + 1 + name.count)...] where byte != 32 {
                        guard (48...57).contains(byte) else { break }
                        value = value * 10 + Int(byte) - 48
                    }
                    return value
                }
                place += 1
            }
            return 0
        }
    }

    private static let name = Array("content-length:".utf8)
}
