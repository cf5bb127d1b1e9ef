public import Sharing
public import Wire

/// Why a statement has no place in this log, or not there.
public enum PlaceRefusal: Error, Equatable, Sendable {
    case malformed(StatementError)
    case genesisExpected
    case genesisAlreadyThere
    case malformedGenesis(GenesisFault)
    /// This program can't judge what the log says from there on.
    case rulesUnknown(UnknownRules)
    case otherLog
    case otherOrigin
    /// The same statement is already entry `index`: not a fault of the sender's.
    case alreadyRegistered(index: Int64)
    case jtiTaken
    case tooOld(issuedAt: Timestamp, logTime: Timestamp)
    case tooFarAhead(issuedAt: Timestamp, logTime: Timestamp)
    /// Log time isn't where a `time` statement goes on from, or the authorities have set it since.
    case logTimeMoved(to: Timestamp, timesSet: Int64)

    var entry: ProblemEntry {
        switch self {
        case .malformed(let error):
            ProblemEntry(
                "malformed-statement", 400, "This isn't a well-formed statement", nil,
                ["reason": .string("\(error)")])
        case .genesisExpected: ProblemEntry("no-genesis", 503, "The log hasn't begun")
        case .genesisAlreadyThere: ProblemEntry("genesis-there", 409, "The log has begun already")
        case .malformedGenesis(let fault):
            ProblemEntry(
                "malformed-genesis", 422, "Not a log's first entry", nil,
                ["reason": .string("\(fault)")])
        case .rulesUnknown(let unknown):
            ProblemEntry(
                "rules-unknown", 503, "The log is under rules that this program doesn't know",
                "Update it.",
                ["index": .integer(unknown.index), "rules": .integer(unknown.rules)])
        case .otherLog: ProblemEntry("other-log", 422, "The statement is for another log")
        case .otherOrigin: ProblemEntry("other-log", 422, "The statement is for another origin")
        case .alreadyRegistered(let index):
            ProblemEntry(
                "already-registered", 200, "This very statement is an entry already", nil,
                ["index": .integer(index)])
        case .jtiTaken: ProblemEntry("jti-taken", 409, "Another statement has this jti")
        case .tooOld(let issuedAt, let logTime):
            ProblemEntry(
                "too-old", 422, "The statement is dated too long before the log's time",
                "Sign it again with the current time.",
                ["iat": .integer(issuedAt.seconds), "log_time": .integer(logTime.seconds)])
        case .tooFarAhead(let issuedAt, let logTime):
            ProblemEntry(
                "too-far-ahead", 422, "The statement is dated too long after the log's time",
                "Sign it again with the current time.",
                ["iat": .integer(issuedAt.seconds), "log_time": .integer(logTime.seconds)])
        case .logTimeMoved(let time, let timesSet):
            ProblemEntry(
                "log-time-moved", 409, "Log time isn't where this statement goes on from",
                "Propose it again.",
                ["log_time": .integer(time.seconds), "times_set": .integer(timesSet)])
        }
    }
}
