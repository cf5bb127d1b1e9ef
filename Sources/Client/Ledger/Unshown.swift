import Custody
import Rules
import Sharing
import Wire

/// An entry that concerns a participant publicly, and whose selective claims it wasn't shown: one of its
/// own, or one about a grant that it gave or got.
struct Unshown: Hashable, Sendable {
    let index: Int64
    let jti: JTI
    /// The grant whose erasure takes these claims along.
    let grant: JTI?

    static let shape = Shape<Unshown>(
        Unshown.init(index:jti:grant:),
        .required("index", \.index, .count), .required("jti", \.jti, .jti),
        .optional("grant", \.grant, .jti))

    /// Whether the log says that they were erased: then nobody can show them.
    func isErased(in state: KeptState) throws(HomeError) -> Bool {
        for jti in [jti, grant].compactMap(\.self)
        where try state.kept(StatementState.key(jti))?.erased == true { return true }
        return false
    }
}
