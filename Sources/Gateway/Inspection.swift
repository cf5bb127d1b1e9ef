public import Rules
public import Sharing
public import Storage
import Transparency
import Verification
import Wire

/// Something in a store that isn't as it must be, and where.
public struct InspectionFinding: Equatable, Sendable {
    public let place: StorePlace
    public let fault: InspectionFault
}

/// What is wrong in a place of a store.
public enum InspectionFault: Equatable, Sendable {
    /// The store says so itself.
    case damaged(StoreDamage)
    /// It can't be read, for another reason than damage.
    case unreadable(StoreError)
    /// The leaf isn't the one in the tree.
    case notInTree
    case wrongHash(position: Int)
    case notStatement(StatementError)
    /// The rules refuse the entry.
    case refused(Refusal)
    /// An entry's attachments are missing, and nothing erased them.
    case missingUnerased
    case notSigned
    /// The checkpoint is of another tree.
    case otherTree
    /// A piece of state that no entry made.
    case unmade
    /// A piece of state that differs from the replayed one.
    case notReplayed
    /// The entry isn't found by what it says.
    case misfiled
    /// Entries are found by more than what they say.
    case foundByMore
    /// A number that is given next isn't free.
    case numberTaken
    /// An entry that is erased isn't noted as such, or one that isn't is.
    case erasureMisnoted
}

extension InspectionFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .damaged(let damage): "\(damage)"
        case .unreadable(let error): "can't be read: \(error)"
        case .notInTree: "the leaf and its hash in the tree differ"
        case .wrongHash(let position): "hash \(position) is wrong"
        case .notStatement: "not a statement"
        case .refused(let refusal): "the rules refuse it: \(ProblemEntry.of(refusal).title)"
        case .missingUnerased: "missing, and nothing erased them"
        case .notSigned: "not signed by the log's key"
        case .otherTree: "it is of another tree"
        case .unmade: "no entry made it"
        case .notReplayed: "not what the entries make of it"
        case .misfiled: "not found by what it says"
        case .foundByMore: "it has more than what the entries say"
        case .numberTaken: "a number that is given next is taken"
        case .erasureMisnoted: "whether it is erased is noted wrongly"
        }
    }
}

/// What an inspection found.
public struct InspectionReport: Sendable {
    public let entries: Int64
    public let stateRows: Int
    public let attachments: Int
    public let findings: [InspectionFinding]
    /// Where the replay ended because the entries from there on are under rules that aren't known.
    public let stopped: UnknownRules?
}

/// Checks a whole store against itself: every leaf against the tree, the tree against the signed
/// checkpoint, every attachment against what its statement commits to, and the derived state against
/// a replay of the log under the rules. It reads and changes nothing.
public struct Inspection: Sendable {
    /// Findings after which it stops: a store that is damaged all over needs no longer list.
    public static let maximumFindings = 100

    private let store: any ReadableStore

    public init(store: any ReadableStore) { self.store = store }

    /// Runs the whole check; `progress` gets the number of entries done and of all.
    /// Throws ``Storage/StoreError`` where the store can't be read at all.
    public func run(
        progress: @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws(StoreError) -> InspectionReport {
        guard let head = try await store.head() else {
            throw .unreadable(.noGenesis)
        }
        var walk = InspectionWalk(store: store)
        var index: Int64 = 0
        while index < head.size && walk.findings.count < Self.maximumFindings {
            let end = min(index + 256, head.size)
            try await walk.entries(index..<end)
            progress(end, head.size)
            index = end
        }
        if index == head.size {
            walk.checkTree(head)
            try await walk.checkIndex()
        }
        let rows = try await walk.compareState()
        return InspectionReport(
            entries: index, stateRows: rows, attachments: walk.attachments,
            findings: Array(walk.findings.prefix(Self.maximumFindings)), stopped: walk.stopped)
    }
}

/// One pass over a store: the tree rebuilt, the state replayed, what was found.
struct InspectionWalk {
    let store: any ReadableStore
    /// What follows from the entries, where somebody is to have it. Then an entry whose key is missing is
    /// taken for an erased one.
    private(set) var derived: Derived?

    /// How entries are found, and the tree.
    struct Derived {
        var entries: [DerivedRows.Entry] = []
        fileprivate(set) var tiles: [TileCoordinate: StoredTile] = [:]

        fileprivate mutating func keep(_ tile: Tile) {
            let (level, index) = (tile.coordinate.level, tile.coordinate.index)
            guard let place = try? TileCoordinate(level: level, index: index) else { return }
            tiles[place] = StoredTile(level: level, index: index, hashes: tile.hashes)
        }
    }

