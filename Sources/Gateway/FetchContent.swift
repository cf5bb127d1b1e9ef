import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// What a fetch gets of the records that are selected.
extension FetchService {
    /// What is served, once it was compared with what the log commits to.
    struct Content {
        let carrier: Int64
        let envelope: Envelope
        let records: [Assembly.Record]

        var byteCount: Int {
            records.reduce(envelope.bytes.count) { count, record in
                count + record.statement.jws.bytes.count
                    + record.fields.reduce(0) { $0 + $1.bytes.count }
            }
        }
    }

    /// `lately` is what was read lately; without it all is read from the store.
    func content(
        of selection: Selection, under grant: GrantState, _ jti: JTI, _ lately: ServedLately?
    ) async throws -> Content {
        guard let source = try await sequencer.stored(StatementState.key(grant.envelopeStatement))
        else { throw StoreError.corrupt(.statement(jti), .incomplete) }
        return Content(
            carrier: source.index,
            envelope: try await envelope(of: grant, jti, at: source.index, lately),
            records: try await ciphertexts(selection, lately))
    }

    private func envelope(
        of grant: GrantState, _ jti: JTI, at index: Int64, _ lately: ServedLately?
    ) async throws(StoreError) -> Envelope {
        if let known = lately?.envelope(at: index, grant.envelope) { return known }
        let mark = lately?.mark()
        let parts = try await store.attachments(of: index, sections: [SectionName.envelope])
        guard let section = parts?.sections.first(where: { $0.name == SectionName.envelope })
        else { throw .corrupt(.statement(jti), .incomplete) }
        let envelope = Envelope(bytes: section.bytes)
        guard envelope.digest == grant.envelope else {
            throw .corrupt(.section(SectionName.envelope, entry: index), .notCommitted)
        }
        if let mark { lately?.keep(envelope, grant.envelope, at: index, since: mark) }
        return envelope
    }

    func answer(
        _ access: Assembly.Disclosed, _ grant: GrantState, _ terms: GrantTerms, _ content: Content,
        _ caller: Caller, _ lately: ServedLately?
    ) async throws -> FetchAnswer {
        try await Assembly(sequencer, lately).answer(
            granted: .init(
                access: access, grant: grant.index,
                rekey: content.carrier == grant.index ? nil : content.carrier,
                envelope: content.envelope),
            to: caller.key,
            types: try await sequencer.types().documents(
                of: terms.scope.series, before: access.index),
            parties: [grant.issuer, caller.handle, caller.log.host], records: content.records,
            of: grant.issuer)
    }

    func ciphertexts(
        _ selection: Selection, _ lately: ServedLately?
    ) async throws -> [Assembly.Record] {
        let served = selection.records.filter(\.isServed)
        var fields = try await fields(selection.served.fields, of: served, lately)[...]
        return selection.records.map { record in
            Assembly.Record(
                index: record.index, statement: record.statement,
                fields: record.isServed ? fields.removeFirst() : [], isErased: record.isErased)
        }
    }

    /// The fields of each of these records that have one of `names`.
    private func fields(
        _ names: [FieldName], of records: [Located], _ lately: ServedLately?
    ) async throws -> [[FieldCiphertext]] {
        var found =
            lately?.fields(names, of: records.map(\.index))
            ?? Array(repeating: nil, count: records.count)
        var bytes = 0
        func count(_ fields: [FieldCiphertext]) throws {
            bytes += fields.reduce(0) { $0 + $1.bytes.count }
            guard bytes <= GatewayLimits.fetchBytes else {
                throw CallFault.tooMuch(limit: GatewayLimits.fetchBytes)
            }
        }
        for case let fields? in found { try count(fields) }
        let missing = found.indices.filter { found[$0] == nil }
        var unread = missing.map { records[$0].index }[...]
        // Where it is known what each field must hash to, the others needn't be read.
        let hashes = sequencer.unchanging.fieldHashes(of: unread)
        let wanted = Set(names)
        let sections = hashes.map { _ in Set(names.map(\.text)) }
        var read: ArraySlice<Attachments?> = []
        var mark = lately?.mark()
        for place in missing {
            if read.isEmpty {
                mark = lately?.mark()
                read = try await store.attachments(
                    of: Array(unread.prefix(ReadAtOnce.entries)), sections: sections,
                    enough: ReadAtOnce.bytes)[...]
                unread.removeFirst(read.count)
            }
            let record = records[place]
            let fields = try await committed(
                read.removeFirst(), of: record, wanted, hashes?[record.index])
            try count(fields)
            if let mark { lately?.keep(fields, called: names, of: record.index, since: mark) }
            found[place] = fields
        }
        return found.compactMap(\.self)
    }

    /// The fields of a record with these names, which are those that the log commits to. `hashes` is what
    /// its fields are known to hash to; without it all of them are read, and remembered by their hashes.
    private func committed(
        _ parts: Attachments?, of record: Located, _ names: Set<FieldName>,
        _ hashes: [FieldName: Hash]?
    ) async throws -> [FieldCiphertext] {
        guard let parts else { throw try await missing(record) }
        let fields = parts.ciphertexts
        let isCommitted: Bool
        if let hashes {
            isCommitted =
                fields.count == names.count { hashes[$0] != nil }
                && fields.allSatisfy { hashes[$0.name] == SealedFields.leaf($0) }
        } else if let sealed = SealedFields(fields), sealed.root == record.fieldsRoot {
            sequencer.unchanging.keep(sealed, of: record.index)
            isCommitted = true
        } else {
            isCommitted = false
        }
        guard isCommitted else {
            throw StoreError.corrupt(
                .fields(record.place.book, number: record.place.from, entry: record.index),
                .notCommitted)
        }
        return fields.filter { names.contains($0.name) }
    }

    /// Why a record has no fields: it was erased since it was found, or they are lost.
    private func missing(_ record: Located) async throws -> any Error {
        let state = try await sequencer.stored(StatementState.key(record.statement.jti))
        if state?.erased == true { return CallFault.unsettled }
        return StoreError.corrupt(
            .fields(record.place.book, number: record.place.from, entry: record.index), .incomplete)
    }
}

extension Attachments {
    /// The sections that are sealed fields of a record.
    var ciphertexts: [FieldCiphertext] {
        sections.compactMap { section in
            FieldName(section.name).map { FieldCiphertext(name: $0, bytes: section.bytes) }
        }
    }
}
