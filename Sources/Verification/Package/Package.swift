public import Transparency
import Wire

/// What a lender saves after a fetch and hands on as evidence: one file that verifies offline.
///
/// Parsing checks the form only; ``verify(under:)`` gives the evidence.
public struct Package: Hashable, Sendable {
    public static let format = "trine-package/1"
    /// By convention.
    public static let fileExtension = "trine"
    public static let maximumBytes = FetchAnswer.maximumBytes

    /// The signed note that all proofs lead to.
    public let checkpoint: Note
    /// Entry 0.
    public let genesis: LoggedStatement
    /// What defines the keys of enterprise, grantee and host, ascending by index.
    public let participants: [LoggedStatement]
    /// The grant, with its disclosures.
    public let grant: LoggedStatement
    /// The rekey whose envelope was opened; `nil` where it was the grant's own.
    public let carrier: LoggedStatement?
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
        grant: LoggedStatement, carrier: LoggedStatement?, access: LoggedStatement,
        records: [LoggedStatement], erasures: [LoggedStatement], proof: PackageProof? = nil
    ) {
        (self.checkpoint, self.genesis, self.participants) = (checkpoint, genesis, participants)
        (self.grant, self.carrier, self.access) = (grant, carrier, access)
        (self.records, self.erasures, self.proof) = (records, erasures, proof)
    }

    /// Parses a package. Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        _ = try members.required("format") { $0.text == Self.format ? true : nil }
        access = try members.nested("access", LoggedStatement.init(json:at:))
        carrier = try members.nullableNested("carrier", LoggedStatement.init(json:at:))
        checkpoint = try members.required("checkpoint", Value.note)
        erasures = try members.list(
            "erasures", limit: FetchAnswer.maximumRecords, LoggedStatement.init(json:at:))
        genesis = try members.nested("genesis", LoggedStatement.init(json:at:))
        grant = try members.nested("grant", LoggedStatement.init(json:at:))
        participants = try members.list(
            "participants", limit: FetchAnswer.maximumParticipantStatements,
            LoggedStatement.init(json:at:))
        proof = try members.optionalNested("proof", PackageProof.init(json:at:))
        records = try members.list(
            "records", limit: FetchAnswer.maximumRecords, LoggedStatement.init(json:at:))
        try members.finish()
    }

    /// The package as canonical JSON, the content of the file.
    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: records.reduce(16_384) { $0 + $1.jsonBytes })
        writer.object {
            $0.key("access")
            access.write(to: &$0)
            $0.key("carrier")
            $0.optional(carrier) { $1.write(to: &$0) }
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("erasures")
            $0.array(erasures) { $1.write(to: &$0) }
            $0.key("format")
            $0.string(Self.format)
            $0.key("genesis")
            genesis.write(to: &$0)
            $0.key("grant")
            grant.write(to: &$0)
            $0.key("participants")
            $0.array(participants) { $1.write(to: &$0) }
            if let proof {
                $0.key("proof")
                proof.write(to: &$0)
            }
            $0.key("records")
            $0.array(records) { $1.write(to: &$0) }
        }
        return writer.bytes
    }
}
