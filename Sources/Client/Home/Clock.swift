import Foundation

/// The machine's clock.
enum Clock {
    /// POSIX seconds.
    static var seconds: Int64 { Int64(Date().timeIntervalSince1970) }
}