    /// The policy sets and record types read so far: a statement that brings one comes before what it
    /// decides.
    private var texts = TextShelf()
    /// What the entries of the page that is read are to be found by, and how much that is of all so far.
    private var page: [DerivedRows.Entry] = []
    private var filed = FiledCounts()
    private var types = RecordTypes()
    private(set) var findings: [InspectionFinding] = []
    private(set) var attachments = 0
    private var edge = TileEdge()
    private var state = StateInMemory()
    /// After an entry that can't be replayed, what the state should be is unknown.
    private var replaying = true
    /// Nor under rules that aren't known, which is nobody's fault.
    private(set) var stopped: UnknownRules?
    private var genesis: Genesis?
    private var forgotten = ForgottenClaims()

    init(store: any ReadableStore, deriving: Bool = false) {
        self.store = store
        derived = deriving ? Derived() : nil
    }

    /// The root of the tree over the entries so far.
    var root: Hash { edge.root }

    /// The state that the entries so far made; `nil` where one of them can't be replayed.
    var replayed: [StateKey: StateValue]? { replaying ? state.all : nil }

    /// What is `stored` and only erased claims can have made.
    mutating func explained(_ stored: [StateKey: StateValue]) -> [StateKey: StateValue] {
        let owners = forgotten.owners(in: state)
        let time = state[LogState.key]?.time ?? Timestamp(clamping: 0)
        return stored.filter { key, value in
            let made = state.all[key]
            return value != made
                && forgotten.explain(
                    value, under: key, for: made, owners: owners, in: state, at: time)
        }
    }

    private mutating func find(_ place: StorePlace, _ fault: InspectionFault) {
        let finding = InspectionFinding(place: place, fault: fault)
        // A tile that isn't full is compared with each page that adds to it.
        guard !findings.contains(finding) else { return }
        findings.append(finding)
    }

    /// What the store said of a read; where it names no damage, `place` couldn't be read.
    private mutating func find(_ place: StorePlace, _ error: StoreError) {
        if case .corrupt(_, let damage) = error {
            find(place, .damaged(damage))
        } else {
            find(place, .unreadable(error))
        }
    }

    // MARK: Entries

    /// Up to 256 entries that fill one level-0 tile, or its beginning.
    mutating func entries(_ range: Range<Int64>) async throws(StoreError) {
        let leaves: [[UInt8]]
        do { leaves = try await store.leaves(range) } catch {
            find(.entries(range), error)
            replaying = false
            return
        }
        guard leaves.count == range.count else {
            find(.entry(range.lowerBound + Int64(leaves.count)), .damaged(.missing))
            replaying = false
            return
        }
        let hashes = leaves.map { Hash.leaf($0) }
        for tile in edge.append(hashes) {
            derived?.keep(tile)
            if derived == nil { try await compare(tile, leaves: range) }
        }
        for (offset, leaf) in leaves.enumerated() {
            try await entry(range.lowerBound + Int64(offset), leaf)
        }
        if derived != nil { derived?.entries += page } else { try await compareIndex() }
        page = []
    }

    /// Compares what the entries of a page are found by with what they say.
    private mutating func compareIndex() async throws(StoreError) {
        do {
            for index in try await store.misfiled(page, counting: &filed) {
                find(.entry(index), .misfiled)
            }
        } catch { find(.file("index"), error) }
    }

    /// That nothing is found by more than what the entries say.
    mutating func checkIndex() async throws(StoreError) {
        guard replaying else { return }
        let stored: FiledCounts
        do { stored = try await store.index.filed() } catch { return find(.file("index"), error) }
        if !stored.areNextFree { find(.file("counters"), .numberTaken) }
        if stored.exceed(filed) { find(.file("index"), .foundByMore) }
    }

    /// Compares a tile with the stored one; at the lowest level a difference names the entry.
    private mutating func compare(
        _ tile: Tile, leaves: Range<Int64>
    ) async throws(StoreError) {
        let place = tile.coordinate
        let named = StorePlace.tile(level: place.level, index: place.index)
        let stored: [Hash]
        do { stored = try await store.tile(level: place.level, index: place.index) } catch {
            return find(named, error)
        }
        for (position, hash) in tile.hashes.enumerated() {
            guard position < stored.count else { return find(named, .damaged(.incomplete)) }
            guard stored[position] != hash else { continue }
            if place.level == 0 {
                find(.entry(Int64(place.index) * 256 + Int64(position)), .notInTree)
                replaying = false
            } else {
                find(named, .wrongHash(position: position))
            }
        }
    }

