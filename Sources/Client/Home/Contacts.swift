public import Wire

/// Local names for handles: what a person sees instead of a pseudonym. They never leave the home.
///
/// The file has a line for each: the handle, a space, the name. It can be edited by hand.
public struct Contacts: Hashable, Sendable {
    public private(set) var names: [Handle: String] = [:]

    /// Bytes of a name.
    public static let maximumNameBytes = 100

    public init() {}

    /// Throws ``ContactError`` with the number of the line that is wrong.
    init(parsing bytes: [UInt8]) throws(ContactError) {
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = line.drop { $0 == " " }
            if text.isEmpty || text.hasPrefix("#") { continue }
            let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, let handle = Handle(parts[0]) else {
                throw .malformed(line: number + 1)
            }
            do { try name(handle, parts[1]) } catch { throw .malformed(line: number + 1) }
        }
    }

    /// Names `handle`, in place of what it was called before.
    ///
    /// Throws ``ContactError/malformedName`` for control characters, nothing, or too much;
    /// ``ContactError/ambiguous(_:)`` for the name, or the handle, of another.
    public mutating func name(_ handle: Handle, _ name: String) throws(ContactError) {
        let trimmed = name.split(separator: " ").joined(separator: " ")
        guard (1...Self.maximumNameBytes).contains(trimmed.utf8.count),
            trimmed.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { throw .malformedName }
        let taken = names.contains { $0.key != handle && Self.same($0.value, trimmed) }
        let isAnothersHandle = Handle(trimmed).map { $0 != handle } ?? false
        guard !taken, !isAnothersHandle else { throw .ambiguous(trimmed) }
        names[handle] = trimmed
    }

    public mutating func forget(_ handle: Handle) { names[handle] = nil }

    /// The handle that `text` names: a contact's name, whatever its case, or a handle itself.
    public func handle(_ text: String) -> Handle? {
        names.first { Self.same($0.value, text) }?.key ?? Handle(text)
    }

    /// `Northern Bank (northbank)`, or the handle alone.
    public func shown(_ handle: Handle) -> String {
        names[handle].map { "\($0) (\(handle))" } ?? handle.text
    }

    var bytes: [UInt8] {
        names.sorted { $0.key < $1.key }.flatMap { Array("\($0.key) \($0.value)\n".utf8) }
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.lowercased() == right.lowercased()
    }
}

/// Why a name can't be given, or the file isn't one of contacts.
public enum ContactError: Error, Equatable, Sendable {
    case malformed(line: Int)
    case malformedName
    /// Somebody else is called so.
    case ambiguous(String)
}
