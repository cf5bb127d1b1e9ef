/// Reads lines that end in a newline (U+000A).
struct Lines {
    /// What hasn't been read.
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(bytes) }

    /// The next line without its newline; `nil` where none ends in one.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: newline) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }
}

let newline = UInt8(ascii: "\n")

extension Collection<UInt8> {
    /// What follows `prefix`, or `nil` where this doesn't begin with it.
    func removing(prefix: String) -> SubSequence? {
        starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
    }
}

extension String {
    /// Text without control characters below U+0020; `nil` for that and for invalid UTF-8.
    init?(printable bytes: some Collection<UInt8>) {
        guard !bytes.contains(where: { $0 < 0x20 }) else { return nil }
        self.init(validating: bytes, as: UTF8.self)
    }
}
