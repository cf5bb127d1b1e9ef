public import Wire

/// An authority ends a suspension.
public struct Reinstate: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.reinstate

    public let handle: Handle
    public let reason: Reason

    public init(_ handle: Handle, _ reason: Reason) {
        self.handle = handle
        self.reason = reason
    }

    public static let shape = Shape<Reinstate>(
        Reinstate.init(_:_:),
        .required("handle", \.handle, .handle),
        .required("reason", \.reason, .code))

    public func participant(issuer: Handle) -> Handle? { handle }

    public var pointers: Set<Reference> { [.participant(handle)] }
}
