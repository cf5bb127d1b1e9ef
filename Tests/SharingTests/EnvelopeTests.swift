import Commitments
import Testing

@testable import Sharing
@testable import Wire

@Suite struct EnvelopeTests {
    static let recipient = try! DecryptionKey(seed: Secret(byte: 4))
    static let context = Envelope.Context(
        log: World.log, statement: World.jti(1), issuer: World.enterprise, grantee: World.lender,
        recipient: recipient.encryptionKey)

    static let keys = GrantedKeys(
        nodes: MonthPosition.cover(World.month("2026-02")...World.month("2026-07")).compactMap {
            World.schedule.root(type: "invoice", field: "due_date", epoch: 3).descend(to: $0)
        }.map { .init(field: "due_date", epoch: 3, node: $0) },
        singles: [
            .init(field: "notes", record: World.jti(2), key: FieldKey(secret: Secret(byte: 5)))
        ])

    @Test func roundTrip() throws {
        let envelope = try Envelope.seal(Self.keys, context: Self.context)
        let opened = try envelope.open(with: Self.recipient, context: Self.context)
        #expect(opened.canonicalBytes == Self.keys.canonicalBytes)
        #expect(try Envelope.seal(Self.keys, context: Self.context).digest != envelope.digest)
        let proofs = GrantedKeys(proofs: [[1, 2], [3]])
        let sealed = try Envelope.seal(proofs, context: Self.context)
        #expect(
            try sealed.open(with: Self.recipient, context: Self.context).proofs == proofs.proofs)
        let none = try Envelope.seal(GrantedKeys(), context: Self.context)
        #expect(try none.open(with: Self.recipient, context: Self.context).nodes.isEmpty)
    }

    @Test func isBoundToItsGrant() throws {
        let envelope = try Envelope.seal(Self.keys, context: Self.context)
        let here = Self.context
        let other = try DecryptionKey(seed: Secret(byte: 6))
        let contexts = [
            Envelope.Context(
                log: World.otherLog, statement: here.statement, issuer: here.issuer,
                grantee: here.grantee, recipient: here.recipient),
            Envelope.Context(
                log: here.log, statement: World.jti(9), issuer: here.issuer, grantee: here.grantee,
                recipient: here.recipient),
            Envelope.Context(
                log: here.log, statement: here.statement, issuer: World.lender,
                grantee: here.grantee,
                recipient: here.recipient),
            Envelope.Context(
                log: here.log, statement: here.statement, issuer: here.issuer,
                grantee: World.enterprise, recipient: here.recipient),
            Envelope.Context(
                log: here.log, statement: here.statement, issuer: here.issuer,
                grantee: here.grantee,
                recipient: other.encryptionKey),
        ]
        for context in contexts {
            #expect(throws: OpeningError.envelope) {
                try envelope.open(with: Self.recipient, context: context)
            }
        }
        #expect(throws: OpeningError.envelope) { try envelope.open(with: other, context: here) }
        #expect(Set(([here] + contexts).map(\.info.bytes)).count == 6)
    }

    @Test func everyByteCounts() throws {
        let good = try Envelope.seal(Self.keys, context: Self.context).bytes
        let places =
            [
                0, 1, 31, 32, 500, 1087, 1088, 1118, 1119, 1120, 1121, good.count - 17,
                good.count - 1,
            ]
            + stride(from: 7, to: good.count, by: 97)
        for place in places {
            var bytes = good
            bytes[place] ^= 1
            #expect(throws: OpeningError.envelope) {
                try Envelope(bytes: bytes).open(with: Self.recipient, context: Self.context)
            }
        }
        for bytes in [
            [], Array(good[..<1120]), Array(good[..<1121]), Array(good.dropLast()), good + [0],
        ] {
            #expect(throws: OpeningError.envelope) {
                try Envelope(bytes: bytes).open(with: Self.recipient, context: Self.context)
            }
        }
        let huge = good + [UInt8](repeating: 0, count: Limits.envelopeBytes)
        #expect(throws: OpeningError.envelope) {
            try Envelope(bytes: huge).open(with: Self.recipient, context: Self.context)
        }
    }

    /// What nobody would open is not sealed either.
    @Test func tooManyKeys() throws {
        let single = GrantedKeys.Single(
            field: "due_date", record: World.jti(1), key: FieldKey(secret: Secret(byte: 1)))
        let keys = GrantedKeys(singles: Array(repeating: single, count: 60_000))
        #expect(throws: OpeningError.envelope) { try Envelope.seal(keys, context: Self.context) }
        let fewer = GrantedKeys(singles: Array(repeating: single, count: 8_000))
        let envelope = try Envelope.seal(fewer, context: Self.context)
        #expect(
            try envelope.open(with: Self.recipient, context: Self.context).singles.count == 8_000)
    }

    /// As many as one proof can be about, and the largest proof with them.
    @Test func keysOfAList() throws {
        #expect(AssertionLimits.values == 131_072)
        let keys = (0..<(AssertionLimits.values / 2)).map { number in
            FieldKey(secret: Secret(copying: (0..<32).map { UInt8((number >> ($0 % 16)) & 255) }))
        }
        let proof = [UInt8](repeating: 7, count: 300_000)
        let all = GrantedKeys(
            listed: ["payable_amount_commitment", "tax_exclusive_amount_commitment"].map {
                .init(field: $0, keys: keys)
            }, proofs: [proof])
        let envelope = try Envelope.seal(all, context: Self.context)
        #expect(envelope.bytes.count < 43 * AssertionLimits.values + 403_000)
        let opened = try envelope.open(with: Self.recipient, context: Self.context)
        #expect(opened.proofs == [proof] && opened.listed.map(\.keys.count) == [65_536, 65_536])
        for number in [0, 1, 40_000, 65_535] {
            #expect(
                opened.listed[1].keys[number].secret.withBytes { Array($0) }
                    == keys[number].secret.withBytes { Array($0) })
        }
    }

    /// A key of ones parses, and fails only when something is sealed to it.
    @Test func unusableKeys() throws {
        let ones = try #require(
            EncryptionKey(bytes: [UInt8](repeating: 0xff, count: EncryptionKey.byteCount)))
        #expect(!ones.isUsable)
        #expect(Self.recipient.encryptionKey.isUsable)
        let context = Envelope.Context(
            log: World.log, statement: World.jti(1), issuer: World.enterprise,
            grantee: World.lender,
            recipient: ones)
        #expect(throws: OpeningError.envelope) { try Envelope.seal(Self.keys, context: context) }
        #expect(EncryptionKey(bytes: [UInt8](repeating: 0, count: 1215)) == nil)
        #expect(EncryptionKey(bytes: [UInt8](repeating: 0, count: 1217)) == nil)
        // An X25519 part of small order, the ML-KEM part being good.
        let weak = try #require(
            EncryptionKey(
                bytes: Array(Self.recipient.encryptionKey.bytes.prefix(1184))
                    + [UInt8](repeating: 0, count: 32)))
        #expect(!weak.isUsable)
    }

    /// The plaintext has one spelling and a closed schema.
    @Test(arguments: [
        "", "{}", #"{"keys":[]} "#, #"{"keys":[],"zz":1}"#, #"{"keys":{}}"#, #"{"keys":[1]}"#,
        #"{"keys":[{}]}"#, #"{"keys":[],"proofs":[]}"#, #"{"keys":[],"proofs":["A"]}"#,
        #"{"keys":[{"epoch":0,"field":"a","key":"$","node":"2"}]}"#,
        #"{"keys":[{"epoch":-1,"field":"a","key":"$","node":"0"}]}"#,
        #"{"keys":[{"epoch":0,"field":"a","key":"$A","node":"0"}]}"#,
        #"{"keys":[{"epoch":0,"field":"a","key":"$","node":"0000000000000"}]}"#,
        #"{"keys":[{"epoch":0,"field":"a","key":"$","node":"0","zz":1}]}"#,
        #"{"keys":[{"epoch":0,"field":"a","key":"$","node":"0","record":"AAAAAAAAAAAAAAAAAAAAAA"}]}"#,
        #"{"keys":[{"field":"a","key":"$","record":"AAAAAAAAAAAAAAAAAAAAAB"}]}"#,
        #"{"keys":[{"field":"a","key":"","record":"AAAAAAAAAAAAAAAAAAAAAA"}]}"#,
        #"{"keys":[{"field":"a","keys":""}]}"#, #"{"keys":[{"field":"a","keys":"AAAA"}]}"#,
        #"{"keys":[{"field":"a","keys":"$","record":"AAAAAAAAAAAAAAAAAAAAAA"}]}"#,
        #"{"keys":[{"field":"a","key":"$","keys":"$"}]}"#, #"{"keys":[{"keys":"$"}]}"#,
    ])
    func hostilePlaintext(_ text: String) {
        let key = Base64URL.encode([UInt8](repeating: 1, count: 32))
        #expect(GrantedKeys(canonical: Array(text.replacing("$", with: key).utf8)) == nil)
    }

    @Test func plaintextSpelling() throws {
        let key = Base64URL.encode([UInt8](repeating: 1, count: 32))
        let text =
            #"{"keys":[{"epoch":0,"field":"a","key":"\#(key)","node":""},"#
            + #"{"field":"b","key":"\#(key)","record":"AAAAAAAAAAAAAAAAAAAAAA"},"#
            + #"{"field":"c","keys":"\#(key)"}],"proofs":["AQI"]}"#
        let keys = try #require(GrantedKeys(canonical: Array(text.utf8)))
        #expect(keys.nodes.count == 1 && keys.singles.count == 1 && keys.proofs == [[1, 2]])
        #expect(keys.listed.map(\.field) == ["c"] && keys.listed[0].keys.count == 1)
        #expect(String(decoding: keys.canonicalBytes, as: UTF8.self) == text)
    }

    @Test func namesNothingSecret() {
        #expect(!"\(Self.recipient)".contains("4, 4, 4, 4") && !"\(Self.keys)".contains("5, 5, 5"))
    }
}
