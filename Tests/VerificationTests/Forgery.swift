import Sharing
import TestWorld
import Wire

/// Things that no honest client would sign.
enum Forgery {
    /// The record again, with a payable amount that isn't what its commitment says.
    static func contradiction(
        in sealed: SealedRecord, of party: Person, log: inout TestLog
    ) throws -> SealedRecord {
        let claims = sealed.claims
        let schedule = log.schedule(party)
        let context = FieldContext(
            log: log.log, issuer: party.handle, book: claims.book, record: sealed.statement.jti)
        var disclosures: [Disclosure] = []
        var fields: [FieldCiphertext] = []
        for field in sealed.fields.fields {
            let key = schedule.fieldKey(
                type: "invoice", field: field.name, epoch: claims.epoch,
                month: claims.book.month, record: sealed.statement.jti)
            var disclosure = try field.open(key: key, context: context)
            if field.name == "payable_amount" {
                disclosure = Disclosure(
                    salt: disclosure.salt, name: field.name.text,
                    value: try Amount(units: 99_999_99, currency: "EUR").json)
            }
            disclosures.append(disclosure)
            fields.append(
                .seal(
                    disclosure, of: field.name, minimum: 128, key: key, context: context,
                    using: &log.random))
        }
        let ciphertexts = SealedFields(fields)!
        let signed = Statement.sign(
            RegisterRecord(
                vct: claims.vct, integrity: claims.integrity, book: claims.book,
                number: claims.number,
                epoch: claims.epoch, source: claims.source, replaces: claims.replaces,
                fieldsRoot: ciphertexts.root, holder: claims.holder, status: claims.status),
            selective: disclosures,
            by: party.signer(log.origin, log.log),
            at: sealed.statement.issuedAt, jti: sealed.statement.jti)
        return SealedRecord(statement: signed.statement, fields: ciphertexts)
    }
}