    private mutating func entry(_ index: Int64, _ leaf: [UInt8]) async throws(StoreError) {
        if replaying, let unknown = state[LogState.key]?.unknownRules(at: index) {
            stopped = unknown
            replaying = false
        }
        // What can't be judged may have forms and attachments that aren't known either.
        guard stopped == nil else { return }
        let statement: Statement
        do { statement = try Statement(parsing: leaf) } catch {
            find(.entry(index), .notStatement(error))
            replaying = false
            return
        }
        let selective = try await checkAttachments(of: statement, at: index)
        guard replaying else { return }
        if let claims = statement.claims as? Genesis { genesis = claims }
        let candidate = Candidate(statement, selective: selective, index: index)
        page.append(
            DerivedRows.Entry(statement, at: index, parties: try await parties(to: candidate)))
        replay(candidate)
    }

    /// Whom an entry concerns; `nil` for one that erases something, since the claims that said whom that
    /// concerned are gone.
    private func parties(to candidate: Candidate) async throws(StoreError) -> Set<Handle>? {
        guard candidate.statement.claims.erases == nil else { return nil }
        guard try await !store.blobs.isErased(candidate.index) else { return [] }
        return Rules.parties(to: candidate, in: state.slice(for: candidate))
    }

    private mutating func replay(_ candidate: Candidate) {
        guard case .failure(let refusal) = state.admit(candidate, under: texts) else { return }
        // What was found about somebody, and is erased, may be what the policies asked for.
        let lacking = PoliciesLackingFacts(texts, about: forgotten.identities)
        if case .policy = refusal, case .success = state.admit(candidate, under: lacking) { return }
        find(.entry(candidate.index), .refused(refusal))
        replaying = false
    }

    // MARK: Attachments

    /// Checks what belongs to an entry and returns its selective claims. What the state says was
    /// erased has none.
    private mutating func checkAttachments(
        of statement: Statement, at index: Int64
    ) async throws(StoreError) -> (any SelectiveClaims)? {
        let parts: Attachments?
        do { parts = try await store.attachments(of: index, sections: nil) } catch {
            guard derived != nil, case .corrupt(_, .keyMissing) = error else {
                try await nameDamage(of: statement, at: index, error)
                return nil
            }
            forget(statement)
            return nil
        }
        guard let parts else {
            guard statement.selectiveCount > 0 || statement.claims.blob != nil else {
                return NoSelectiveClaims()
            }
            if try await !isErased(statement) {
                find(.attachments(entry: index), .missingUnerased)
            } else if try await !store.blobs.isErased(index) {
                find(.attachments(entry: index), .erasureMisnoted)
            }
            forget(statement)
            return nil
        }
        attachments += 1
        if try await store.blobs.isErased(index) {
            find(.attachments(entry: index), .erasureMisnoted)
        }
        checkSections(parts, of: statement, at: index)
        guard type(of: statement.claims).hasSelectiveClaims else { return NoSelectiveClaims() }
        guard let disclosures = Disclosure.split(parts.disclosures),
            let selective = try? statement.opened(with: disclosures)
        else {
            find(.attachments(entry: index), .damaged(.notCommitted))
            return nil
        }
        return selective
    }

    /// Takes note of what can't be opened any more.
    private mutating func forget(_ statement: Statement) {
        guard type(of: statement.claims).hasSelectiveClaims else { return }
        let host = state[LogState.key]?.host
        forgotten.add(statement, isHosts: statement.issuer == host)
    }

    private mutating func checkEnvelope(
        _ bytes: [UInt8], _ digest: Digest<Digested.Envelope>, at index: Int64
    ) {
        guard Envelope(bytes: bytes).digest == digest else {
            return find(
                .section(SectionName.envelope, entry: index), .damaged(.notCommitted))
        }
    }

    private mutating func checkPolicies(
        _ blob: [UInt8], _ digest: Digest<Digested.Policies>, at index: Int64
    ) {
        guard let set = try? CedarPolicies(parsing: blob), set.digest == digest else {
            return find(
                .section(SectionName.policies, entry: index), .damaged(.notCommitted))
        }
        texts.add(set)
    }

    private mutating func checkType(
        _ bytes: [UInt8], _ named: TypeVersion, of statement: Statement, at index: Int64
    ) {
        guard let type = try? RecordType(document: bytes, origin: statement.origin),
            type.digest(origin: statement.origin) == named.digest
        else {
            return find(
                .section(SectionName.type(named), entry: index), .damaged(.notCommitted))
        }
        types.add(type)
        texts.add(type, of: statement.origin)
    }

