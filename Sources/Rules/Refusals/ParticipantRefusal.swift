import Sharing
public import Wire

/// Why a participant, or one of its keys, can't be changed like this.
public enum ParticipantRefusal: Error, Equatable, Sendable {
    case handleTaken(Handle)
    case keyAlreadyUsed
    case tooManyKeys(limit: Int)
    case badProofOfPossession
    case unusableEncryptionKey
    case lastKey
    case alreadySuspended(Handle)
    case notSuspended(Handle)
    /// Its identity was erased.
    case forgotten(Handle)

    var entry: ProblemEntry {
        switch self {
        case .handleTaken(let handle):
            ProblemEntry(
                "handle-taken", 409, "This handle belongs to somebody", nil,
                ["handle": .string(handle.text)])
        case .keyAlreadyUsed:
            ProblemEntry("key-already-used", 409, "A key belongs to one participant, for ever")
        case .tooManyKeys(let limit):
            ProblemEntry(
                "too-many-keys", 422, "The participant has had too many keys", nil,
                ["limit": .integer(Int64(limit))])
        case .badProofOfPossession:
            ProblemEntry("bad-proof-of-possession", 422, "A key wasn't proven to be held")
        case .unusableEncryptionKey:
            ProblemEntry(
                "unusable-encryption-key", 422, "Nothing can be sealed to the encryption key")
        case .lastKey:
            ProblemEntry("last-key", 422, "A key doesn't retire itself, nor one that ends another")
        case .forgotten(let handle):
            ProblemEntry(
                "forgotten", 409, "The participant's identity was erased: it doesn't come back",
                nil, ["handle": .string(handle.text)])
        case .alreadySuspended(let handle), .notSuspended(let handle):
            ProblemEntry(
                "no-change", 409, "The participant is in that state already", nil,
                ["handle": .string(handle.text)])
        }
    }
}
