public import Wire

/// The host moves log time on, or an authority sets it.
public struct MoveTime: KindForm {
    public static let kind = Kind.time
    public static let scope = KeyScope.serve
    public static let isSubmitted = true

    public init() {}

    public static let shape = Shape<MoveTime>(MoveTime.init)

    public var pointers: Set<Reference> { [.log] }
}
