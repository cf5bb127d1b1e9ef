public import Wire

/// An authority suspends a participant.
public struct Suspend: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.suspend

    public let handle: Handle
    public let reason: Reason

    public init(_ handle: Handle, _ reason: Reason) {
        self.handle = handle
        self.reason = reason
    }

    public static let shape = Shape<Suspend>(
        Suspend.init(_:_:),
        .required("handle", \.handle, .handle),
        .required("reason", \.reason, .code))

    public func participant(issuer: Handle) -> Handle? { handle }

    public var pointers: Set<Reference> { [.participant(handle)] }
}
