import Demo
import Gateway
import Testing

/// Ports for gateways that run side by side.
@Suite struct LoopbackPortTests {
    /// Whoever asks at the same time gets another, bound already or not, and none that the system may
    /// give to an outgoing connection meanwhile.
    @Test func everyoneGetsAnother() async throws {
        let ports = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 { group.addTask { try LoopbackPort.free() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(ports).count == 300)
        #expect(ports.allSatisfy { (1024..<32_768).contains($0) })
    }
}
