import Sharing
public import Wire

/// The access that answered a fetch.
public struct FetchState: StateObject {
    public static let family = "fetch"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.selectiveClaims
    public static func key(_ fetch: JTI) -> StateKey.Of<FetchState> { .init(.jti(fetch)) }

    public let access: JTI

    public static let shape = Shape<FetchState>(
        FetchState.init(access:), .required("access", \.access, .jti))
}
