public import Wire

/// The authorities publish a version of a record type. Its document comes with it.
public struct PublishType: GovernanceForm {
    public static let kind = Kind.recordType

    public let type: TypeVersion
    public var approvals: [Approval]

    public init(_ type: TypeVersion, approvals: [Approval] = []) {
        self.type = type
        self.approvals = approvals
    }

    private init(
        name: String, version: Int64, digest: Digest<Digested.RecordType>, approvals: [Approval]
    ) {
        self.init(
            TypeVersion(name: name, version: version, digest: digest), approvals: approvals)
    }

    public static let shape = Shape<PublishType>(
        PublishType.init(name:version:digest:approvals:),
        .required("name", \.type.name, .typeName),
        .required("version", \.type.version, .integer(RecordTypeText.versions)),
        .required("digest", \.type.digest, .digest()),
        .required("approvals", \.approvals, .approvals))

    public var blob: BlobCommitment? { .types([type]) }

    public var pointers: Set<Reference> { [.log] }
}

/// A version of a record type, as the log names it.
public struct TypeVersion: Shaped, Hashable {
    public let name: String
    /// 1 and up.
    public let version: Int64
    /// Of its document, byte for byte.
    public let digest: Digest<Digested.RecordType>

    public init(name: String, version: Int64, digest: Digest<Digested.RecordType>) {
        self.name = name
        self.version = version
        self.digest = digest
    }

    public static let shape = Shape<TypeVersion>(
        TypeVersion.init(name:version:digest:),
        .required("name", \.name, .typeName),
        .required("version", \.version, .integer(RecordTypeText.versions)),
        .required("digest", \.digest, .digest()))
}

extension RecordType {
    /// How the log with this origin names the type.
    public func published(origin: Origin) -> TypeVersion {
        TypeVersion(name: name, version: Int64(version), digest: digest(origin: origin))
    }
}

extension RecordTypes {
    /// How the log with this origin names them.
    public func published(origin: Origin) -> [TypeVersion] {
        all.map { $0.published(origin: origin) }
    }
}
