import Rules
import Sharing
import Transparency
import Wire

/// A statement of a package that has its form and stands in the log under the checkpoint.
struct LocatedEntry: Sendable {
    let part: PackagePart
    let located: LocatedStatement

    var logged: LoggedStatement { located.logged }
    var statement: Statement { located.statement }
    var index: Int64 { located.index }

    func refusal(_ reason: PackageRefusal.Reason) -> PackageRefusal { PackageRefusal(part, reason) }

    /// All selective claims, each disclosed once. Throws ``PackageRefusal``.
    func opened() throws(PackageRefusal) -> any SelectiveClaims {
        guard let disclosures = Disclosure.split(logged.disclosures) else {
            throw refusal(.disclosures(.malformedSelectiveDigests))
        }
        do { return try statement.opened(with: disclosures) } catch {
            throw refusal(.disclosures(error))
        }
    }

    /// What is disclosed belongs to the statement, and where it is all, it has its form. Throws
    /// ``PackageRefusal``.
    func checkDisclosures() throws(PackageRefusal) {
        guard !logged.disclosures.isEmpty else { return }
        guard let disclosures = Disclosure.split(logged.disclosures) else {
            throw refusal(.disclosures(.malformedSelectiveDigests))
        }
        do {
            if disclosures.count == statement.selectiveCount {
                _ = try statement.opened(with: disclosures)
            } else {
                try statement.matched(disclosures)
            }
        } catch { throw refusal(.disclosures(error)) }
    }

    /// The record that this registers, of one of `types`, with a digest for each of the type's fields and
    /// commitments, and with its own place in the list of statuses. Throws ``PackageRefusal``.
    func record(
        of types: RecordTypes
    ) throws(PackageRefusal) -> (claims: RegisterRecord, type: RecordType) {
        guard let claims = statement.claims as? RegisterRecord else {
            throw refusal(.unexpectedKind(statement.kind))
        }
        guard let type = types.type(vct: claims.vct, origin: statement.origin),
            claims.integrity == type.integrity(origin: statement.origin)
        else { throw refusal(.unknownRecordType) }
        guard type.series == claims.book.series else { throw refusal(.wrongSeries) }
        let (have, want) = (statement.selectiveCount, type.sealedNames.count)
        guard have == want else { throw refusal(.wrongFieldCount(have: have, want: want)) }
        let status = StatusReference(
            of: claims.number, in: claims.book, of: statement.issuer, origin: statement.origin)
        guard claims.status == status else { throw refusal(.wrongStatus) }
        return (claims, type)
    }

    func requireAfter(_ other: LocatedEntry) throws(PackageRefusal) {
        guard index > other.index else { throw refusal(.outOfOrder(after: other.index)) }
    }
}

/// Steps 1 to 3: the checkpoint is accepted under the verifier's own policy; every statement has
/// its form and its place under it; entry 0 is the one that was pinned, and all others are of its
/// log.
struct LocatedEntries: Sendable {
    let checkpoint: VerifiedCheckpoint
    let genesis: LocatedEntry
    let founding: Genesis
    let participants: [LocatedEntry]
    /// The record types, and those entries but genesis that name them, by position.
    let loggedTypes: [LoggedType]
    let types: [RecordType]
    let typeEntries: [LocatedEntry]
    let grant: LocatedEntry?
    let rekey: LocatedEntry?
    let access: LocatedEntry?
    let records: [LocatedEntry]
    let erasures: [LocatedEntry]
    private(set) var logTime: LogTimeBound

