public import Transparency
public import Wire

/// What a lender saves after a fetch and hands on as evidence: one file that verifies offline.
///
/// Parsing checks the form only; ``verify(under:)`` gives the evidence.
public struct Package: Message, Hashable {
    public static let format = "trine-package/1"
    public static let maximumBytes = FetchAnswer.maximumBytes

    /// The signed note that all proofs lead to.
    public let checkpoint: Note
    /// Entry 0.
    public let genesis: LoggedStatement
    /// What defines the keys of enterprise, grantee and host, ascending by index.
    public let participants: [LoggedStatement]
    /// All record types of the granted series, as they were at the access.
    public let types: [LoggedType]
    /// The grant, with its disclosures.
    public let grant: LoggedStatement
    /// The rekey whose envelope was opened; `nil` where it was the grant's own.
    public let rekey: LoggedStatement?
    /// The access, with its disclosures, the grantee's signed fetch among them.
    public let access: LoggedStatement
    /// Ascending by book and number; those that were served with the granted disclosures.
    public let records: [LoggedStatement]
    /// The erasures of records that are here without disclosures.
    public let erasures: [LoggedStatement]
    /// The proof, where the grant is one to prove.
    public let proof: PackageProof?

    public init(
        checkpoint: Note, genesis: LoggedStatement, participants: [LoggedStatement],
        types: [LoggedType], grant: LoggedStatement, rekey: LoggedStatement?,
        access: LoggedStatement,
        records: [LoggedStatement], erasures: [LoggedStatement], proof: PackageProof? = nil
    ) {
        (self.checkpoint, self.genesis, self.participants) = (checkpoint, genesis, participants)
        self.types = types
        (self.grant, self.rekey, self.access) = (grant, rekey, access)
        (self.records, self.erasures, self.proof) = (records, erasures, proof)
    }

    public static let shape = Shape<Package>(
        {
            (
                _, access, rekey, checkpoint, erasures, genesis, grant, participants, proof,
                records, types
            ) throws(ClaimError) in
            Package(
                checkpoint: checkpoint, genesis: genesis, participants: participants,
                types: types, grant: grant, rekey: rekey, access: access, records: records,
                erasures: erasures, proof: proof)
        },
        .required("format", \.formatName, .format(format)),
        .required("access", \.access, .object),
        .nullable("carrier", \.rekey, .object),
        .required("checkpoint", \.checkpoint, .note),
        .required("erasures", \.erasures, .list(of: .object, 0...FetchAnswer.maximumRecords)),
        .required("genesis", \.genesis, .object),
        .required("grant", \.grant, .object),
        .required("participants", \.participants, .participantStatements),
        .optional("proof", \.proof, .object),
        .required("records", \.records, .records(of: .object)),
        .required("types", \.types, .loggedTypes))

    private var formatName: String { Self.format }

    public var estimatedBytes: Int {
        records.reduce(types.reduce(16_384) { $0 + $1.estimatedBytes }) { $0 + $1.estimatedBytes }
    }
}
