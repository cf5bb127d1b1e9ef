public import Sharing
public import Transparency
public import Wire

extension FetchAnswer {
    /// Verifies the answer and opens it: first everything up to the access, then the envelope, then
    /// exactly the fields that were served, each checked against its record. What comes out
    /// contains the package to be saved, verified already.
    ///
    /// `keys` are all that the grantee ever had envelopes sealed to: an envelope stays as it is when
    /// its grantee changes its key. `fetch` is the call that was sent. `consistency` proves that the tree of a grant to prove is
    /// the beginning of the answer's; it is no secret, and comes from the log's tiles.
    /// Throws ``PackageRefusal``.
    public func open(
        with keys: [DecryptionKey], under trust: Trust, expecting fetch: JWS,
        consistency: [Hash] = []
    ) throws(PackageRefusal) -> VerifiedPackage {
        guard let answer = self.granted else { throw PackageRefusal(.grant, .nothingGranted) }
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: answer.grant, rekey: answer.rekey, access: answer.access,
            records: records.map(\.logged), erasures: erasures, under: trust)
        let granted = try GrantedAccess(entries, try KeyRegister(entries))
        guard granted.fetch.jws == fetch else { throw granted.access.refusal(.notTheFetchSent) }
        let sealed = try Self.open(answer.envelope, of: granted, with: keys, trust)
        let fieldKeys = FieldKeys(sealed, scope: granted.terms.scope)
        let records = self.records
        let served = try ServedRecords(granted) {
            @Sendable (number, entry, claims) throws(PackageRefusal) -> [Disclosure] in
            try fieldKeys.disclosures(
                of: entry, claims, from: records[number].fields, log: trust.genesis)
        }
        let package = Package(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: answer.grant, rekey: answer.rekey, access: answer.access,
            records: try disclose(served.disclosed), erasures: erasures,
            proof: try Self.proof(sealed, of: granted, consistency))
        return try VerifiedPackage(package, granted, served)
    }

    /// Opens what an enterprise fetched of its own: its records, with the fields asked for.
    ///
    /// `fields` are those of the fetch. Throws ``PackageRefusal``.
    public func openOwn(
        as handle: Handle, with schedule: KeySchedule, fields names: [FieldName], under trust: Trust
    ) throws(PackageRefusal) -> [VerifiedRecord] {
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: nil, rekey: nil, access: nil, records: records.map(\.logged), erasures: erasures,
            under: trust)
        let register = try KeyRegister(entries)
        return try OwnRecords(
            handle: handle, register: register, entries: entries, log: trust.genesis, names: names
        ).open(records, schedule)
    }

    /// Opens the envelope that the rekey or the grant names, now that they are verified.
    private static func open(
        _ envelope: Envelope, of granted: GrantedAccess, with keys: [DecryptionKey], _ trust: Trust
    ) throws(PackageRefusal) -> GrantedKeys {
        let source = granted.entries.rekey ?? granted.grant
        let digest: Digest<Digested.Envelope>
        if let rekey = source.statement.claims as? Rekey {
            digest = rekey.envelope
        } else {
            digest = granted.claims.envelope
        }
        guard envelope.digest == digest else { throw source.refusal(.otherEnvelope) }
        for key in keys {
            let context = Envelope.Context(
                log: trust.genesis, statement: source.statement.jti, issuer: granted.enterprise,
                grantee: granted.terms.to, recipient: key.encryptionKey)
            if let opened = try? envelope.open(with: key, context: context) { return opened }
        }
        throw source.refusal(.envelopeClosed)
    }

    /// The one proof of a grant to prove, all statements together.
    private static func proof(
        _ keys: GrantedKeys, of granted: GrantedAccess, _ consistency: [Hash]
    ) throws(PackageRefusal) -> PackageProof? {
        guard granted.claims.right == .prove else { return nil }
        let source = granted.entries.rekey ?? granted.grant
        guard keys.proofs.count == 1, keys.proofs[0].count <= PackageProof.maximumBytes else {
            throw source.refusal(.proofMissing)
        }
        return PackageProof(
            consistency: consistency, presentation: keys.proofs[0], links: keys.links)
    }

    /// The records as a package has them: disclosures in the place of ciphertexts.
    private func disclose(
        _ opened: [[Disclosure]?]
    ) throws(PackageRefusal) -> [LoggedStatement] {
        var disclosed: [LoggedStatement] = []
        disclosed.reserveCapacity(records.count)
        for (number, record) in records.enumerated() {
            guard opened[number] != nil || record.fields.isEmpty else {
                throw PackageRefusal(.record(number), .notServed)
            }
            let logged = record.logged
            disclosed.append(
                LoggedStatement(
                    index: logged.index, jws: logged.jws,
                    disclosures: Disclosure.join(opened[number] ?? []), proof: logged.proof,
                    erased: logged.erased))
        }
        return disclosed
    }
}

