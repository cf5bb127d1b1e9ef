/// The kinds of statement that are entries of the ledger.
public enum Kind: String, CaseIterable, Hashable, Sendable {
    case genesis, admit, suspend, reinstate, key, policy, record, erase, request, grant, rekey
    case revoke, access
    case retireKey = "retire-key"
    case encryptionKey = "encryption-key"
    case closeBook = "close-book"
    case legalHold = "legal-hold"
    case release

    /// The JWS header's `typ`: `trine-<kind>+jwt`; a record is an SD-JWT VC and has that one's.
    public var type: String { self == .record ? "dc+sd-jwt" : "trine-\(rawValue)+jwt" }

    public init?(type: String) {
        if type == "dc+sd-jwt" {
            self = .record
            return
        }
        guard type.hasPrefix("trine-"), type.hasSuffix("+jwt"),
            let kind = Kind(rawValue: String(type.dropFirst(6).dropLast(4))), kind != .record
        else { return nil }
        self = kind
    }

    /// The names of the selective claims, all of which a statement of this kind carries, `null`
    /// where they don't apply; so the number of digests tells nothing. A record's are its fields.
    public func selectiveNames(right: Right? = nil) -> [String] {
        switch self {
        case .admit: ["legal_name", "legal_ids", "country", "due_diligence", "size"]
        case .request:
            ["to", "right", "scope", "fields", "statements", "nbf", "exp", "fetches", "data_life"]
        case .grant:
            ["to", "scope", "fields", "statements", "fetches", "data_life", "epochs", "request"]
        case .rekey: ["epochs"]
        case .access: ["fetch", "served"]
        case .legalHold, .release: ["holder", "books", "until", "case"]
        default: []
        }
    }
}
