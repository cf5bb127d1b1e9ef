public import Sharing
public import Wire

/// The record types of the log, in the order in which they were published.
public struct TypesState: StateObject {
    public static let family = "types"
    public static let pattern = StateName.Pattern.only
    public static let origin = StateOrigin.publicClaims
    public static let key = StateKey.Of<TypesState>(.only)

    public var list: [TypeVersion]

    public init(list: [TypeVersion]) { self.list = list }

    public static let shape = Shape<TypesState>(
        TypesState.init(list:),
        .required("list", \.list, .list(of: .object, 1...Limits.typesPerLog)))
}
