import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// How much of answers to fetches is in memory: some hundred megabytes each at the worst. Few are
/// made at once, more wait for their turn, and what readers haven't taken yet is bounded.
final class FetchAnswers: Sendable {
    private let limits: ServingLimits
    private let making: Turns
    private let held = Mutex(0)

    init(_ limits: ServingLimits) {
        self.limits = limits
        making = Turns(limits.fetchesAtOnce)
    }

    /// The answer that `make` gives, when it is its turn. What a call was charged for is not lost
    /// with a refusal here: the same call again is answered at no charge.
    ///
    /// Throws ``GatewayFault/busy`` where too much is being made or waits to be read, and what
    /// `make` throws.
    func answer(_ make: (Turn) async throws -> [UInt8]) async throws -> Response {
        let turn = Turn(of: self)
        try await turn.take()
        defer { turn.giveBack() }
        let bytes = try await make(turn)
        guard let reservation = reserve(bytes.count) else { throw GatewayFault.busy }
        let buffer = ByteBuffer(bytes: bytes)
        return Response(
            status: .ok, headers: [.contentType: Media.json, .cacheControl: "no-store"],
            body: ResponseBody(contentLength: buffer.readableBytes) { writer in
                // Kept until the reader has all of it, or has gone.
                defer { withExtendedLifetime(reservation) {} }
                try await writer.write(buffer)
                try await writer.finish(nil)
            })
    }

    /// The turn in which one answer is made.
    final class Turn: Sendable {
        private let answers: FetchAnswers
        private let isTaken = Mutex(false)

        fileprivate init(of answers: FetchAnswers) { self.answers = answers }

        /// Lets others make theirs while `wait` goes on, which needs no processor. What is in memory
        /// meanwhile is `count` bytes; where there is no room for them, the turn is kept.
        ///
        /// Throws what `wait` throws, and ``GatewayFault/busy`` where the turn doesn't come again.
        func pause<Value>(
            holding count: Int, for wait: () async throws -> Value
        ) async throws -> Value {
            guard let reservation = answers.reserve(count) else { return try await wait() }
            defer { withExtendedLifetime(reservation) {} }
            giveBack()
            let value = try await wait()
            try await take()
            return value
        }

        fileprivate func take() async throws {
            try await answers.making.take(within: answers.limits.fetchPatience)
            isTaken.withLock { $0 = true }
        }

        fileprivate func giveBack() {
            let wasTaken = isTaken.withLock { isTaken in
                defer { isTaken = false }
                return isTaken
            }
            if wasTaken { answers.making.giveBack() }
        }
    }

    private func reserve(_ count: Int) -> Reservation? {
        held.withLock { held in
            guard held + count <= limits.heldAnswerBytes else { return nil }
            held += count
            return Reservation(of: count, in: self)
        }
    }

    /// Bytes that are held until nobody has this any more.
    private final class Reservation: Sendable {
        private let count: Int
        private let answers: FetchAnswers

        init(of count: Int, in answers: FetchAnswers) {
            (self.count, self.answers) = (count, answers)
        }

        deinit { answers.held.withLock { $0 -= count } }
    }
}
