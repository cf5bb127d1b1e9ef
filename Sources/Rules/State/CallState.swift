import Sharing
public import Wire

/// The entry that carries a participant's call.
public struct CallState: StateObject {
    public static let family = "call"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.selectiveClaims
    public static func key(_ call: JTI) -> StateKey.Of<CallState> { .init(.jti(call)) }

    public let entry: JTI

    public static let shape = Shape<CallState>(
        CallState.init(entry:), .required("entry", \.entry, .jti))
}
