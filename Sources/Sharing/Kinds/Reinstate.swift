public import Wire

/// An authority ends a suspension.
public struct Reinstate: GovernanceForm {
    public typealias Selective = StatedReason
    public static let isAboutParticipants = true
    public static let kind = Kind.reinstate

    public let handle: Handle
    public var approvals: [Approval]

    public init(_ handle: Handle, approvals: [Approval] = []) {
        self.handle = handle
        self.approvals = approvals
    }

    public static let shape = Shape<Reinstate>(
        Reinstate.init(_:approvals:),
        .required("handle", \.handle, .handle),
        .required("approvals", \.approvals, .approvals))

    public func participant(issuer: Handle) -> Handle? { handle }

    public var pointers: Set<Reference> { [.participant(handle)] }
}
