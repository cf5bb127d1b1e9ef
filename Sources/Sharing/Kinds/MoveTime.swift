public import Wire

/// The host moves log time on, or the authorities set it.
public struct MoveTime: GovernanceForm {
    public static let kind = Kind.time
    public static let scope = KeyScope.serve
    public static let isSubmitted = true
    public static let isTimeDecided = true

    /// None in the host's, which moves log time by bounded steps.
    public var approvals: [Approval]

    public init(approvals: [Approval] = []) { self.approvals = approvals }

    public static let shape = Shape<MoveTime>(
        MoveTime.init(approvals:), .required("approvals", \.approvals, .approvals))

    public var pointers: Set<Reference> { [.log] }
}
