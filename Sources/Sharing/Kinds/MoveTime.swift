public import Wire

/// The host moves log time on, or the authorities set it.
public struct MoveTime: GovernanceForm {
    public static let kind = Kind.time
    public static let scope = KeyScope.serve
    public static let isSubmitted = true
    public static let isTimeDecided = true
    public static let isAboutLog = true

    /// Log time before it: in the host's exactly, in the authorities' as it was when they proposed it.
    public let from: Timestamp
    /// How many times the authorities have set log time before.
    public let number: Int64
    /// None in the host's, which moves log time by bounded steps.
    public var approvals: [Approval]

    public init(from: Timestamp, number: Int64, approvals: [Approval] = []) {
        self.from = from
        self.number = number
        self.approvals = approvals
    }

    public static let shape = Shape<MoveTime>(
        MoveTime.init(from:number:approvals:),
        .required("from", \.from, .time),
        .required("number", \.number, .count),
        .required("approvals", \.approvals, .approvals))

    public var pointers: Set<Reference> { [.log] }
}
