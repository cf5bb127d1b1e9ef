import Cedar
import CedarTools
import Testing
import Wire

@Suite struct DataTests {
    private func entities(_ json: String, _ schema: Schema? = nil) throws(DataError) -> Entities {
        try Entities(json: Array(json.utf8), schema: schema)
    }

    private func context(_ json: String) throws(DataError) -> Record {
        try Record(contextJSON: Array(json.utf8))
    }

    @Test func valuesAreRead() throws {
        let record = try context(
            """
            {"b": true, "n": -9223372036854775808, "s": "a\\u00e9\\ud83d\\ude00\\n",
             "set": [2, 1, 2], "rec": {"x": {}}, "e": {"__entity": {"type": "N::T", "id": "i"}},
             "d": {"__extn": {"fn": "decimal", "arg": "1.5"}},
             "t": {"__extn": {"fn": "offset", "args": [
                {"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
                {"__extn": {"fn": "duration", "arg": "5ms"}}]}},
             "plain": {"__entity": {"type": "T"}}, "two": {"__extn": 1, "x": 2}}
            """)
        #expect(record["b"] == .bool(true))
        #expect(record["n"] == .long(.min))
        #expect(record["s"] == .string("aé😀\n"))
        #expect(record["set"] == .set(ValueSet([.long(1), .long(2)])))
        #expect(record["rec"] == .record(Record(["x": .record(.empty)])))
        #expect(record["e"] == .entity(try uid("N::T", "i")))
        #expect(record["d"] == .decimal(Decimal(tenThousandths: 15_000)))
        #expect(record["t"] == .datetime(Datetime(milliseconds: 5)))
        #expect(record["plain"] != nil && record["two"] != nil)
    }

    @Test(arguments: [
        "{\"a\": null}", "{\"a\": 1.5}", "{\"a\": 1e3}", "{\"a\": -0}",
        "{\"a\": 9223372036854775808}",
        "{\"a\": 1, \"a\": 2}", "{\"a\": {\"__extn\": {\"fn\": \"nope\", \"arg\": \"x\"}}}",
        "{\"a\": {\"__extn\": {\"fn\": \"decimal\", \"arg\": \"x\"}}}",
        "{\"a\": {\"__entity\": {\"type\": \"a b\", \"id\": \"x\"}}}",
        "{\"a\": {\"__expr\": \"1\"}}",
        "[]", "1", "", "{", "{\"a\"}", "{\"a\":}", "{,}", "{\"a\": 01}", "{\"a\": \"\\x\"}",
        "{\"a\": \"\\ud800\"}", "{\"a\": \"\n\"}", "{} {}", "{\"a\": [1,]}", "{\"a\": tru}",
    ])
    func otherValuesAreRefused(json: String) {
        #expect(throws: DataError.self) { try context(json) }
    }

    @Test func invalidUTF8IsRefused() {
        let bytes: [UInt8] = Array("{\"a\": \"".utf8) + [0xff] + Array("\"}".utf8)
        #expect(throws: DataError.json(.invalidUTF8(offset: 7))) { try Record(contextJSON: bytes) }
    }

    /// Cedar compares texts byte for byte. Keys that only look the same are refused, since nobody
    /// could tell which of them a policy means.
    @Test func keysThatLookTheSameAreRefused() throws {
        let both = Record(["\u{e9}": .long(1), "e\u{301}": .long(2)])
        #expect(both["\u{e9}"] == .long(1) && both["e\u{301}"] == .long(2))
        #expect(throws: DataError.json(.duplicateKey("e\u{301}"))) {
            try context("{\"\u{e9}\": 1, \"e\u{301}\": 2}")
        }
    }

    @Test func hierarchiesAreClosed() throws {
        let entities = try entities(
            """
            [{"uid": {"type": "A", "id": "1"}, "attrs": {}, "parents": [{"type": "A", "id": "2"}]},
             {"uid": {"__entity": {"type": "A", "id": "2"}}, "attrs": {"x": 1}, "parents":
                [{"__entity": {"type": "A", "id": "3"}}], "tags": {"t": true}}]
            """)
        #expect(entities.count == 2)
        #expect(
            Set(entities.ancestors(of: try uid("A", "1"))) == [
                try uid("A", "2"), try uid("A", "3"),
            ])
        #expect(entities[try uid("A", "2")]?.tags["t"] == .bool(true))
        #expect(entities[try uid("A", "3")] == nil)
    }

    @Test func cyclesAndContradictionsAreRefused() throws {
        let (a, b) = (try uid("A", "1"), try uid("A", "2"))
        #expect(throws: HierarchyError.self) {
            try Entities([Entity(a, parents: [b]), Entity(b, parents: [a])])
        }
        #expect(throws: HierarchyError.cycle(a)) { try Entities([Entity(a, parents: [a])]) }
        #expect(throws: HierarchyError.duplicate(a)) {
            try Entities([Entity(a), Entity(a, parents: [b])])
        }
        #expect(try Entities([Entity(a), Entity(a)]).count == 1)
    }

    @Test func longChainsDoNotExhaustTheStack() throws {
        let uids = try (0..<3000).map { try uid("A", "\($0)") }
        let entities = try Entities(
            zip(uids, uids.dropFirst()).map { Entity($0, parents: [$1]) })
        #expect(entities.ancestors(of: uids[0]).count == 2999)
    }

    @Test(arguments: [
        "{}", "[{}]", "[{\"uid\": {\"type\": \"A\", \"id\": \"1\"}, \"attrs\": {}}]",
        "[{\"uid\": {\"type\": \"A\", \"id\": \"1\"}, \"parents\": []}]",
        "[{\"uid\": \"A::1\", \"attrs\": {}, \"parents\": []}]",
        "[{\"uid\": {\"type\": \"A\", \"id\": \"1\"}, \"attrs\": {}, \"parents\": [1]}]",
        """
        [{"uid": {"type": "Action", "id": "1"}, "attrs": {},
          "parents": [{"type": "A", "id": "1"}]}]
        """,
    ])
    func otherEntitiesAreRefused(json: String) {
        #expect(throws: DataError.self) { try entities(json) }
    }
}
