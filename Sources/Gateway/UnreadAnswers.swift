import NIOCore

/// Closes a connection whose other end doesn't read its answers: what waits to be sent is memory.
final class UnreadAnswers: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    private let limit: TimeAmount
    /// The last part that was written and not flushed: when it is sent, all before it are.
    private var last: (data: NIOAny, promise: EventLoopPromise<Void>?)?
    /// How often was flushed what isn't with the system yet.
    private var waiting = 0
    /// Since when some have waited without a pause.
    private var since: NIODeadline?
    /// Looks whether they wait too long. It stays when they are sent, so that an answer that is read at
    /// once, as nearly all are, costs no timer of its own.
    private var watch: Scheduled<Void>?

    init(limit: Duration) { self.limit = TimeAmount(limit) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        passOn(context)
        last = (data, promise)
    }

    func flush(context: ChannelHandlerContext) {
        if let part = last {
            let promise = part.promise ?? context.eventLoop.makePromise()
            waiting += 1
            promise.futureResult.assumeIsolated().whenComplete { _ in self.sent() }
            if since == nil {
                let now = NIODeadline.now()
                since = now
                if watch == nil { look(context.channel, at: now + limit) }
            }
            last = (part.data, promise)
            passOn(context)
        }
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        passOn(context)
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        last?.promise?.fail(ChannelError.ioOnClosedChannel)
        last = nil
        watch?.cancel()
        watch = nil
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard let part = last else { return }
        last = nil
        context.write(part.data, promise: part.promise)
    }

    private func look(_ channel: any Channel, at time: NIODeadline) {
        watch = channel.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.watch = nil
            guard let since = self.since else { return }
            if since + self.limit <= .now() {
                channel.close(promise: nil)
            } else {
                self.look(channel, at: since + self.limit)
            }
        }
    }

    private func sent() {
        waiting -= 1
        if waiting == 0 { since = nil }
    }
}
