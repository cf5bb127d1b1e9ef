import NIOCore

/// Closes a connection whose other end doesn't read its answers: what waits to be sent is memory.
final class UnreadAnswers: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    private let limit: TimeAmount
    /// Parts of answers that aren't with the system yet.
    private var waiting = 0
    /// Since when some have waited without a pause.
    private var since: NIODeadline?
    /// Looks whether they wait too long. It stays when they are sent, so that an answer that is read at
    /// once, as nearly all are, costs no timer of its own.
    private var watch: Scheduled<Void>?

    init(limit: Duration) { self.limit = TimeAmount(limit) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        waiting += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in self.sent() }
        if since == nil {
            let now = NIODeadline.now()
            since = now
            if watch == nil { look(context.channel, at: now + limit) }
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
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
