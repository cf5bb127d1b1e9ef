/// The named limits of `rules: 1`. Each bounds what one statement can cost everybody else.
public enum Limits {
    /// Signing keys of one participant that aren't retired.
    public static let keysPerParticipant = 16
    /// Signing keys that one participant ever has.
    public static let keysEver = 1024
    /// Eras of the keys of one participant.
    public static let eras = 400
    /// Epochs of an era. The first era's are those from 0, the next one's those from here on.
    public static let epochsPerEra: Int64 = 1_000_000
    /// Fields of a record type, commitments not counted.
    public static let fieldsPerType = 64
    /// Record types of one log, all versions counted.
    public static let typesPerLog = 1024
    /// Record ranges in one statement.
    public static let ranges = 256
    /// Series of the records that one scope lists.
    public static let seriesPerScope = 8
    /// Epochs of one series whose keys one grant or rekey gives.
    public static let epochsPerGrant = 256
    /// Books that one access can serve, so the months that a grant or request covers.
    public static let booksPerAccess = 256
    /// Bytes of one sealed record, all field ciphertexts together.
    public static let sealedRecordBytes = 4 << 20
    /// Bytes of a policy set, all files together.
    public static let policySetBytes = 256 << 10
    /// Bytes of a statement's disclosures together.
    public static let disclosureBytes = 256 << 10
    /// Authorities of a charter.
    public static let authorities = 32
    /// Seconds for which an approval counts: 14 days.
    public static let approvalSeconds: Int64 = 14 * 86_400
    /// Seconds of log time between an upgrade and its first entry: seven days.
    public static let upgradeSeconds: Int64 = 7 * 86_400
    /// How old the newest checkpoint may be that somebody is shown, in seconds.
    public static let freshnessSeconds: ClosedRange<Int64> = 60...604_800
    /// Lines of a charter's trust policy.
    public static let witnessLines = 64
    /// Bytes of one of them: room for a name, an address and the longest key that can be verified.
    public static let witnessLineBytes = 512
    /// Bytes of an envelope: the keys of the 131 072 amounts that one proof can be about, 43 bytes
    /// each, and the proof.
    public static let envelopeBytes = 6 << 20
    /// Seconds by which a statement may be older than log time when it is sequenced.
    public static let backdatingSeconds: Int64 = 300
    /// How far after log time a statement may be dated.
    public static let aheadSeconds: Int64 = 3600
    /// How far the host may move log time on in one step: 31 days.
    public static let timeStepSeconds: Int64 = 31 * 86_400
    /// Seconds between a call's `iat` and that of the entry which carries it.
    public static let callSeconds: Int64 = 300
    /// Legal identifiers of a participant.
    public static let legalIdentifiers = 16
    /// Fetches a grant may allow.
    public static let fetches: Int64 = 1_000_000
    /// Seconds a grantee may keep what it read: 100 years.
    public static let dataLifeSeconds: Int64 = 100 * 366 * 86_400
    /// Frames in a bulk submission.
    public static let bulkFrames = 256
    /// Bytes of a bulk submission.
    public static let bulkBytes = 32 << 20
    /// Characters of a legal name, in UTF-8 bytes.
    public static let legalNameBytes = 300
    /// Characters of an identifier or reference, in UTF-8 bytes.
    public static let identifierBytes = 100
}
