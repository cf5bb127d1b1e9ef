public import Wire

/// The authorities agree on another charter, which replaces the one in force as a whole.
public struct ChangeCharter: GovernanceForm {
    public static let kind = Kind.charter
    public static let isAboutLog = true

    public let charter: Charter
    public var approvals: [Approval]

    public init(_ charter: Charter, approvals: [Approval] = []) {
        self.charter = charter
        self.approvals = approvals
    }

    public static let shape = Shape<ChangeCharter>(
        ChangeCharter.init(_:approvals:),
        .part(\.charter, Charter.shape),
        .required("approvals", \.approvals, .approvals))

    public var pointers: Set<Reference> {
        Set(charter.authorities.map { .participant($0) }).union([.log])
    }
}
