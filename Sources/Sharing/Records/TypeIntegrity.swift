import Synchronization
public import Wire

/// A record type's document by its bytes, as SD-JWT VC writes it in `vct#integrity`: `sha256-` and the
/// digest in base64 (W3C Subresource Integrity).
public struct TypeIntegrity: Hashable, Sendable {
    public let digest: Digest<Digested.RecordType>

    public init(_ digest: Digest<Digested.RecordType>) { self.digest = digest }

    /// `nil` for any spelling but the one.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "sha256", parts[1].utf8.last == 0x3d else { return nil }
        // The same digits as base64url but for two, and padding behind 43 of them.
        let digits = parts[1].utf8.dropLast().map { byte -> UInt8 in
            switch byte {
            case 0x2b: 0x2d
            case 0x2f: 0x5f
            case 0x2d, 0x5f: 0x3d
            default: byte
            }
        }
        guard let digest = Digest<Digested.RecordType>(text: digits) else { return nil }
        self.digest = digest
    }

    public var text: String {
        "sha256-" + digest.text.replacing("-", with: "+").replacing("_", with: "/") + "="
    }
}

extension Codec where Value == TypeIntegrity {
    static let integrity = Codec.mapped(
        .text, from: { TypeIntegrity($0) }, to: \.text)
}

extension RecordType {
    /// What records of this type say of its document in this log.
    public func integrity(origin: Origin) -> TypeIntegrity { integrities.of(self, origin) }

    /// The digest of its document in this log.
    public func digest(origin: Origin) -> Digest<Digested.RecordType> {
        integrity(origin: origin).digest
    }
}

/// A document is long, and the same for every record of its type.
final class TypeIntegrities: Sendable {
    private let known = Mutex<[Origin: TypeIntegrity]>([:])

    func of(_ type: RecordType, _ origin: Origin) -> TypeIntegrity {
        known.withLock { known in
            if let found = known[origin] { return found }
            let made = TypeIntegrity(Digest(hashing: type.document(origin: origin)))
            known[origin] = made
            return made
        }
    }
}
