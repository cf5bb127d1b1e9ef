public import Wire

/// An authority suspends a participant.
public struct Suspend: GovernanceForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.suspend

    public let handle: Handle
    public let reason: Reason
    public var approvals: [Approval]

    public init(_ handle: Handle, _ reason: Reason, approvals: [Approval] = []) {
        self.handle = handle
        self.reason = reason
        self.approvals = approvals
    }

    public static let shape = Shape<Suspend>(
        Suspend.init(_:_:approvals:),
        .required("handle", \.handle, .handle),
        .required("reason", \.reason, .code),
        .required("approvals", \.approvals, .approvals))

    public func participant(issuer: Handle) -> Handle? { handle }
}
