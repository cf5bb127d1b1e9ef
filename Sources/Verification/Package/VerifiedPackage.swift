public import Sharing
public import Transparency
public import Wire

/// A record that its enterprise signed and the log has, and what is known of it. There is no way to
/// make one but by verifying.
public struct VerifiedRecord: Sendable {
    /// Its place in the log.
    public let index: Int64
    public let statement: Statement
    public let claims: RegisterRecord
    /// The fields that were served; `nil` for a record that is only accounted for.
    public let fields: OpenedFields?
    /// The record, among those here, that replaces this one.
    public internal(set) var replacedBy: JTI?
    /// The index at which it was erased.
    public internal(set) var erasedAt: Int64?

    init(_ entry: LocatedEntry, _ claims: RegisterRecord, _ fields: OpenedFields?) {
        (index, statement) = (entry.index, entry.statement)
        (self.claims, self.fields) = (claims, fields)
    }

    /// Whether it counts in sums: it was served, and nothing here replaces it.
    public var isHead: Bool { fields != nil && replacedBy == nil }
}

/// A package of which every check held, and what it therefore proves.
public struct VerifiedPackage: Sendable {
    public let package: Package
    public let checkpoint: VerifiedCheckpoint
    public let grant: Statement
    public let terms: GrantTerms
    public let access: Statement
    public let served: Served
    /// The record types of the granted series.
    public let types: RecordTypes
    /// Ascending by book and number.
    public let records: [VerifiedRecord]
    /// The keys that signed what is in the package, as the log has them, ascending by thumbprint.
    public let signingKeys: [VerificationKey]
    /// What was proven, where the grant is one to prove.
    public let proven: ProvenStatements?
    public let verdict: Verdict

    /// Throws ``PackageRefusal`` where the proof doesn't hold, or isn't what belongs to the grant.
    init(
        _ package: Package, _ granted: GrantedAccess, _ records: ServedRecords
    ) throws(PackageRefusal) {
        (self.package, checkpoint) = (package, granted.entries.checkpoint)
        (grant, terms) = (granted.grant.statement, granted.terms)
        (access, served) = (granted.access.statement, granted.served.served)
        types = granted.keys.types
        self.records = records.records
        signingKeys = granted.entries.signers.sorted { $0.text < $1.text }
            .compactMap { granted.keys.key($0) }
        switch (granted.claims.right, package.proof) {
        case (.read, nil): proven = nil
        case (.read, .some): throw PackageRefusal(.proof, .strayProof)
        case (.prove, nil): throw PackageRefusal(.proof, .proofMissing)
        case (.prove, .some(let proof)):
            proven = try ProvenStatements(granted, records.records, proof)
        }
        verdict = Verdict(granted, records.records, proven)
    }
}

extension Package {
    /// Verifies everything, in the order of the specification; the first failure is the verdict.
    ///
    /// 1. the checkpoint's signature and quorum; 2. every statement's form and inclusion; 3.
    /// genesis; 4. participants and their keys; 5. the grant; 6. the access and the fetch in it; 7.
    /// the records and their fields; 8. the proof, where there is one; 9. how complete each book is,
    /// which is said in the verdict.
    ///
    /// Throws ``PackageRefusal``.
    public func verify(under trust: Trust) throws(PackageRefusal) -> VerifiedPackage {
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: grant,
            rekey: rekey, access: access, records: records, erasures: erasures, under: trust)
        let granted = try GrantedAccess(entries, try KeyRegister(entries))
        let served = try ServedRecords(granted) {
            @Sendable (number, entry, _) throws(PackageRefusal) -> [Disclosure] in
            guard let disclosures = Disclosure.split(records[number].disclosures) else {
                throw entry.refusal(.disclosures(.malformedSelectiveDigests))
            }
            return disclosures
        }
        return try VerifiedPackage(self, granted, served)
    }
}
