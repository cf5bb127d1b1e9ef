internal import CSodium

/// Overwrites a buffer that held secrets, in a way the optimiser keeps.
package func wipe<Element: BitwiseCopyable>(_ buffer: inout [Element]) {
    buffer.withUnsafeMutableBytes { raw in
        if let start = raw.baseAddress { sodium_memzero(start, raw.count) }
    }
}

/// Overwrites a value that held secrets, where it is.
package func wipe<Value: BitwiseCopyable>(_ value: inout Value) {
    withUnsafeMutableBytes(of: &value) { raw in
        if let start = raw.baseAddress { sodium_memzero(start, raw.count) }
    }
}
