public import Sharing
public import Wire

/// Why a statement is not admitted. The list is closed; words are chosen where one is printed.
public enum Refusal: Error, Equatable, Sendable {
    // Form and place.
    case malformed(StatementError)
    case genesisExpected
    case genesisAlreadyThere
    case malformedGenesis(GenesisFault)
    case otherLog
    case otherOrigin
    /// The same statement is already entry `index`: not a fault of the sender's.
    case alreadyRegistered(index: Int64)
    case jtiTaken
    case kindUnknownToRules(Kind)

    // Time.
    case tooOld(issuedAt: Timestamp, logTime: Timestamp)

    // Keys and participants.
    case unknownKey
    case keyRetired
    case keyOfAnother
    case badSignature
    case scopeMissing(KeyScope)
    case unknownParticipant(Handle)
    case suspended(Handle)
    case notAuthority
    case notHost
    case notPermittedToIssuer(Kind)
    case handleTaken(Handle)
    case keyAlreadyUsed
    case tooManyKeys(limit: Int)
    case badProofOfPossession
    case unusableEncryptionKey
    case lastKey
    case alreadySuspended(Handle)
    case notSuspended(Handle)
    case thresholdUnsupported

    // Books and records.
    case unknownRecordType
    case wrongSeries
    case wrongFieldCount(have: Int, want: Int)
    case bookClosed(BookName)
    case wrongNumber(have: Int64, next: Int64)
    case epochTooLow(have: Int64, required: Int64)
    case duplicateDocument(existing: JTI)
    case cannotReplace(JTI)
    case wrongCount(have: Int64, want: Int64)
    case wrongRoot
    case holderNotIssuer

    // Erasure.
    case unknownStatement(JTI)
    case notYours(JTI)
    case alreadyErased(JTI)
    case cannotErase(JTI)
    case underLegalHold
    /// The issuer laid no hold on this holder in this case.
    case noSuchHold

    // Grants.
    case selectiveClaimsMissing
    case periodEmpty
    case alreadyExpired
    case unknownFields([String])
    case foreignScope
    case wrongPolicies
    case grantToOneself
    case unknownGrant(JTI)
    case grantDead(JTI)
    case notYetValid(JTI)
    case requestNotAnswered
    case tooManyGrants(limit: Int)

    // Accesses.
    case foreignFetch
    case staleFetch
    case fetchAlreadyAnswered(access: JTI)
    case notGranted
    case recordsNotLive
    case bookStateWrong(BookName)
    case budgetSpent(limit: Int64)

    // Policy.
    case forbidden(policies: [String])
    case policyUnknown
    case policyFailed(policies: [String])
}

/// What can be wrong with an entry 0.
public enum GenesisFault: Error, Equatable, Sendable {
    case rulesUnknown
    case logKey
    case authorities
    case notFirstAuthority
    case issuer
}
