import Sharing
import TestWorld
import Wire

/// Things that no honest client would sign.
enum Forgery {
    /// The record again, with a payable amount that isn't what its commitment says.
    static func contradiction(
        in sealed: SealedRecord, of party: Person, log: inout TestLog
    ) throws -> SealedRecord {
        let amount = try Amount(units: 99_999_99, currency: "EUR").json
        return try signedAgain(sealed, of: party, log: &log) { disclosures in
            disclosures.map {
                $0.name == "payable_amount"
                    ? Disclosure(salt: $0.salt, name: $0.name, value: amount) : $0
            }
        }
    }

    /// The record again, with other fields, or the status of the record with another number.
    static func signedAgain(
        _ sealed: SealedRecord, of party: Person, log: inout TestLog, status: Int64? = nil,
        _ edit: ([Disclosure]) -> [Disclosure]
    ) throws -> SealedRecord {
        let claims = sealed.claims
        let schedule = log.schedule(party)
        let context = FieldContext(
            log: log.log, issuer: party.handle, book: claims.book, record: sealed.statement.jti)
        func key(of field: FieldName) -> FieldKey {
            schedule.fieldKey(
                type: "invoice", field: field, epoch: claims.epoch, month: claims.book.month,
                record: sealed.statement.jti)
        }
        let disclosures = edit(
            try sealed.fields.fields.map { try $0.open(key: key(of: $0.name), context: context) })
        let ciphertexts = SealedFields(
            disclosures.map {
                let field = FieldName($0.name)!
                return .seal(
                    $0, of: field, minimum: 128, key: key(of: field), context: context,
                    using: &log.random)
            })!
        let signed = Statement.sign(
            RegisterRecord(
                vct: claims.vct, integrity: claims.integrity, book: claims.book,
                number: claims.number,
                epoch: claims.epoch, source: claims.source, replaces: claims.replaces,
                fieldsRoot: ciphertexts.root, holder: claims.holder,
                status: StatusReference(
                    of: status ?? claims.number, in: claims.book, of: party.handle,
                    origin: log.origin)),
            selective: disclosures,
            by: party.signer(log.origin, log.log),
            at: sealed.statement.issuedAt, jti: sealed.statement.jti)
        return SealedRecord(statement: signed.statement, fields: ciphertexts)
    }
}
