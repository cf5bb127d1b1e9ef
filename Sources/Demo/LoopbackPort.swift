import Foundation
import Synchronization

/// A port for a gateway that only this machine sees: demonstrations, measurements and tests.
package enum LoopbackPort {
    /// Below the ports that systems give to outgoing connections, which come and go.
    private static let range = 10_000..<32_000
    private static let next = Mutex(Int.random(in: range))

    /// A port of 127.0.0.1 that nobody listens on now, and which this process hasn't been given
    /// before, so that what asks at the same time gets another. Throws where there is none.
    package static func free() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if try isFree(port) { return port }
        }
        throw CocoaError(.featureUnsupported)
    }

    private static func isFree(_ port: Int) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