    private mutating func checkSections(
        _ parts: Attachments, of statement: Statement, at index: Int64
    ) {
        func section(_ name: String) -> [UInt8] {
            parts.sections.first { $0.name == name }?.bytes ?? []
        }
        switch statement.claims.blob {
        case nil: break
        case .fields(let root):
            if SealedFields(parts.ciphertexts)?.root != root {
                find(fieldsPlace(of: statement, at: index), .damaged(.notCommitted))
            }
        case .envelope(let digest):
            checkEnvelope(section(SectionName.envelope), digest, at: index)
        case .policies(let digest, _):
            checkPolicies(section(SectionName.policies), digest, at: index)
        case .types(let types):
            for type in types {
                checkType(section(SectionName.type(type)), type, of: statement, at: index)
            }
        case .founding(let digest, let types):
            checkPolicies(section(SectionName.policies), digest, at: index)
            for type in types {
                checkType(section(SectionName.type(type)), type, of: statement, at: index)
            }
        }
    }

    private func fieldsPlace(of statement: Statement, at index: Int64) -> StorePlace {
        guard let record = statement.claims as? RegisterRecord else {
            return .attachments(entry: index)
        }
        return .fields(record.book, number: record.number, entry: index)
    }

    /// Finds which section of a damaged entry it is, by reading them one at a time.
    private mutating func nameDamage(
        of statement: Statement, at index: Int64, _ error: StoreError
    ) async throws(StoreError) {
        guard let record = statement.claims as? RegisterRecord,
            let type = types.type(vct: record.vct, origin: statement.origin)
        else { return find(.attachments(entry: index), error) }
        var named = false
        for name in type.sealedNames.map(\.text) {
            do { _ = try await store.attachments(of: index, sections: [name]) } catch {
                guard case .corrupt(.section(name, index), _) = error else { continue }
                named = true
                find(.field(name, record.book, number: record.number, entry: index), error)
            }
        }
        if !named { find(fieldsPlace(of: statement, at: index), error) }
    }

    private func isErased(_ statement: Statement) async throws(StoreError) -> Bool {
        for jti in statement.erasable {
            if try await store.value(of: StatementState.key(jti))?.erased == true { return true }
        }
        return false
    }

    // MARK: The tree and the state

    mutating func checkTree(_ head: Head) {
        if edge.root != head.edge.root {
            find(.checkpoint, .damaged(.otherRoot))
        }
        guard let genesis, let key = try? VerifierKey(parsing: genesis.logKey),
            let clock = try? VerifierKey(parsing: genesis.clockKey)
        else { return }
        guard let note = try? Note(parsing: head.checkpoint),
            let verified = try? TrustPolicy(trusting: key).verify(note),
            (try? verified.dated(by: clock)) != nil
        else { return find(.checkpoint, .notSigned) }
        if verified.size != edge.size || verified.root != edge.root {
            find(.checkpoint, .otherTree)
        }
    }

    /// Compares the stored state, row by row, with the replayed one. Returns the number of rows.
    mutating func compareState() async throws(StoreError) -> Int {
        guard replaying else { return 0 }
        let expected = state.all
        let owners = forgotten.owners(in: state)
        var missing = Set(expected.keys)
        var last: String?
        var rows = 0
        while findings.count < Inspection.maximumFindings {
            let page: [(key: String, value: StateValue)]
            do { page = try await store.allState(after: last, limit: 1000) } catch {
                if case .corrupt(let place, let damage) = error {
                    find(place, .damaged(damage))
                } else {
                    find(.file("state"), .unreadable(error))
                }
                return rows
            }
            for row in page {
                rows += 1
                guard let key = StateKey(text: row.key) else {
                    find(.state(row.key), .unmade)
                    continue
                }
                missing.remove(key)
                compare(row.value, under: key, with: expected[key], owners)
            }
            guard page.count == 1000, let end = page.last?.key else { break }
            last = end
        }
        for key in missing.map(\.text).sorted() { find(.state(key), .damaged(.missing)) }
        return rows
    }

    private mutating func compare(
        _ stored: StateValue, under key: StateKey, with replayed: StateValue?,
        _ owners: Set<Handle>
    ) {
        guard stored != replayed,
            !forgotten.explain(
                stored, under: key, for: replayed, owners: owners, in: state,
                at: state[LogState.key]?.time ?? Timestamp(clamping: 0))
        else { return }
        find(.state(key.text), replayed == nil ? .unmade : .notReplayed)
    }
}