    init(
        checkpoint note: Note, genesis: LoggedStatement, participants: [LoggedStatement],
        types: [LoggedType], grant: LoggedStatement?, rekey: LoggedStatement?,
        access: LoggedStatement?,
        records: [LoggedStatement], erasures: [LoggedStatement], under trust: Trust
    ) throws(PackageRefusal) {
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try trust.policy.verify(note) } catch {
            throw PackageRefusal(.checkpoint, .checkpoint(error))
        }
        self.checkpoint = checkpoint
        loggedTypes = types
        do throws(PackageRefusal) {
            self.genesis = try Self.locate(genesis, .genesis, checkpoint)
            self.participants = try Self.locate(participants, checkpoint) { .participant($0) }
            var typeEntries: [LocatedEntry] = []
            for (number, type) in types.enumerated() {
                let entry = try Self.locate(optional: type.statement, .type(number), checkpoint)
                if let entry { typeEntries.append(entry) }
            }
            self.typeEntries = typeEntries
            self.grant = try Self.locate(optional: grant, .grant, checkpoint)
            self.rekey = try Self.locate(optional: rekey, .rekey, checkpoint)
            self.access = try Self.locate(optional: access, .access, checkpoint)
            self.records = try Self.locate(records, checkpoint) { .record($0) }
            self.erasures = try Self.locate(erasures, checkpoint) { .erasure($0) }
            // Of the others it is looked at where they are read.
            for entry in [self.genesis] + typeEntries {
                try entry.checkDisclosures()
            }
        } catch {
            throw Self.explained(error, by: participants)
        }
        founding = try Self.founding(self.genesis, trust, checkpoint)
        self.types = try LoggedType.read(types, of: founding.origin)
        logTime = LogTimeBound(genesis: self.genesis, host: founding.host.handle, [])
        try checkTypes(types)
        try checkLog(trust.genesis)
        logTime = LogTimeBound(genesis: self.genesis, host: founding.host.handle, others)
    }

    /// What has no known form is of later rules, where such were announced.
    private static func explained(
        _ refusal: PackageRefusal, by participants: [LoggedStatement]
    ) -> PackageRefusal {
        guard case .form(.unknownType) = refusal.reason else { return refusal }
        let announced = participants.compactMap { try? $0.statement().claims as? Upgrade }
        guard let later = announced.last(where: { !Rules.known.contains($0.rules) }) else {
            return refusal
        }
        return PackageRefusal(
            refusal.part, .rulesUnknown(UnknownRules(rules: later.rules, index: later.from)))
    }

    /// When the host dated the checkpoint; `nil` where no line of the key that genesis names says so.
    var dated: Timestamp? {
        guard let clock = try? VerifierKey(parsing: founding.clockKey) else { return nil }
        return (try? checkpoint.dated(by: clock)).map {
            Timestamp(clamping: Int64(clamping: $0.time))
        }
    }

    private static func locate(
        _ logged: LoggedStatement, _ part: PackagePart, _ checkpoint: VerifiedCheckpoint
    ) throws(PackageRefusal) -> LocatedEntry {
        do {
            return LocatedEntry(
                part: part, located: try LocatedStatement(logged, under: checkpoint))
        } catch {
            switch error {
            case .form(let error): throw PackageRefusal(part, .form(error))
            case .notIncluded(let error): throw PackageRefusal(part, .notIncluded(error))
            }
        }
    }

    private static func locate(
        optional logged: LoggedStatement?, _ part: PackagePart, _ checkpoint: VerifiedCheckpoint
    ) throws(PackageRefusal) -> LocatedEntry? {
        guard let logged else { return nil }
        return try locate(logged, part, checkpoint)
    }

    private static func locate(
        _ list: [LoggedStatement], _ checkpoint: VerifiedCheckpoint,
        _ part: @Sendable (Int) -> PackagePart
    ) throws(PackageRefusal) -> [LocatedEntry] {
        try Parallel.map(list) { (number, logged) throws(PackageRefusal) in
            try locate(logged, part(number), checkpoint)
        }
    }

    private static func founding(
        _ genesis: LocatedEntry, _ trust: Trust, _ checkpoint: VerifiedCheckpoint
    ) throws(PackageRefusal) -> Genesis {
        guard genesis.index == 0, let claims = genesis.statement.claims as? Genesis else {
            throw genesis.refusal(.notGenesis)
        }
        let digest: Digest<Digested.Genesis> = genesis.statement.digest.relabelled()
        guard digest == trust.genesis else { throw genesis.refusal(.genesisNotPinned(digest)) }
        guard claims.origin.text == checkpoint.origin else {
            throw genesis.refusal(.otherOrigin(checkpoint.origin))
        }
        return claims
    }

    /// Each document is the one that its entry names.
    private func checkTypes(_ logged: [LoggedType]) throws(PackageRefusal) {
        var entries = typeEntries[...]
        for (number, (type, logged)) in zip(types, logged).enumerated() {
            let named =
                logged.statement == nil
                ? founding.types : entries.popFirst()?.statement.claims.blob?.types ?? []
            guard named.contains(type.published(origin: founding.origin)) else {
                throw PackageRefusal(.type(number), .strayType)
            }
        }
    }

    /// All statements but genesis name the pinned log and its origin.
    private func checkLog(_ log: Digest<Digested.Genesis>) throws(PackageRefusal) {
        for entry in others
        where entry.statement.log != log || entry.statement.origin != founding.origin {
            throw entry.refusal(.otherLog)
        }
    }

    /// Who signed something here, as far as it says so itself.
    var signers: Set<Digest<Digested.Key>> {
        Set(others.map(\.statement.jws.kid)).union([genesis.statement.jws.kid])
    }

    /// All but genesis.
    var others: [LocatedEntry] {
        participants + typeEntries + [grant, rekey, access].compactMap(\.self) + records + erasures
    }
}
