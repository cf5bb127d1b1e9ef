public import Wire

/// An authority ends a suspension.
public struct Reinstate: KindForm {
    public typealias Selective = StatedReason
    public static let isAboutParticipants = true
    public static let kind = Kind.reinstate

    public let handle: Handle

    public init(_ handle: Handle) { self.handle = handle }

    public static let shape = Shape<Reinstate>(
        Reinstate.init(_:), .required("handle", \.handle, .handle))

    public func participant(issuer: Handle) -> Handle? { handle }

    public var pointers: Set<Reference> { [.participant(handle)] }
}
