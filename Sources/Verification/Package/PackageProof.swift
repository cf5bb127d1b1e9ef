public import Transparency
public import Wire

/// What a package of a grant to prove has besides its records.
public struct PackageProof: Shaped, Hashable {
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

    public static let shape = Shape<PackageProof>(
        PackageProof.init(consistency:presentation:),
        .required("consistency", \.consistency, .hashes),
        .required("presentation", \.presentation, .base64URL(0...(maximumBytes / 3 * 3), "proof")))
}
