/// What a proof is made for. Every part is bound before the first challenge is drawn, so that the
/// proof is worth nothing in any other context.
///
/// The verifier fills it in from what it has checked itself, never from what came with the proof.
public struct ProofContext: Sendable, Hashable {
    /// SHA-256 of the log's genesis leaf, 32 bytes.
    public var log: [UInt8]
    /// The tree that fixes which records exist and which of them are current.
    public var treeSize: UInt64
    /// The root of that tree, 32 bytes.
    public var treeRoot: [UInt8]
    /// At most `AssertionLimits.records`.
    public var records: [Record]
    /// The grantee's handle.
    public var grantee: String
    /// The grant's `jti`.
    public var grant: String
    /// The purpose's code.
    public var purpose: String
    /// When the grant ends, in seconds since 1970.
    public var expiry: Int64

    public init(
        log: [UInt8], treeSize: UInt64, treeRoot: [UInt8], records: [Record], grantee: String,
        grant: String, purpose: String, expiry: Int64
    ) {
        self.log = log
        self.treeSize = treeSize
        self.treeRoot = treeRoot
        self.records = records
        self.grantee = grantee
        self.grant = grant
        self.purpose = purpose
        self.expiry = expiry
    }

    /// A record whose values a proof is about.
    public struct Record: Sendable, Hashable {
        /// Its `jti`.
        public var identifier: String
        /// SHA-256 of its JWT, 32 bytes.
        public var digest: [UInt8]
        /// What the log says of it at the context's tree.
        public var standing: Standing

        public init(identifier: String, digest: [UInt8], standing: Standing) {
            self.identifier = identifier
            self.digest = digest
            self.standing = standing
        }
    }

    /// Whether a record still counts.
    public enum Standing: Sendable, Hashable {
        case current
        /// Another record replaces it.
        case superseded
        case erased
    }

    /// The parts that can be malformed.
    public enum Part: Sendable, Hashable {
        case log
        case treeRoot
        case grantee
        case grant
        case purpose
        case recordIdentifier(Int)
        case recordDigest(Int)
        case field(Int)
        case unit(Int)
    }
}

/// The unit of a committed integer: 12 345 in EUR at scale 2 is 123.45 EUR.
public struct ValueUnit: Sendable, Hashable {
    /// A currency or a unit of measure, `day` or `key`.
    public var code: String
    /// Decimal digits after the point, at most `AssertionLimits.scale`.
    public var scale: Int

    public init(code: String, scale: Int) {
        self.code = code
        self.scale = scale
    }

    /// Whether values of this unit are residues, which can only be equal.
    public var isKey: Bool { code == "key" }
}

/// One committed field of one record.
public struct PresentedValue: Sendable, Hashable {
    /// The index of the record in the context.
    public var record: Int
    public var field: String
    public var unit: ValueUnit
    /// Nil where the record says that the field has no value; no proof can be about it.
    public var commitment: Commitment?

    public init(record: Int, field: String, unit: ValueUnit, commitment: Commitment?) {
        self.record = record
        self.field = field
        self.unit = unit
        self.commitment = commitment
    }
}
