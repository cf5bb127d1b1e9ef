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

    // What is to be proven.
    /// A grant to prove doesn't say at which tree its records are listed.
    case pointMissing
    /// That tree would have more entries than there are.
    case pointBeyondLog(size: Int64, entries: Int64)
    /// A grant to prove names months instead of records.
    case recordsNotListed
    /// The statement at this position isn't one, or isn't spelled as it is signed.
    case malformedProofStatement(Int, ProofStatementError)
    /// It is about a field that isn't an amount of the type.
    case notAnAmount(statement: Int, field: String)
    /// It names a record outside the scope.
    case recordNotInScope(statement: Int, record: String)
    /// Nobody would verify a proof of this size.
    case proofTooLarge(ProofExcess)
    /// Of the records listed in this book one isn't registered, or is erased or replaced.
    case recordsNotCurrent(BookName)

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
