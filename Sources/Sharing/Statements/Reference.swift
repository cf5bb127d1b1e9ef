public import Wire

/// Something that a statement names publicly.
///
/// Who reads the leaves finds every statement that names it: its list is complete by proof.
public enum Reference: Hashable, Sendable {
    case participant(Handle)
    case key(Digest<Digested.Key>)
    /// A grant, or another statement that isn't a record.
    case grant(JTI)
    case record(JTI)
    /// What concerns everybody.
    case log

    /// As in the specification: `h/northbank`, `g/AAECAwQFBgcICQoLDA0ODw`, `log`.
    public var text: String {
        switch self {
        case .participant(let handle): "h/\(handle)"
        case .key(let thumbprint): "k/\(thumbprint)"
        case .grant(let jti): "g/\(jti)"
        case .record(let jti): "r/\(jti)"
        case .log: "log"
        }
    }
}

extension KindForm {
    /// All that a statement of `issuer` with these claims names publicly.
    public func references(issuer: Handle) -> Set<Reference> {
        pointers.union([.participant(issuer)])
    }
}

extension Statement {
    /// All that the statement names publicly, beside the key that signed it.
    public var references: Set<Reference> { claims.references(issuer: issuer) }
}
