import Interface
import Sharing
import Transparency
import Verification
import Wire

/// Reads the log's entries behind those that are known: public leaves that make the tree of a
/// checkpoint, and the selective claims that the gateway shows the participant.
struct LogReader: Sendable {
    let handle: Handle
    let genesis: Statement
    let connection: GatewayConnection
    let keeper: CheckpointKeeper
    /// Of what the participant sent to be admitted; `nil` for a founder.
    let fingerprint: Fingerprint?
    /// The signed question for the disclosures from an index on.
    let query: @Sendable (Int64) throws -> JWS

    /// The keys offered by the entries read so far.
    private let keys = OfferedKeys()

    /// Entries whose leaves are in memory at once.
    private static let maximumEntries: UInt64 = 4096

    init(
        handle: Handle, genesis: Statement, connection: GatewayConnection, keeper: CheckpointKeeper,
        fingerprint: Fingerprint?,
        query: @escaping @Sendable (Int64) throws -> JWS
    ) {
        self.handle = handle
        self.genesis = genesis
        self.connection = connection
        self.keeper = keeper
        self.fingerprint = fingerprint
        self.query = query
    }

    /// The next entries of the tree of `checkpoint` behind those of `edge`, at least one, and none from
    /// `limit` on. Nothing is shown to who isn't `admitted`, there or by one of these entries; `own` is
    /// what the participant registered itself, by index. Throws ``ConnectionError`` and ``LogFault``.
    func entries(
        after edge: RightEdge, under checkpoint: VerifiedCheckpoint, upTo limit: UInt64,
        admitted: Bool, own: [Int64: Frame] = [:]
    ) async throws -> [ReadEntry] {
        let first = Int64(clamping: edge.size)
        let end = min(checkpoint.size, limit, edge.size + Self.maximumEntries)
        let leaves = try await leaves(first..<Int64(clamping: end))
        var grown = edge
        for leaf in leaves { grown.append(Hash.leaf(leaf)) }
        guard try await keeper.isBeginning(grown, of: checkpoint),
            first > 0 || leaves[0] == genesis.jws.bytes
        else { throw LogFault.entriesWrong(from: first, to: Int64(clamping: end)) }
        let shown =
            admitted || leaves.contains(where: admits)
            ? try await disclosures(of: leaves, from: first) : [:]
        return try leaves.enumerated().map { offset, leaf in
            let index = first + Int64(offset)
            if let frame = own[index], frame.jws == leaf { return self.own(frame) }
            let entry = ReadEntry(leaf, shown[index] ?? .withheld, keys: keys)
            if case .failure = entry.selective { throw LogFault.disclosures(index: index) }
            return entry
        }
    }

    /// An entry that this participant entered itself, whose place was verified.
    func own(_ frame: Frame) -> ReadEntry {
        ReadEntry(frame.jws, .shown(frame.disclosures), keys: keys)
    }

    /// Whether the entry admits this participant, and not somebody with other keys under its handle.
    private func admits(_ leaf: [UInt8]) -> Bool {
        guard let jws = try? JWS(parsing: leaf), jws.type == Admit.kind.type,
            let statement = try? Statement(parsing: leaf)
        else { return false }
        return (statement.claims as? Admit)?.handle == handle
            && (fingerprint == nil || statement.fingerprint.map { Fingerprint($0) } == fingerprint)
    }

    private func leaves(_ range: Range<Int64>) async throws -> [[UInt8]] {
        var leaves: [[UInt8]] = []
        while range.lowerBound + Int64(leaves.count) < range.upperBound {
            let next = range.lowerBound + Int64(leaves.count)
            let answer = try await connection.entries(
                from: next,
                limit: min(EntriesAnswer.maximumEntries, Int(range.upperBound - next)))
            guard !answer.entries.isEmpty else { throw LogFault.outOfOrder(index: next) }
            for (offset, entry) in answer.entries.enumerated() {
                guard entry.index == next + Int64(offset), range.contains(entry.index) else {
                    throw LogFault.outOfOrder(index: entry.index)
                }
                leaves.append(entry.statement)
            }
        }
        return leaves
    }

    /// What the gateway shows of the selective claims of these entries. A record's fields don't come
    /// with a query.
    func disclosures(
        of leaves: [[UInt8]], from first: Int64
    ) async throws -> [Int64: ShownDisclosures] {
        let selective = leaves.indices.filter { Statement.hasSelectiveClaims(leaves[$0]) }
        guard let low = selective.first, let high = selective.last else { return [:] }
        return try await disclosures(first + Int64(low)...first + Int64(high))
    }

    /// What the gateway shows of the selective claims in `range`, by index. Throws
    /// ``ConnectionError`` and ``LogFault/outOfOrder(index:)``.
    private func disclosures(
        _ range: ClosedRange<Int64>
    ) async throws -> [Int64: ShownDisclosures] {
        var shown: [Int64: ShownDisclosures] = [:]
        var from: Int64? = range.lowerBound
        while let start = from, range.contains(start) {
            let answer = try await connection.entries(try query(start))
            for entry in answer.entries {
                guard entry.index >= start else { throw LogFault.outOfOrder(index: entry.index) }
                shown[entry.index] = entry.erased ? .erased : .shown(entry.disclosures)
            }
            if let next = answer.next, next <= start { throw LogFault.outOfOrder(index: next) }
            from = answer.next
        }
        return shown
    }
}

extension Statement {
    /// Whether an entry may have selective claims that somebody is shown. Those of a record are its
    /// fields, which nobody but its enterprise and grantees is shown.
    static func hasSelectiveClaims(_ leaf: [UInt8]) -> Bool {
        guard let jws = try? JWS(parsing: leaf), let kind = Kind(type: jws.type) else {
            return false
        }
        return kind.form.hasSelectiveClaims
    }
}
