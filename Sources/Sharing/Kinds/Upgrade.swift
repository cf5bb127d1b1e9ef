public import Wire

/// The authorities announce the next version of the rules.
public struct Upgrade: GovernanceForm {
    public static let kind = Kind.upgrade
    public static let isAboutLog = true

    /// The version, one more than the one in force.
    public let rules: Int64
    /// The first index that it can decide.
    public let from: Int64
    public var approvals: [Approval]

    public init(rules: Int64, from: Int64, approvals: [Approval] = []) {
        self.rules = rules
        self.from = from
        self.approvals = approvals
    }

    public static let shape = Shape<Upgrade>(
        Upgrade.init(rules:from:approvals:),
        .required("rules", \.rules, .positive),
        .required("from", \.from, .positive),
        .required("approvals", \.approvals, .approvals))

    public var pointers: Set<Reference> { [.log] }
}
