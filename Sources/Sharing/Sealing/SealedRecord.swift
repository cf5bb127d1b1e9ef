public import Wire

/// A record as it leaves the enterprise: the signed statement and the encrypted fields.
public struct SealedRecord: Sendable {
    public let statement: Statement
    public let fields: SealedFields

    public init(statement: Statement, fields: SealedFields) {
        (self.statement, self.fields) = (statement, fields)
    }

    /// Where a record is filed.
    public struct Place: Hashable, Sendable {
        public let book: BookName
        public let number: Int64
        public let epoch: Int64
        public let replaces: JTI?

        public init(book: BookName, number: Int64, epoch: Int64, replaces: JTI? = nil) {
            (self.book, self.number, self.epoch, self.replaces) = (book, number, epoch, replaces)
        }

        /// The keys under which a record of `type` is sealed here.
        public func keys(of type: RecordType) -> MonthKeys.Name {
            MonthKeys.Name(type: type, epoch: epoch, month: book.month)
        }
    }

    /// Seals `record` at `place`: a fresh salt, key and nonce for every field, a commitment beside
    /// every field that has one, all digests in the signed statement. It is bound to the key `holder`,
    /// which presents it; to the signer's own where that is `nil`.
    ///
    /// Throws ``SealingError/tooLarge`` where the ciphertexts exceed the limits.
    public static func seal(
        _ record: Record, at place: Place, jti: JTI, by signer: Signer,
        holder: NamedKey? = nil, keys: KeySchedule, time: Timestamp,
        using random: inout some RandomNumberGenerator
    ) throws(SealingError) -> SealedRecord {
        try seal(
            record, at: place, jti: jti, by: signer, holder: holder,
            keys: MonthKeys(place.keys(of: record.type), from: keys), time: time, using: &random)
    }

    /// Seals `record` as above, under keys that many records of one book share: those that
    /// ``Place/keys(of:)`` names.
    public static func seal(
        _ record: Record, at place: Place, jti: JTI, by signer: Signer,
        holder: NamedKey? = nil, keys: MonthKeys, time: Timestamp,
        using random: inout some RandomNumberGenerator
    ) throws(SealingError) -> SealedRecord {
        guard let log = signer.log else { preconditionFailure("records belong to a log") }
        precondition(keys.name == place.keys(of: record.type), "the keys of the record's place")
        guard let source = keys.source(of: record) else { throw .keysMissing }
        let context = FieldContext(
            log: log, issuer: signer.handle, book: place.book, record: jti)
        var disclosures: [Disclosure] = []
        var ciphertexts: [FieldCiphertext] = []
        for (name, disclosure, minimum) in self.disclosures(of: record, using: &random) {
            guard let key = keys[name]?.fieldKey(record: jti) else { throw .keysMissing }
            ciphertexts.append(
                .seal(
                    disclosure, of: name, minimum: minimum, key: key, context: context,
                    using: &random))
            disclosures.append(disclosure)
        }
        ciphertexts.sort { $0.name < $1.name }
        guard let fields = SealedFields(ciphertexts) else { throw .tooLarge }
        let claims = RegisterRecord(
            vct: record.type.vct(origin: signer.origin),
            integrity: record.type.integrity(origin: signer.origin), book: place.book,
            number: place.number, epoch: place.epoch, source: source,
            replaces: place.replaces, fieldsRoot: fields.root,
            holder: holder ?? signer.key.verificationKey.named,
            status: StatusReference(
                of: place.number, in: place.book, of: signer.handle, origin: signer.origin))
        let signed = Statement.sign(
            claims, selective: disclosures, by: signer, at: time, jti: jti)
        return SealedRecord(statement: signed.statement, fields: fields)
    }

    /// The disclosures of all fields and commitments, with the length each is padded to at least.
    private static func disclosures(
        of record: Record, using random: inout some RandomNumberGenerator
    ) -> [(FieldName, Disclosure, Int)] {
        var result: [(FieldName, Disclosure, Int)] = []
        func add(_ name: FieldName, _ salt: Disclosure.Salt, _ value: JSON, _ minimum: Int) {
            result.append((name, Disclosure(salt: salt, name: name.text, value: value), minimum))
        }
        for field in record.type.fields {
            let value = record[field.name]
            let salt = Disclosure.Salt(using: &random)
            add(field.name, salt, value.json, field.minimumPaddedBytes)
            guard let name = field.commitmentName else { continue }
            let commitment = FieldCommitment(value, of: field, salt: salt)
            add(
                name, .init(using: &random), commitment?.json ?? .null,
                FieldDefinition.commitmentPaddedBytes)
        }
        return result
    }
}

/// Why a record could not be sealed.
public enum SealingError: Error, Equatable, Sendable {
    case tooLarge
    /// The device wasn't given the keys of the record's month.
    case keysMissing
}
