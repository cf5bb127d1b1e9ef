import Client
import Synchronization

/// A transport that does to some exchanges what networks and bad gateways do.
final class FaultyTransport: Transport {
    enum Fault: Sendable {
        /// Nothing is sent.
        case unreachable
        /// It is sent and takes effect, and the answer is lost.
        case answerLost
        /// The gateway itself is in trouble.
        case unavailable
        /// Another answer comes than the gateway gave.
        case changed(@Sendable ([UInt8]) -> [UInt8])
    }

    private let inner: any Transport
    /// What to do with the requests whose path begins so, each once.
    private let faults: Mutex<[(prefix: String, fault: Fault)]>
    private let log = Mutex<[TransportRequest]>([])

    init(_ inner: any Transport, _ faults: [(prefix: String, fault: Fault)]) {
        self.inner = inner
        self.faults = Mutex(faults)
    }

    var requests: [TransportRequest] { log.withLock { $0 } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        log.withLock { $0.append(request) }
        let fault = faults.withLock { faults -> Fault? in
            guard let place = faults.firstIndex(where: { request.path.hasPrefix($0.prefix) }) else {
                return nil
            }
            return faults.remove(at: place).fault
        }
        switch fault {
        case nil: return try await inner.send(request)
        case .unreachable: throw .unreachable("by the test")
        case .answerLost:
            _ = try await inner.send(request)
            throw .interrupted("by the test")
        case .unavailable: return TransportAnswer(status: 503, mediaType: nil, bytes: [])
        case .changed(let change):
            let answer = try await inner.send(request)
            return TransportAnswer(
                status: answer.status, mediaType: answer.mediaType, bytes: change(answer.bytes))
        }
    }

    func shutDown() async { await inner.shutDown() }
}
