/// Reads a policy file (C2SP tlog-policy), line by line.
struct PolicyFileParser {
    private(set) var logs: [TrustPolicy.Log] = []
    private(set) var witnesses: [TrustPolicy.Witness] = []
    /// What names stand for; `none` is known from the start, and no member of a group.
    private var names: [PolicyWord: Quorum] = [PolicyFileParser.none: .none]
    private var members: Set<PolicyWord> = [PolicyFileParser.none]
    private var groupCount = 0
    private var quorum: Quorum?
    private var line = 0

    mutating func read(_ text: ArraySlice<UInt8>) throws(PolicyFileError) {
        line += 1
        guard text.allSatisfy({ $0 == Self.tab || ($0 >= 0x20 && $0 != 0x7f) }) else {
            throw error(.controlCharacter)
        }
        let words = text.split { $0 == Self.tab || $0 == UInt8(ascii: " ") }.map { PolicyWord($0) }
        guard let keyword = words.first, keyword.bytes.first != UInt8(ascii: "#") else { return }
        let arguments = words.dropFirst()
        switch keyword.description {
        case "log": try readLog(arguments)
        case "witness": try readWitness(arguments)
        case "group": try readGroup(arguments)
        case "quorum": try readQuorum(arguments)
        default: throw error(.unknownKeyword)
        }
    }

    /// The quorum, which is the one line that a file must have.
    func finish() throws(PolicyFileError) -> Quorum {
        guard let quorum else { throw PolicyFileError(line: 0, reason: .noQuorum) }
        let verifiable = witnesses.filter(\.key.isVerifiable).map(\.name)
        guard quorum.tally(Set(verifiable)).isMet else {
            throw PolicyFileError(line: 0, reason: .unreachableQuorum)
        }
        return quorum
    }

    func error(_ reason: PolicyFileError.Reason) -> PolicyFileError {
        PolicyFileError(line: line, reason: reason)
    }

    private mutating func readLog(_ arguments: ArraySlice<PolicyWord>) throws(PolicyFileError) {
        guard 1...2 ~= arguments.count, let vkey = arguments.first else {
            throw error(.wrongWordCount)
        }
        let key = try parseKey(vkey)
        guard key.kind != .ed25519Cosignature else { throw error(.wrongKeyKind(key.kind)) }
        guard !logs.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw error(.duplicateKey)
        }
        guard logs.count < TrustPolicy.maximumLogs else { throw error(.tooMany) }
        logs.append(TrustPolicy.Log(key: key, url: arguments.dropFirst().first))
    }

    private mutating func readWitness(
        _ arguments: ArraySlice<PolicyWord>
    ) throws(PolicyFileError) {
        guard 2...3 ~= arguments.count, let name = arguments.first,
            let vkey = arguments.dropFirst().first
        else { throw error(.wrongWordCount) }
        let key = try parseKey(vkey)
        guard key.kind != .ed25519 else { throw error(.wrongKeyKind(key.kind)) }
        guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw error(.duplicateKey)
        }
        guard witnesses.count < TrustPolicy.maximumWitnesses else { throw error(.tooMany) }
        try define(name, as: .witness(name))
        let url = arguments.dropFirst(2).first
        witnesses.append(TrustPolicy.Witness(name: name, key: key, url: url))
    }

    private mutating func readGroup(_ arguments: ArraySlice<PolicyWord>) throws(PolicyFileError) {
        guard arguments.count >= 3, let name = arguments.first,
            let threshold = arguments.dropFirst().first
        else { throw error(.wrongWordCount) }
        guard groupCount < TrustPolicy.maximumGroups else { throw error(.tooMany) }
        let group = arguments.dropFirst(2)
        let need: Int
        switch threshold.description {
        case "all": need = group.count
        case "any": need = 1
        default:
            guard let number = Decimal.parse(threshold.bytes), number >= 1,
                number <= UInt64(group.count)
            else { throw error(.malformedThreshold) }
            need = Int(number)
        }
        var quorums: [Quorum] = []
        for member in group {
            guard let quorum = names[member] else { throw error(.unknownName(member)) }
            guard members.insert(member).inserted else { throw error(.alreadyMember(member)) }
            quorums.append(quorum)
        }
        try define(name, as: .group(name, threshold: need, members: quorums))
        groupCount += 1
    }

    private mutating func readQuorum(_ arguments: ArraySlice<PolicyWord>) throws(PolicyFileError) {
        guard arguments.count == 1, let name = arguments.first else {
            throw error(.wrongWordCount)
        }
        guard quorum == nil else { throw error(.secondQuorum) }
        guard let known = names[name] else { throw error(.unknownName(name)) }
        quorum = known
    }

    private mutating func define(
        _ name: PolicyWord, as quorum: Quorum
    ) throws(PolicyFileError) {
        guard names[name] == nil else { throw error(.duplicateName(name)) }
        names[name] = quorum
    }

    private func parseKey(_ word: PolicyWord) throws(PolicyFileError) -> VerifierKey {
        do { return try VerifierKey(parsing: word.bytes) } catch { throw self.error(.key(error)) }
    }

    private static var none: PolicyWord { PolicyWord("none") }
    private static var tab: UInt8 { UInt8(ascii: "\t") }
}

/// Why a file isn't a trust policy, and where.
public struct PolicyFileError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Longer than ``TrustPolicy/maximumBytes``.
        case tooLarge(bytes: Int)
        case noFinalNewline
        /// Only tab and newline are allowed.
        case controlCharacter
        /// A line begins with something else than `log`, `witness`, `group`, `quorum` or `#`.
        case unknownKeyword
        /// A line has too many or too few words.
        case wrongWordCount
        case key(VerifierKeyError)
        /// A log's key cannot be one for cosignatures, nor a witness's one for plain signatures.
        case wrongKeyKind(SignatureKind)
        /// Two logs, or two witnesses, with one public key.
        case duplicateKey
        case duplicateName(PolicyWord)
        /// The name isn't defined on an earlier line.
        case unknownName(PolicyWord)
        /// A name is a member of one group at most; `none` of no group.
        case alreadyMember(PolicyWord)
        /// Neither `all` nor `any` nor a decimal number from 1 to the number of members.
        case malformedThreshold
        /// More than ``TrustPolicy/maximumLogs``, ``TrustPolicy/maximumWitnesses`` or
        /// ``TrustPolicy/maximumGroups``.
        case tooMany
        case secondQuorum
        case noQuorum
        /// Even if every witness whose key can be verified here cosigns, it is no quorum.
        case unreachableQuorum
    }

    /// Counted from 1; 0 where it is the whole file.
    public let line: Int
    public let reason: Reason
}
