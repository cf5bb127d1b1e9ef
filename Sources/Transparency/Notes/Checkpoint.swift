/// What a log says of itself (C2SP tlog-checkpoint): its origin, its size and its root.
///
/// By itself it is a claim; a ``TrustPolicy`` makes a ``VerifiedCheckpoint`` of it.
public struct Checkpoint: Sendable {
    /// The log's identity.
    public let origin: String
    /// The number of entries, at most ``maximumSize``.
    public let size: UInt64
    /// The root of the tree over the entries; of no entries, ``Hash/ofEmptyTree``.
    public let root: Hash
    /// Further lines, whose meaning nobody checks; a log should have none.
    public let extensions: [String]

    /// What a subtree cosignature can hold (C2SP tlog-cosignature), in bytes.
    public static var maximumOriginBytes: Int { 255 }
    /// So that sizes fit the signed numbers of other implementations.
    public static var maximumSize: UInt64 { UInt64(Int64.max) }

    /// Throws ``CheckpointError``.
    public init(
        origin: String, size: UInt64, root: Hash, extensions: [String] = []
    ) throws(CheckpointError) {
        guard 1...Self.maximumOriginBytes ~= origin.utf8.count,
            String(printable: origin.utf8) != nil
        else { throw .malformedOrigin }
        guard size <= Self.maximumSize else { throw .malformedSize }
        guard size > 0 || root == .ofEmptyTree else { throw .rootOfEmptyTree }
        for line in extensions {
            guard !line.isEmpty, String(printable: line.utf8) != nil else {
                throw .malformedExtension
            }
        }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads a note's text; throws ``CheckpointError``.
    public init(parsing text: some Collection<UInt8>) throws(CheckpointError) {
        var lines = Lines(text)
        guard let origin = lines.next().flatMap({ String(printable: $0) }) else {
            throw .malformedOrigin
        }
        guard let size = lines.next().flatMap({ Decimal.parse($0) }) else { throw .malformedSize }
        guard let root = lines.next().flatMap({ Hash(base64: $0) }) else { throw .malformedRoot }
        var extensions: [String] = []
        while let line = lines.next() {
            guard let line = String(printable: line) else { throw .malformedExtension }
            extensions.append(line)
        }
        guard lines.rest.isEmpty else { throw .noFinalNewline }
        try self.init(origin: origin, size: size, root: root, extensions: extensions)
    }

    /// The text that is signed.
    public var text: [UInt8] {
        var text = "\(origin)\n\(size)\n\(root.base64)\n"
        for line in extensions { text += line + "\n" }
        return Array(text.utf8)
    }

    /// The checkpoint as a note with the log's signature; its key's name should be the origin.
    public func signed(by signer: NoteSigner) -> [UInt8] {
        text + [newline] + signer.signature(of: text).line
    }
}

extension Checkpoint: Hashable {
    // By bytes: strings are equal also where an accented letter is spelt in two ways.
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Why a note's text isn't a checkpoint.
public enum CheckpointError: Error, Hashable, Sendable {
    case malformedOrigin
    /// Not decimal, with leading zeros, or above ``Checkpoint/maximumSize``.
    case malformedSize
    case malformedRoot
    case malformedExtension
    case noFinalNewline
    /// The root of a log without entries is known.
    case rootOfEmptyTree
}
