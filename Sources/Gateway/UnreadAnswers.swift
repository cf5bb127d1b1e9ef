import NIOCore

/// Closes a connection whose other end doesn't read its answers: what waits to be sent is memory.
final class UnreadAnswers: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    private let limit: TimeAmount
    /// Parts of answers that aren't with the system yet.
    private var waiting = 0
    private var closing: Scheduled<Void>?

    init(limit: Duration) { self.limit = TimeAmount(limit) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        waiting += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in self.sent() }
        if closing == nil {
            let channel = context.channel
            closing = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { closing?.cancel() }

    private func sent() {
        waiting -= 1
        guard waiting == 0 else { return }
        closing?.cancel()
        closing = nil
    }
}
