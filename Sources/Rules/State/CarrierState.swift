import Sharing
public import Wire

/// The grant whose latest envelope a rekey carries.
public struct CarrierState: StateObject {
    public static let family = "carrier"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.publicClaims
    public static func key(_ rekey: JTI) -> StateKey.Of<CarrierState> { .init(.jti(rekey)) }

    public let grant: JTI

    public static let shape = Shape<CarrierState>(
        CarrierState.init(grant:), .required("grant", \.grant, .jti))
}