/// An enterprise's reading of its own records: no grant and no access, but the same checks of the
/// records themselves.
private struct OwnRecords: Sendable {
    let handle: Handle
    let register: KeyRegister
    let entries: LocatedEntries
    let log: Digest<Digested.Genesis>
    let names: [FieldName]

    func open(
        _ records: [FetchAnswer.Record], _ schedule: KeySchedule
    ) throws(PackageRefusal) -> [VerifiedRecord] {
        let readings = Dictionary(
            register.types.all.map { ($0, Reading(names, of: $0, register.types, schedule)) }
        ) { first, _ in first }
        var opened = try Parallel.map(Array(zip(entries.records, records))) {
            (_, pair) throws(PackageRefusal) in
            try open(pair.0, pair.1, readings)
        }
        try ServedRecords.account(
            for: &opened,
            erasures: try ServedRecords.erasures(
                entries, by: handle, register, among: opened))
        return opened.sorted { RecordKey($0.claims) < RecordKey($1.claims) }
    }

    private func open(
        _ entry: LocatedEntry, _ record: FetchAnswer.Record, _ readings: [RecordType: Reading]
    ) throws(PackageRefusal) -> VerifiedRecord {
        guard let claims = entry.statement.claims as? RegisterRecord else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        guard entry.statement.issuer == handle else { throw entry.refusal(.otherIssuer) }
        guard let type = register.types.type(vct: claims.vct, origin: entry.statement.origin),
            claims.integrity == type.integrity(origin: entry.statement.origin),
            let reading = readings[type]
        else {
            throw entry.refusal(.unknownRecordType)
        }
        try register.checkSignature(of: entry, at: entries.logTime)
        guard entry.logged.disclosures.isEmpty else { throw entry.refusal(.notServed) }
        var fields: OpenedFields?
        if !record.fields.isEmpty {
            fields = try open(record.fields, of: entry, claims, with: reading)
        }
        return VerifiedRecord(entry, claims, fields)
    }

    private func open(
        _ fields: [FieldCiphertext], of entry: LocatedEntry, _ claims: RegisterRecord,
        with reading: Reading
    ) throws(PackageRefusal) -> OpenedFields {
        let have = fields.map(\.name)
        guard have == reading.names else {
            throw entry.refusal(
                .wrongFields(have: have.map(\.text), want: reading.names.map(\.text)))
        }
        let disclosures = try reading.keys.disclosures(of: entry, claims, from: fields, log: log)
        do {
            return try OpenedFields(entry.statement, of: register.types, disclosures: disclosures)
        } catch {
            throw entry.refusal(.fields(error))
        }
    }

    /// What records of one type are read with.
    struct Reading: Sendable {
        /// Those asked for that the type has, with their commitments, ascending.
        let names: [FieldName]
        let keys: FieldKeys

        init(
            _ names: [FieldName], of type: RecordType, _ types: RecordTypes,
            _ schedule: KeySchedule
        ) {
            let complete = types.fields(of: type.series)?.withCommitments(names) ?? []
            self.names = type.sealedNames(among: Set(complete))
            keys = FieldKeys(schedule, type: type)
        }
    }
}
