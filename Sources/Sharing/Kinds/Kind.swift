/// The kinds of statement that are entries of the log.
///
/// A kind has a form, in the file of its name beside this one, and a rule, in the file of the same
/// name in the module Rules.
public enum Kind: String, CaseIterable, Hashable, Sendable {
    case genesis, admit, suspend, reinstate, key, policy, record, erase, request, grant, rekey
    case revoke, access
    case `return`
    case retireKey = "retire-key"
    case encryptionKey = "encryption-key"
    case closeBook = "close-book"
    case legalHold = "legal-hold"
    case release
    case time, charter, upgrade
    case recordType = "type"

    /// The one table of forms.
    public var form: any KindForm.Type {
        switch self {
        case .genesis: Genesis.self
        case .admit: Admit.self
        case .suspend: Suspend.self
        case .reinstate: Reinstate.self
        case .key: AddKey.self
        case .retireKey: RetireKey.self
        case .encryptionKey: ChangeEncryptionKey.self
        case .policy: PublishPolicies.self
        case .recordType: PublishType.self
        case .record: RegisterRecord.self
        case .closeBook: CloseBook.self
        case .erase: Erase.self
        case .request: Request.self
        case .grant: Grant.self
        case .rekey: Rekey.self
        case .revoke: Revoke.self
        case .return: Return.self
        case .access: Access.self
        case .legalHold: LegalHold.self
        case .release: Release.self
        case .time: MoveTime.self
        case .charter: ChangeCharter.self
        case .upgrade: Upgrade.self
        }
    }

    /// The JWS header's `typ`: `trine-<kind>+jwt`; a record is an SD-JWT VC and has that one's.
    public var type: String { self == .record ? "dc+sd-jwt" : "trine-\(rawValue)+jwt" }

    public init?(type: String) {
        guard let kind = Self.byType[type] else { return nil }
        self = kind
    }

    private static let byType = Dictionary(uniqueKeysWithValues: allCases.map { ($0.type, $0) })
}
