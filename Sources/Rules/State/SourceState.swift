import Sharing
public import Wire

/// The record that holds a business key now.
public struct SourceState: StateObject {
    public static let family = "source"
    public static let pattern = StateName.Pattern.source
    public static let origin = StateOrigin.publicClaims
    public static func key(
        _ handle: Handle, _ source: Digest<Digested.Source>
    ) -> StateKey.Of<SourceState> { .init(.source(handle, source)) }

    public let record: JTI

    public init(record: JTI) { self.record = record }

    public static let shape = Shape<SourceState>(
        SourceState.init(record:), .required("record", \.record, .jti))
}
