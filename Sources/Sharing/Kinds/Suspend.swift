public import Wire

/// An authority suspends a participant.
public struct Suspend: KindForm {
    public typealias Selective = StatedReason
    public static let isAboutParticipants = true
    public static let kind = Kind.suspend

    public let handle: Handle

    public init(_ handle: Handle) { self.handle = handle }

    public static let shape = Shape<Suspend>(
        Suspend.init(_:), .required("handle", \.handle, .handle))

    public func participant(issuer: Handle) -> Handle? { handle }

    public var pointers: Set<Reference> { [.participant(handle)] }
}
