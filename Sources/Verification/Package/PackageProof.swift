public import Transparency
import Wire

/// What a package of a grant to prove has besides its records.
public struct PackageProof: Hashable, Sendable {
    /// That the tree of the grant's `at` is the beginning of the checkpoint's: a consistency proof
    /// (RFC 6962 §2.1.2).
    public let consistency: [Hash]
    /// The proof of all statements, as the module `Commitments` encodes it.
    public let presentation: [UInt8]

    /// More than the largest proof within the limits of `Commitments` takes.
    public static let maximumBytes = 512 << 10

    public init(consistency: [Hash], presentation: [UInt8]) {
        (self.consistency, self.presentation) = (consistency, presentation)
    }
}

extension PackageProof {
    init(json value: JSONValue, at place: Place) throws(InterfaceError) {
        var members = try Members(value, at: place)
        consistency = try members.required("consistency", Value.proof)
        presentation = try members.required("presentation") { value -> [UInt8]? in
            guard let text = value.plainBytes, text.count <= Self.maximumBytes / 3 * 4 else {
                return nil
            }
            return Base64URL.decode(text)
        }
        try members.finish()
    }

    func write(to writer: inout CanonicalWriter) {
        writer.object {
            $0.key("consistency")
            $0.proof(consistency)
            $0.key("presentation")
            $0.plain(Base64URL.encodedBytes(presentation))
        }
    }
}
