public import Wire

/// The holds that the same issuer laid in the same case end.
public struct Release: KindForm {
    public typealias Selective = HoldTerms
    public static let kind = Kind.release

    public init() {}

    public static let shape = Shape<Release>(Release.init)

    public var pointers: Set<Reference> { [] }
}
