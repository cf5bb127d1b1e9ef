public import Sharing
public import Transparency
public import Wire

/// What a package of a grant to prove has besides its records.
public struct PackageProof: Shaped, Hashable {
    /// That the tree of the grant's `at` is the beginning of the checkpoint's: a consistency proof
    /// (RFC 6962 §2.1.2).
    public let consistency: [Hash]
    /// The proof of all statements, as the module `Commitments` encodes it.
    public let presentation: [UInt8]
    /// Which records the linked statements are about, list after list.
    public let links: [LinkList]

    /// More than the largest proof within the limits of `Commitments` takes.
    public static let maximumBytes = 512 << 10

    public init(consistency: [Hash], presentation: [UInt8], links: [LinkList] = []) {
        self.consistency = consistency
        self.presentation = presentation
        self.links = links
    }

    public static let shape = Shape<PackageProof>(
        PackageProof.init(consistency:presentation:links:),
        .required("consistency", \.consistency, .hashes),
        .required("presentation", \.presentation, .base64URL(0...(maximumBytes / 3 * 3), "proof")),
        .list(
            "links", \.links,
            unlessEmpty: .list(of: .object, 1...ProofStatement.maximumCount)))
}
