import Foundation

/// A copy of this process's descriptor of a file: what a process that is being started beside has for
/// a moment, until it becomes another program.
public final class DescriptorCopy {
    private let descriptor: Int32

    /// `nil` where the file isn't open.
    public init?(of path: String) {
        let descriptors = "/proc/self/fd"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
        let found = numbers.compactMap { Int32($0) }.first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)"))
                == path
        }
        guard let found else { return nil }
        descriptor = dup(found)
    }

    deinit { close(descriptor) }
}
