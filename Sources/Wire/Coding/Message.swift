/// A JSON text that is handed over as a whole: an answer of a gateway, a package.
public protocol Message: Shaped {
    /// A longer text isn't read.
    static var maximumBytes: Int { get }
    /// About how long the text is.
    var estimatedBytes: Int { get }
}

extension Message {
    public var estimatedBytes: Int { 1024 }

    /// Reads a canonical text. Throws ``MessageError``.
    public init(parsing bytes: [UInt8]) throws(MessageError) {
        guard bytes.count <= Self.maximumBytes else {
            throw MessageError(
                place: "", reason: .tooLarge(bytes: bytes.count, limit: Self.maximumBytes))
        }
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, bytes) } catch {
            throw MessageError(place: "", reason: .json(error))
        }
        do { self = try Self.shape.read(document.root) } catch { throw MessageError(error) }
    }

    /// The canonical text.
    public var bytes: [UInt8] { Self.shape.bytes(of: self, reserving: estimatedBytes) }
}

/// Why bytes aren't the message that was expected, and where.
public struct MessageError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case tooLarge(bytes: Int, limit: Int)
        case json(JSONError)
        case claims(ClaimError)
        /// A list with more elements than this.
        case tooMany(limit: Int)
        /// A binary frame ends before its parts do.
        case truncated
        /// Bytes follow the last part.
        case trailingBytes
    }

    /// The object or list, as a path: `records/17/logged`; empty for the whole.
    public let place: String
    public let reason: Reason

    public init(place: String, reason: Reason) {
        self.place = place
        self.reason = reason
    }

    /// What a shape found, at the object in which it was found.
    public init(_ error: ClaimError) {
        func split(_ path: String, _ make: (String) -> ClaimError) -> MessageError {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            return MessageError(
                place: parts.dropLast().joined(separator: "/"),
                reason: .claims(make(String(parts.last ?? ""))))
        }
        self =
            switch error {
            case .notAnObject: MessageError(place: "", reason: .claims(.notAnObject))
            case .missing(let path): split(path, ClaimError.missing)
            case .unexpected(let path): split(path, ClaimError.unexpected)
            case .malformed(let path): split(path, ClaimError.malformed)
            case .tooMany(let path, let limit):
                MessageError(place: path, reason: .tooMany(limit: limit))
            }
    }
}
