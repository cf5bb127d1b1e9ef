import Foundation
import Importing
import Interface
import Rules
import Sharing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Custody

/// What no program of ours does: an enterprise that signs one amount and commits to another.
struct DishonestEnterprise {
    private let session: Session

    init(home: URL) async throws {
        guard let passphrase = Passphrase("correct horse battery".utf8) else {
            preconditionFailure("a passphrase")
        }
        session = try await Session(
            Home(home.path), passphrase: passphrase,
            cost: .named(in: ["TRINE_TEST_ARGON2_MIB": "1"]))
    }

    func close() async { await session.close() }

    /// Registers the document with this payable amount, and the commitment to the true one. Returns
    /// its name.
    func register(_ document: URL, payable: Int64) async throws -> String {
        let view = try await session.sync()
        let records = Importer.records(
            from: Array(try Data(contentsOf: document)), named: document.lastPathComponent,
            for: RegisteredIdentifiers(session.configuration.identifiers))
        let record = try records.get()[0]
        guard let book = try view.openBook(record.type.series, from: record.month) else {
            preconditionFailure("a book is open")
        }
        let place = SealedRecord.Place(
            book: book, number: (try view.book(book)?.count ?? 0) + 1, epoch: 0)
        var random = session.surroundings.random
        let honest = try SealedRecord.seal(
            record, at: place, jti: session.newJTI(), by: try session.signer(.seal),
            keys: try await session.schedule(), time: session.now, using: &random)
        let forged = try forge(
            honest, payable, under: try await session.schedule(), using: &random)
        _ = try await session.register(
            [Frame(jws: forged.statement.jws.bytes, blob: forged.fields.encoded)])
        return "\(book)#\(place.number)"
    }

    /// The same record with another payable amount under the same salt, sealed and signed again.
    private func forge(
        _ sealed: SealedRecord, _ payable: Int64, under schedule: KeySchedule,
        using random: inout some RandomNumberGenerator
    ) throws -> SealedRecord {
        guard let claims = sealed.statement.claims as? RegisterRecord else {
            preconditionFailure("it is a record")
        }
        let jti = sealed.statement.jti
        let context = FieldContext(
            log: session.log, issuer: session.handle, book: claims.book, record: jti)
        var disclosures: [Disclosure] = []
        var fields: [FieldCiphertext] = []
        for field in sealed.fields.fields {
            let key = schedule.fieldKey(
                type: "invoice", field: field.name, epoch: claims.epoch,
                month: claims.book.month, record: jti)
            var disclosure = try field.open(key: key, context: context)
            if field.name == "payable_amount" {
                disclosure = Disclosure(
                    salt: disclosure.salt, name: field.name.text,
                    value: try Amount(units: payable, currency: "EUR").json)
            }
            disclosures.append(disclosure)
            fields.append(
                .seal(
                    disclosure, of: field.name, minimum: 128, key: key, context: context,
                    using: &random))
        }
        guard let ciphertexts = SealedFields(fields) else { preconditionFailure("they fit") }
        let signed = Statement.sign(
            RegisterRecord(
                vct: claims.vct, integrity: claims.integrity, book: claims.book,
                number: claims.number,
                epoch: claims.epoch, source: claims.source, replaces: claims.replaces,
                fieldsRoot: ciphertexts.root, holder: claims.holder, status: claims.status),
            selective: disclosures, by: try session.signer(.seal),
            at: sealed.statement.issuedAt, jti: jti)
        return SealedRecord(statement: signed.statement, fields: ciphertexts)
    }
}

/// A lender with a program of its own, which saves what it gets without looking.
struct TrustingLender {
    /// The package of a grant of one record and its payable amount, with what `contradiction` shows.
    static func package(
        home: URL, grant: String, _ contradiction: Contradiction
    ) async throws -> Package? {
        guard let passphrase = Passphrase("correct horse battery".utf8),
            let jti = JTI(text: grant)
        else { return nil }
        let session = try await Session(
            Home(home.path), passphrase: passphrase,
            cost: .named(in: ["TRINE_TEST_ARGON2_MIB": "1"]))
        let call = Fetch.sign(
            grant: jti, fields: ["payable_amount"], ranges: [], by: try session.signer(.all),
            at: session.now, jti: session.newJTI(), opener: .random())
        let answer = try await session.connection.fetch(call)
        await session.close()
        guard let granted = answer.granted else { return nil }
        return Package(
            checkpoint: answer.checkpoint, genesis: answer.genesis,
            participants: answer.participants, types: answer.types,
            grant: granted.grant, rekey: granted.rekey,
            access: granted.access,
            records: answer.records.map { record in
                let logged = record.logged
                return LoggedStatement(
                    index: logged.index, jws: logged.jws,
                    disclosures: record.fields.isEmpty ? [] : contradiction.record.disclosures,
                    proof: logged.proof)
            }, erasures: answer.erasures)
    }
}
