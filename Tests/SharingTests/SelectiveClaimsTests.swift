import TestSupport
import Testing

@testable import Sharing
@testable import Wire

@Suite struct SelectiveClaimsTests {
    @Test(arguments: StatementSample.selective)
    func digestsAreStrict(_ sample: StatementSample) throws {
        guard case .object(let members) = try sample.payload,
            let digests = members["_sd"]?.elements
        else { return }
        let zero = JSON.string(String(repeating: "A", count: 43))
        var variants: [JSON] = [
            .array(Array(digests.dropLast())), .array([zero] + digests), .array([]), .null,
            .array(digests.dropLast() + [.string(String(repeating: "_", count: 42) + "9")]),
            .array(digests.dropLast() + [.string((digests.last?.text ?? "") + "=")]),
            .array(digests.dropLast() + [1]),
        ]
        if digests.count > 1 {
            variants.append(.array(digests.dropLast() + [digests[digests.count - 2]]))
        }
        for variant in variants {
            var changed = members
            changed["_sd"] = variant
            #expect(throws: StatementError.malformedSelectiveDigests) {
                try Statement(parsing: sample.sign(.object(changed)))
            }
        }
        for algorithm in ["sha-512", "SHA-256", ""] as [JSON] {
            var changed = members
            changed["_sd_alg"] = algorithm
            #expect(throws: StatementError.malformedSelectiveDigests) {
                try Statement(parsing: sample.sign(.object(changed)))
            }
        }
    }

    /// Two digests that begin alike are two.
    @Test(arguments: StatementSample.selective)
    func digestsMayBeginAlike(_ sample: StatementSample) throws {
        guard case .object(var members) = try sample.payload,
            let digests = members["_sd"]?.elements, digests.count > 1,
            let text = digests[digests.count - 2].text
        else { return }
        let other = text.prefix(30) + (text.dropFirst(30).first == "A" ? "B" : "A")
        members["_sd"] = .array(
            digests.dropLast() + [.string(String(other + text.dropFirst(31)))])
        #expect(throws: Never.self) {
            try Statement(parsing: sample.sign(.object(members)))
        }
    }

    /// A digest's place says whose it is: at another place it opens nothing.
    @Test(arguments: StatementSample.selective)
    func placesBelongToNames(_ sample: StatementSample) throws {
        guard case .object(var members) = try sample.payload, sample.kind != .record,
            let digests = members["_sd"]?.elements, digests.count > 1
        else { return }
        members["_sd"] = .array(digests.reversed())
        let statement = try Statement(parsing: sample.sign(.object(members)))
        let name = try #require(sample.disclosures.map(\.name).min())
        #expect(throws: StatementError.disclosureNotInStatement(name: name)) {
            try statement.opened(with: sample.disclosures.sorted { $0.name < $1.name })
        }
    }

    /// The names tell nothing, and their number is the same for all statements of a kind.
    @Test(arguments: StatementSample.selective)
    func everyClaimIsDisclosed(_ sample: StatementSample) {
        #expect(
            Set(sample.disclosures.map(\.name)) == Set(sample.kind.form.selectiveNames)
                || sample.kind == .record)
    }

    @Test(arguments: StatementSample.selective)
    func incomplete(_ sample: StatementSample) throws {
        let statement = sample.sign().statement
        for index in sample.disclosures.indices {
            var some = sample.disclosures
            some.remove(at: index)
            #expect(throws: StatementError.disclosuresIncomplete(missing: 1)) {
                try statement.opened(with: some)
            }
            #expect(try statement.matched(some).count == some.count)
            #expect(throws: StatementError.disclosureTwice(name: sample.disclosures[index].name)) {
                try statement.opened(with: sample.disclosures + [sample.disclosures[index]])
            }
        }
    }

    @Test(arguments: StatementSample.selective)
    func foreign(_ sample: StatementSample) throws {
        var random = SeededGenerator(seed: 8)
        let statement = sample.sign().statement
        for (index, disclosure) in sample.disclosures.enumerated() {
            // The same claim under another salt, or another value under the same one.
            let others = [
                Disclosure(
                    salt: .init(using: &random), name: disclosure.name, value: disclosure.value),
                Disclosure(salt: disclosure.salt, name: disclosure.name, value: "x"),
                Disclosure(salt: disclosure.salt, name: "zz", value: disclosure.value),
            ]
            for other in others {
                var some = sample.disclosures
                some[index] = other
                #expect(throws: StatementError.disclosureNotInStatement(name: other.name)) {
                    try statement.opened(with: some)
                }
            }
        }
    }

    /// Well-signed digests of claims that are named or typed wrongly.
    @Test(arguments: StatementSample.selective)
    func malformed(_ sample: StatementSample) throws {
        let isValid: [String: [JSON]] = [
            "legal_name": ["x"], "legal_ids": [[]], "due_diligence": [.null, "x"], "size": [.null],
            "nbf": [0], "exp": [0], "data_life": [0], "request": [.null], "books": [.null],
            "until": [.null, 0], "case": ["x"],
        ]
        let others: [JSON] = [
            .null, .bool(false), 0, -1, "", "x", [], ["x", "x"], .object([:]), ["a": 1],
            .string(String(repeating: "é", count: 500)),
        ]
        for (index, disclosure) in sample.disclosures.enumerated() {
            for other in others where other != disclosure.value {
                let allowed = isValid[disclosure.name]?.contains(other) ?? false
                #expect(
                    (opening(sample, index, name: disclosure.name, value: other) == nil) == allowed,
                    "\(disclosure.name) = \(other.canonicalText)")
            }
            #expect(opening(sample, index, name: "zz", value: disclosure.value) != nil)
        }
    }

    /// What opening throws where one disclosure is exchanged before signing.
    private func opening(
        _ sample: StatementSample, _ index: Int, name: String, value: JSON
    ) -> StatementError? {
        var disclosures = sample.disclosures
        disclosures[index] = Disclosure(salt: disclosures[index].salt, name: name, value: value)
        let signed = Statement.sign(
            sample.claims, selective: disclosures, by: sample.signer, at: World.time,
            jti: World.jti(5))
        return thrown { () throws(StatementError) in
            _ = try signed.statement.opened(with: disclosures)
        }
    }

    /// Values at and beyond the limits of single claims.
    @Test(
        arguments: [
            (.grant, "fetches", 1, true), (.grant, "fetches", 1_000_000, true),
            (.grant, "fetches", 1_000_001, false), (.grant, "fetches", 0, false),
            (.grant, "data_life", .integer(Limits.dataLifeSeconds), true),
            (.grant, "data_life", .integer(Limits.dataLifeSeconds + 1), false),
            (.grant, "epochs", epochs([0]), true), (.grant, "epochs", epochs([0, 0]), false),
            (.grant, "epochs", epochs([1, 0]), false), (.grant, "epochs", epochs([-1]), false),
            (.grant, "epochs", epochs([]), false), (.grant, "epochs", [0], false),
            (.grant, "epochs", epochs((0..<256).map { .integer($0) }), true),
            (.grant, "epochs", epochs((0..<257).map { .integer($0) }), false),
            // For each series of the scope and no other.
            (.grant, "epochs", [], false), (.grant, "epochs", epochs([0], "bills"), false),
            (
                .grant, "epochs",
                [
                    ["counts": [0], "series": "bills"], ["counts": [0], "series": "invoices"],
                ], false
            ),
            (.rekey, "epochs", [["counts": [0], "series": "bills"]], true),
            (
                .rekey, "epochs",
                .array((0..<8).map { ["counts": [0], "series": .string("s\($0)")] }), true
            ),
            (
                .rekey, "epochs",
                .array((0..<9).map { ["counts": [0], "series": .string("s\($0)")] }), false
            ),
            (
                .rekey, "epochs",
                [["counts": [0], "series": "b"], ["counts": [0], "series": "a"]], false
            ),
            (.grant, "fields", ["a", "b"], true), (.grant, "fields", ["b", "a"], false),
            (.grant, "fields", ["a", "a"], false), (.grant, "fields", ["A"], false),
            (.grant, "fields", ["a-b"], false), (.grant, "fields", .null, false),
            (.grant, "fields", .array((100..<164).map { .string("f\($0)") }), true),
            (.grant, "fields", .array((100..<165).map { .string("f\($0)") }), false),
            (.grant, "statements", ["sum >= 1"], false), (.request, "call", "a.b.c", false),
            (.return, "call", "a.b.c", false), (.erase, "reason", "because", false),
            (.grant, "to", "Northbank", false),
            (.grant, "request", "AAAAAAAAAAAAAAAAAAAAAB", false),
            (.admit, "country", "de", false), (.admit, "country", "DEU", false),
            (.admit, "country", "D\u{c9}", false),
            (.admit, "legal_name", .string(String(repeating: "x", count: 300)), true),
            (.admit, "legal_name", .string(String(repeating: "x", count: 301)), false),
            (.admit, "legal_ids", [["id": "", "scheme": "lei"]], false),
            (.admit, "legal_ids", [["id": "x", "scheme": "iban"]], false),
            (.admit, "legal_ids", [["id": "x", "scheme": "lei", "z": 1]], false),
            (.access, "fetch", "a.b.c", false),
        ] as [(Kind, String, JSON, Bool)])
    func limits(kind: Kind, name: String, value: JSON, isValid: Bool) throws {
        let sample = StatementSample.sample(of: kind)
        let index = try #require(sample.disclosures.firstIndex { $0.name == name })
        let error = opening(sample, index, name: name, value: value)
        #expect((error == nil) == isValid, "\(String(describing: error))")
    }
}

/// The epochs of one series, as a grant says them.
private func epochs(_ counts: [JSON], _ series: String = "invoices") -> JSON {
    [["counts": .array(counts), "series": .string(series)]]
}
