import Sharing
public import Wire

/// What one participant has done with another's books, in order, each once.
public struct InvolvementState: StateObject {
    public static let family = "dealings"
    public static let pattern = StateName.Pattern.handles
    public static let origin = StateOrigin.selectiveClaims
    /// What `user` has done with the books of `owner`.
    public static func key(
        _ user: Handle, with owner: Handle
    ) -> StateKey.Of<InvolvementState> { .init(.handles(user, owner)) }

    public let past: [Involvement]

    public static let shape = Shape<InvolvementState>(
        InvolvementState.init(past:),
        .required("past", \.past, .ascending(of: .word("involvement"), 1...Int.max)))
}
