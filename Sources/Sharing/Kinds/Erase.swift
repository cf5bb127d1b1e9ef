public import Wire

/// An enterprise erases a record's fields or the terms of a grant of its own, who asked the call in a
/// request; or the authorities together the identity of who was suspended.
public struct Erase: GovernanceForm {
    public typealias Selective = StatedReason
    public static let kind = Kind.erase
    public static let scope = KeyScope.erase

    public enum Target: Hashable, Sendable {
        case record(JTI)
        /// No new record of the enterprise has an epoch before this one. What the grant's keys open
        /// can't be told any more afterwards.
        case grant(JTI, epoch: Int64)
        case request(JTI)
        /// The admission of this participant.
        case admission(JTI, of: Handle)

        public var jti: JTI {
            switch self {
            case .record(let jti), .grant(let jti, _), .request(let jti), .admission(let jti, _):
                jti
            }
        }
    }

    public let target: Target
    /// None but for an admission.
    public var approvals: [Approval]

    public init(_ target: Target, approvals: [Approval] = []) {
        self.target = target
        self.approvals = approvals
    }

    /// The record that is erased; `nil` where it is something else.
    public var record: JTI? { if case .record(let jti) = target { jti } else { nil } }
    /// The statement that is erased; `nil` where it is a record.
    public var statement: JTI? { record == nil ? target.jti : nil }
    private var grant: JTI? { if case .grant(let jti, _) = target { jti } else { nil } }
    private var epoch: Int64? { if case .grant(_, let epoch) = target { epoch } else { nil } }
    private var request: JTI? { if case .request(let jti) = target { jti } else { nil } }
    private var admission: JTI? { if case .admission(let jti, _) = target { jti } else { nil } }
    private var handle: Handle? { if case .admission(_, let one) = target { one } else { nil } }
    private var agreed: [Approval]? { admission == nil ? nil : approvals }

    public var erases: JTI? { target.jti }

    public static let shape = Shape<Erase>(
        { (record, grant, epoch, request, admission, handle, approvals) throws(ClaimError) in
            switch (record, grant, epoch, request, admission, handle, approvals) {
            case (let jti?, nil, nil, nil, nil, nil, nil): Erase(.record(jti))
            case (nil, let jti?, let epoch?, nil, nil, nil, nil): Erase(.grant(jti, epoch: epoch))
            case (nil, nil, nil, let jti?, nil, nil, nil): Erase(.request(jti))
            case (nil, nil, nil, nil, let jti?, let handle?, let approvals?):
                Erase(.admission(jti, of: handle), approvals: approvals)
            default: throw .malformed("erase")
            }
        },
        .optional("record", \.record, .jti),
        .optional("grant", \.grant, .jti),
        .optional("epoch", \.epoch, .count),
        .optional("request", \.request, .jti),
        .optional("admission", \.admission, .jti),
        .optional("handle", \.handle, .handle),
        .optional("approvals", \.agreed, .approvals))

    public var pointers: Set<Reference> {
        switch target {
        case .record(let jti): [.record(jti)]
        case .grant(let jti, _), .request(let jti): [.grant(jti)]
        case .admission(let jti, let handle): [.grant(jti), .participant(handle)]
        }
    }
}
