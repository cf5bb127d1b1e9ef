public import Wire

/// An authority puts a policy set in force.
public struct PublishPolicies: GovernanceForm {
    public static let kind = Kind.policy

    public let set: Digest<Digested.Policies>
    public let files: [PolicyFile]
    public var approvals: [Approval]

    public init(
        set: Digest<Digested.Policies>, files: [PolicyFile], approvals: [Approval] = []
    ) {
        self.set = set
        self.files = files
        self.approvals = approvals
    }

    public static let shape = Shape<PublishPolicies>(
        PublishPolicies.init(set:files:approvals:),
        .required("set", \.set, .digest()),
        .required("files", \.files, .list(of: .object, 1...64)),
        .required("approvals", \.approvals, .approvals))

    public var blob: BlobCommitment? { .policies(set, files: files) }

    public var pointers: Set<Reference> { [.log] }
}

/// One policy file of a set.
public struct PolicyFile: Shaped, Hashable {
    public let name: String
    public let digest: Digest<Digested.PolicyFile>

    public init(name: String, digest: Digest<Digested.PolicyFile>) {
        self.name = name
        self.digest = digest
    }

    public static let shape = Shape<PolicyFile>(
        PolicyFile.init(name:digest:),
        .required("name", \.name, .text(1...100)),
        .required("digest", \.digest, .digest()))
}
