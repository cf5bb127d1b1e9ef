import Foundation
import Rules
import Sharing
import TestSupport
import TestWorld
import Transparency
import Verification
import Wire

@testable import Custody

/// A log of five entries, everything in it made from fixed inputs, and every value on the way.
///
/// The library's own functions compute each step; a step that they do in one go is taken again part by
/// part, and both must agree. The rules admit every entry.
struct WorkedExample {
    enum Failure: Error { case disagreement(String) }

    static let origin = Origin("trine.example/alliance")!
    static let gateway = "https://gateway.example"
    static let authority = Person("alliance")
    static let host = Person("house")
    static let mill = Person("mill")
    static let bank = Person("northbank")
    static let signer = NoteSigner(name: try! KeyName(origin.text), key: Person.key("log"))
    static let clock = Cosigner(name: signer.verifierKey.name, key: Person.key("clock"))
    /// The enterprise's root, which is in its recovery kit.
    static let root = Root(Secret(copying: [UInt8](repeating: 7, count: Root.byteCount)))
    static let era = root.secrets(ofEra: 1)

    var values = ExampleValues()
    /// Salts and nonces.
    var random = SeededGenerator(seed: 2026)
    private(set) var entries: [SignedStatement] = []
    private var state = StateInMemory()
    let texts: TextShelf
    let type: RecordType

    var log: Digest<Digested.Genesis> { entries[0].statement.digest.relabelled() }

    /// All steps. Encapsulation to a key is random, so an envelope that was made once is an input;
    /// without one a new one is sealed.
    init(envelope: Envelope?) throws {
        type = try RecordType(parsing: Array(Self.typeText.utf8))
        texts = TextShelf(
            [CedarPolicies.standard], types: RecordTypes([type]), of: Self.origin)
        listInputs()
        try found()
        try admitParticipants()
        let record = try seal()
        try grant(envelope, record)
        let tree = try include()
        try prove(record, at: tree)
    }

    static func time(_ entry: Int) -> Timestamp {
        Timestamp(seconds: 1_795_000_000 + 60 * Int64(entry))!
    }

    /// Of the entry with this number.
    static func jti(_ number: Int) -> JTI {
        JTI(bytes: [UInt8](repeating: 0xa0 + UInt8(number), count: 16))!
    }

    static func expect(_ holds: Bool, _ what: String) throws {
        guard holds else { throw Failure.disagreement(what) }
    }

    private mutating func listInputs() {
        for name in ["alliance", "house", "log", "clock", "mill", "northbank"] {
            values.bytes("seed.\(name)", Self.seed("signing \(name)"))
        }
        values.bytes("seed.northbank.encryption", Self.seed("encryption northbank"))
        values.secret("root.mill", Self.root.secret)
    }

    private static func seed(_ text: String) -> [UInt8] {
        Digest<Digested.Blob>(hashing: Array(text.utf8)).bytes
    }

    /// Signs the next entry, has the rules admit it, and shows what is signed.
    @discardableResult
    mutating func enter(
        _ name: String, _ claims: some KindForm, _ disclosures: [Disclosure] = [],
        by person: Person
    ) throws -> Statement {
        let number = entries.count
        let signed = Statement.sign(
            claims, selective: disclosures,
            by: person.signer(Self.origin, number == 0 ? nil : log), at: Self.time(number),
            jti: Self.jti(number))
        try enter(name, signed)
        return signed.statement
    }

    mutating func enter(_ name: String, _ signed: SignedStatement) throws {
        let statement = signed.statement
        let opened =
            statement.kind == .record ? nil : try statement.opened(with: signed.disclosures)
        _ = try state.admit(
            Candidate(statement, selective: opened, index: Int64(entries.count)), under: texts
        ).get()
        entries.append(signed)
        let jws = statement.jws
        values.text("\(name).header", jws.header)
        values.text("\(name).payload", jws.payload)
        values.bytes("\(name).signature", jws.signature)
        values.text("\(name).digest", statement.digest.text)
        values.bytes("\(name).leaf_hash", Hash.leaf(jws.bytes).bytes)
    }

    /// The disclosures of an entry, in the order of their names.
    mutating func show(_ disclosures: [Disclosure], of name: String) {
        for disclosure in disclosures {
            let json = Base64URL.decode(disclosure.text)!
            values.text("\(name).\(disclosure.name).json", json)
            values.text("\(name).\(disclosure.name).digest", disclosure.digest.text)
        }
    }

    private static let typeText = """
        {
          "name": "delivery",
          "description": "goods that the enterprise delivered",
          "display": [
            {"locale": "en", "name": "Delivery", "description": "goods that it delivered"}],
          "claims": [
            {"path": ["number"], "mandatory": true, "sd": "always", "display": [
              {"locale": "en", "label": "Number", "description": "its number"}]},
            {"path": ["total"], "mandatory": true, "sd": "always", "display": [
              {"locale": "en", "label": "Total", "description": "what it is worth"}]}],
          "trine": {
            "version": 1, "series": "deliveries", "direction": "issued", "importers": [],
            "business_key": ["number"],
            "fields": [
              {"name": "number", "kind": "text", "class": "reference", "least": 256},
              {"name": "total", "kind": "amount", "class": "amount", "least": 192}]}
        }
        """
}

extension JWS {
    var header: [UInt8] { part(0) }
    var signature: [UInt8] { part(2) }

    private func part(_ number: Int) -> [UInt8] {
        Base64URL.decode(bytes.split(separator: UInt8(ascii: "."))[number]) ?? []
    }
}
