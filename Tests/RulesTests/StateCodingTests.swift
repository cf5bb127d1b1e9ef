import Sharing
import Testing
import Transparency
import Wire

@testable import Rules

/// The stored form of every piece of state.
@Suite struct StateCodingTests {
    private static let handle = Handle("northbank")!
    private static let jti = JTI(bytes: [UInt8](0..<16))!
    private static let other = JTI(bytes: [UInt8](1..<17))!
    private static let book = BookName("invoices/2026-11")!
    private static let key = SigningKey(
        seed: Secret(copying: [UInt8](repeating: 3, count: 32))
    ).verificationKey
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    private static func month(_ text: String) -> Month { Month(text)! }
    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(clamping: seconds) }

    private static func bookState(_ count: Int, erased: [ClosedRange<Int64>]) -> BookState {
        var state = BookState()
        for number in 0..<count { state.edge.append(Hash.leaf([UInt8(number)])) }
        (state.count, state.epoch, state.closed, state.erased) = (Int64(count), 4, true, erased)
        if let last = erased.last { state.replaced = [3...3, last] }
        return state
    }

    private static func grant(_ terms: GrantTerms?, at: TreePoint?) -> GrantState {
        var state = GrantState(
            issuer: handle, index: 77,
            claims: Grant(
                right: .read, purpose: .creditAssessment, notBefore: time(1), expires: time(99),
                policies: Digest(hashing: [1]), envelope: Digest(hashing: [2]), at: at),
            terms: terms, envelopeStatement: other)
        (state.used, state.revoked, state.envelope) = (3, at?.size, Digest(hashing: [3]))
        return state
    }

    private static let epochs: EpochState = {
        var state = EpochState()
        let months = month("2026-01")...month("2026-12")
        state.live = [
            .init(grant: jti, months: months, epoch: 2, expires: time(5)),
            .init(grant: other, months: months, epoch: 3, expires: time(50)),
        ]
        state.retireEnded(at: time(6))
        return state
    }()

    private static func piece<Object>(
        _ key: StateKey.Of<Object>, _ object: Object
    ) -> (StateKey, StateValue) { (key.untyped, StateValue(object)) }

    static let values: [(StateKey, StateValue)] = {
        let participant = ParticipantState(
            roles: [.enterprise, .lender], keys: [key.thumbprint],
            encryptionKey: Digest(hashing: [8]), suspended: true, admittedAt: 12,
            size: .small)
        let bare = ParticipantState(roles: [], keys: [], encryptionKey: nil, admittedAt: 0)
        let detail = StatementState.RecordDetail(
            book: book, number: 17, epoch: 0, source: Digest(hashing: [4]), replacedBy: other)
        let terms = GrantTerms(
            to: handle, recipientKey: Digest(hashing: [5]),
            scope: .months(.invoices, month("2026-01")...month("2026-12")),
            subject: .fields(["due_date", "tax_exclusive_amount"]), fetches: 10, dataLife: 0,
            epochs: [.init(series: .invoices, counts: [0, 2])], request: jti)
        let single = GrantTerms(
            to: handle, recipientKey: Digest(hashing: [5]),
            scope: .records([RecordRange(book: book, from: 1, to: 9)!]),
            subject: .statements(["sum(\"x\") ≥ 1\n"]), fetches: 1, dataLife: 5,
            epochs: [.init(series: .invoices, counts: [1])])
        return [
            piece(
                LogState.key,
                LogState(
                    origin: Origin("trine.example/alliance")!, genesis: Digest(hashing: [1]),
                    rules: 1, rulesSince: time(1_700_000_000),
                    upgrade: ComingRules(rules: 2, from: 9, notBefore: time(1_900_000_000)),
                    logKey: "a", clockKey: "b",
                    charter: Charter(
                        authorities: [handle], threshold: 1, freshness: 60,
                        witnesses: ["quorum none"]),
                    host: handle,
                    policies: Digest(hashing: [2]), time: time(1_800_000_000))),
            piece(ParticipantState.key(handle), participant),
            piece(ParticipantState.key(handle), bare),
            piece(
                KeyState.key(key.thumbprint),
                KeyState(handle: handle, key: key, scopes: [.seal, .all], retired: true)),
            piece(KeyState.key(key.thumbprint), KeyState(handle: handle, key: key, scopes: [.all])),
            piece(
                StatementState.key(jti),
                StatementState(
                    index: 5, digest: Digest(hashing: [5]), kind: .record, issuer: handle,
                    time: time(5), erased: true, record: detail)),
            piece(
                StatementState.key(jti),
                StatementState(
                    index: 0, digest: Digest(hashing: [6]), kind: .admit, issuer: handle,
                    time: time(1), admitted: handle)),
            piece(BookState.key(handle, book), BookState()),
            piece(BookState.key(handle, book), bookState(13, erased: [1...2, 5...5, 9...13])),
            piece(SourceState.key(handle, Digest(hashing: [7])), SourceState(record: jti)),
            piece(GrantState.key(jti), grant(nil, at: nil)),
            piece(GrantState.key(jti), grant(terms, at: nil)),
            piece(
                GrantState.key(jti), grant(single, at: .init(size: 8, root: Digest(hashing: [9])))),
            piece(CallState.key(jti), CallState(entry: other)),
            piece(EpochState.key(handle, .invoices), EpochState()),
            piece(EpochState.key(handle, .invoices), epochs),
            piece(HoldsState.key(handle), HoldsState(holds: [])),
            piece(
                InvolvementState.key(handle, with: handle),
                InvolvementState(past: [.operate, .read])),
            piece(
                RequestState.key(JTI(bytes: [UInt8](repeating: 7, count: 16))!),
                RequestState(
                    by: handle,
                    terms: RequestTerms(
                        .guarantee, to: handle, right: .prove,
                        scope: .months(.bills, Month("2026-01")!...Month("2026-02")!),
                        subject: .statements(["sum(x) >= 1"]), notBefore: time(1),
                        expires: time(99), fetches: 3, dataLife: 0))),
            piece(
                HoldsState.key(handle),
                HoldsState(holds: [
                    HoldState(
                        by: handle, caseReference: "HRB \"12\"\\é\u{1}",
                        books: .months(.bills, month("2026-01")...month("2026-01")), until: time(4)),
                    HoldState(by: handle, caseReference: "b", books: nil, until: nil),
                ])),
        ]
    }()

    @Test func `every value reads back as itself`() throws {
        for (key, value) in Self.values {
            let bytes = value.bytes
            #expect(try StateValue(parsing: bytes, for: key) == value, "\(Self.text(bytes))")
            #expect(try JSON(canonical: bytes).canonicalBytes == bytes)
        }
    }

    /// A value is stored in two parts: what follows from public claims, and the rest.
    @Test func `the parts make the whole, and nothing stands in the other one`() throws {
        var (open, closed) = (0, 0)
        for (key, value) in Self.values {
            let parts = (value.publicBytes, value.selectiveBytes)
            #expect(try StateValue(parts.0, parts.1, for: key) == value)
            if parts.0 != nil { open += 1 }
            if parts.1 != nil { closed += 1 }
            #expect(throws: StateError.self, "\(key.text)") {
                try StateValue(parts.1, parts.0, for: key)
            }
            if parts.1 != nil {
                #expect(throws: StateError.wrongPart) { try StateValue(value.bytes, nil, for: key) }
            }
        }
        #expect(open > 10 && closed > 8)
        #expect(try StateValue(nil, nil, for: LogState.key.untyped) == nil)
    }

    @Test func `no byte can be left out, doubled or changed unseen`() throws {
        for (key, value) in Self.values {
            let bytes = value.bytes
            for position in bytes.indices {
                var shorter = bytes
                shorter.remove(at: position)
                expectOther(shorter, than: value, key)
                var longer = bytes
                longer.insert(bytes[position], at: position)
                expectOther(longer, than: value, key)
                var changed = bytes
                changed[position] ^= 1
                expectOther(changed, than: value, key)
            }
            #expect(throws: StateError.self) { try StateValue(parsing: bytes + [32], for: key) }
        }
    }

    private func expectOther(_ bytes: [UInt8], than value: StateValue, _ key: StateKey) {
        if let parsed = try? StateValue(parsing: bytes, for: key) {
            #expect(parsed != value, "\(Self.text(bytes))")
            #expect(parsed.bytes == bytes, "\(Self.text(bytes)) has a second spelling")
        }
    }

    @Test(arguments: [
        (
            SourceState.key(handle, Digest(hashing: [1])).untyped, #"{}"#,
            StateError.claims(.missing("record"))
        ),
        (
            CallState.key(jti).untyped, #"{"entry":"AAECAwQFBgcICQoLDA0ODw","more":1}"#,
            .claims(.unexpected("more"))
        ),
        (
            CallState.key(jti).untyped, #"{"entry":"AAECAwQFBgcICQoLDA0ODx"}"#,
            .claims(.malformed("entry"))
        ),
        (HoldsState.key(handle).untyped, #"[]"#, .claims(.notAnObject)),
        (
            InvolvementState.key(handle, with: handle).untyped, #"{"past":[]}"#,
            .claims(.malformed("past"))
        ),
        (
            InvolvementState.key(handle, with: handle).untyped, #"{"past":["read","prove"]}"#,
            .claims(.malformed("past"))
        ),
        (
            InvolvementState.key(handle, with: handle).untyped, #"{"past":["saw"]}"#,
            .claims(.malformed("past"))
        ),
        (HoldsState.key(handle).untyped, #"{"holds":[] }"#, .json(.whiteSpace(offset: 11))),
        (
            ParticipantState.key(handle).untyped,
            #"{"admitted_at":0,"keys":[],"keys_ever":0,"least_epoch":0,"roles":["king"]}"#,
            .claims(.malformed("roles"))
        ),
        (
            ParticipantState.key(handle).untyped,
            #"{"admitted_at":0,"keys":[],"keys_ever":0,"least_epoch":0,"roles":[],"size":"huge"}"#,
            .claims(.malformed("size"))
        ),
        (
            ParticipantState.key(handle).untyped,
            #"{"admitted_at":0,"keys":[],"keys_ever":0,"least_epoch":0,"roles":[],"suspended":false}"#,
            .claims(.malformed("suspended"))
        ),
        (
            ParticipantState.key(handle).untyped,
            #"{"admitted_at":-1,"keys":[],"keys_ever":0,"least_epoch":0,"roles":[]}"#,
            .claims(.malformed("admitted_at"))
        ),
        (
            BookState.key(handle, book).untyped, #"{"count":1,"edge":"AAAAAAAAAAA","epoch":0}"#,
            .claims(.malformed("edge"))
        ),
        (
            BookState.key(handle, book).untyped,
            #"{"count":0,"edge":"AAAAAAAAAAA","epoch":0,"erased":[]}"#,
            .claims(.malformed("erased"))
        ),
        (
            BookState.key(handle, book).untyped,
            #"{"count":0,"edge":"AAAAAAAAAAA","epoch":0,"erased":[[1,2],[3,4]]}"#,
            .claims(.malformed("erased"))
        ),
        (
            BookState.key(handle, book).untyped,
            #"{"count":0,"edge":"AAAAAAAAAAA","epoch":0,"replaced":[[1,2],[3,4]]}"#,
            .claims(.malformed("replaced"))
        ),
        (
            BookState.key(handle, book).untyped,
            #"{"count":0,"edge":"AAAAAAAAAAA","epoch":0,"erased":[[2,1]]}"#,
            .claims(.malformed("erased"))
        ),
        (
            EpochState.key(handle, .invoices).untyped,
            #"{"dead":[{"epoch":0,"from":"2026-02","to":"2026-01"}],"given":[]}"#,
            .claims(.malformed("dead/0/to"))
        ),
        (
            EpochState.key(handle, .invoices).untyped,
            #"{"dead":[{"epoch":0,"from":"2026-01","to":"2026-02"},{"epoch":1,"from":"2026-02","to":"2026-02"}],"given":[]}"#,
            .claims(.malformed("dead"))
        ),
    ])
    func `malformed values are refused`(
        key: StateKey, text: String, error: StateError
    ) {
        #expect(throws: error) { try StateValue(parsing: Array(text.utf8), for: key) }
    }

    @Test func `a key stands under its own thumbprint only`() {
        let value = StateValue(KeyState(handle: Self.handle, key: Self.key, scopes: [.all]))
        #expect(throws: StateError.wrongName) {
            try StateValue(parsing: value.bytes, for: KeyState.key(Digest(hashing: [1])).untyped)
        }
    }
}
