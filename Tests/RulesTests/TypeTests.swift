import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Record types are what the log published: by the authorities, version by version, and nothing else.
@Suite struct TypeTests {
    private static let series = Series(rawValue: "repairs")!
    private static let book = "repairs/2026-02"

    private static func repair() throws -> RecordType {
        try RecordType.invoice.made("repair", series: "repairs", of: Chain.origin)
    }

    /// The chain with the text of `type` at hand, and the statement that publishes it.
    private func publication(
        of type: RecordType, in chain: inout Chain, named: TypeVersion? = nil,
        by person: Person = .authority
    ) -> SignedStatement {
        chain.policies.types.add(type, of: Chain.origin)
        return chain.sign(
            PublishType(named ?? type.published(origin: Chain.origin)), by: person)
    }

    @Test func theLogBeginsWithThoseOfGenesis() {
        let chain = Chain()
        #expect(
            chain.state[TypesState.key]?.list
                == RecordTypes.standard.published(origin: Chain.origin))
    }

    /// A log that names one document twice, once under another name, has one type of it.
    @Test func aDocumentIsOneType() {
        let chain = Chain()
        let listed = RecordTypes.standard.published(origin: Chain.origin)
        let again = TypeVersion(name: listed[1].name, version: 1, digest: listed[0].digest)
        let later = TypeVersion(name: listed[0].name, version: 2, digest: listed[0].digest)
        #expect(chain.policies.types([listed[0], again, later]).all == [.invoice])
    }

    @Test func aRecordIsOfATypeThatTheLogHas() throws {
        var chain = Chain()
        let repair = try Self.repair()
        func record() -> SignedStatement {
            chain.record(
                Self.book, vct: repair.vct(origin: Chain.origin),
                fieldCount: repair.sealedNames.count,
                integrity: repair.integrity(origin: Chain.origin))
        }
        // That a program knows its text makes no type of the log's.
        chain.policies.types.add(repair, of: Chain.origin)
        #expect(chain.submit(record()) == .book(.unknownRecordType))
        #expect(chain.submit(publication(of: repair, in: &chain)) == nil)
        #expect(chain.submit(record()) == nil)
        let other = chain.record(
            Self.book, vct: repair.vct(origin: Chain.origin),
            fieldCount: repair.sealedNames.count,
            integrity: RecordType.invoice.integrity(origin: Chain.origin))
        #expect(chain.submit(other) == .book(.wrongTypeDocument))
    }

    @Test func whatIsGrantedIsOfATypeThatTheLogHas() throws {
        var chain = Chain()
        let scope = Scope.months(Self.series, Month("2026-01")!...Month("2026-03")!)
        #expect(chain.submit(chain.granting(scope: scope)) == .grant(.foreignScope))
        #expect(chain.submit(chain.request(scope: scope)) == .grant(.foreignScope))
        #expect(chain.submit(publication(of: try Self.repair(), in: &chain)) == nil)
        #expect(chain.submit(chain.granting(scope: scope)) == nil)
        #expect(chain.submit(chain.request(scope: scope)) == nil)
    }

    /// What a grant covers in later versions is what it was when it was granted: a type that moves a
    /// field into a harmless class isn't one.
    @Test func aFieldStaysWhatItIs() throws {
        let lines = #""class":"content","kind":"json","least":4096,"name":"lines""#
        for (new, part) in [
            (
                #""class":"amount","kind":"json","least":4096,"name":"lines""#,
                TypeIncompatibility.FieldPart.fieldClass
            ),
            (#""class":"content","kind":"text","least":4096,"name":"lines""#, .kind),
        ] {
            var chain = Chain()
            let changed = try RecordType.invoice.made(
                version: 2, replacing: [(lines, new)], of: Chain.origin)
            #expect(
                chain.submit(publication(of: changed, in: &chain))
                    == .type(.incompatible(.field("lines", part, since: 1))))
        }
    }

    @Test func versionsFollowOneAnother() throws {
        var chain = Chain()
        func refusal(_ version: Int, _ series: String? = nil, _ name: String? = nil) throws
            -> Refusal?
        {
            let type = try RecordType.invoice.made(
                name, version: version, series: series, of: Chain.origin)
            return chain.submit(publication(of: type, in: &chain))
        }
        #expect(try refusal(3) == .type(.incompatible(.wrongVersion(have: 3, next: 2))))
        #expect(try refusal(1) == .type(.incompatible(.wrongVersion(have: 1, next: 2))))
        #expect(try refusal(2) == nil)
        #expect(try refusal(2) == .type(.incompatible(.wrongVersion(have: 2, next: 3))))
        #expect(try refusal(3, "repairs") == .type(.incompatible(.changed(.series))))
        #expect(try refusal(1, nil, "credit") == .type(.incompatible(.seriesTaken(by: "invoice"))))
        #expect(try refusal(3) == nil)
        #expect(
            chain.state[TypesState.key]?.list.map(\.version)
                == RecordTypes.standard.all.map { Int64($0.version) } + [2, 3])
    }

    @Test func theDocumentIsTheOneThatIsNamed() throws {
        var chain = Chain()
        let repair = try Self.repair()
        let published = repair.published(origin: Chain.origin)
        let unknown = TypeVersion(name: "repair", version: 1, digest: Digest(hashing: []))
        #expect(
            chain.submit(publication(of: repair, in: &chain, named: unknown)) == .type(.unknown))
        for named in [
            TypeVersion(name: "offer", version: 1, digest: published.digest),
            TypeVersion(name: "repair", version: 2, digest: published.digest),
        ] {
            #expect(
                chain.submit(publication(of: repair, in: &chain, named: named))
                    == .type(.otherName))
        }
        // A document of another log has another address.
        let elsewhere = repair.published(origin: Origin("trine.example/elsewhere")!)
        #expect(
            chain.submit(publication(of: repair, in: &chain, named: elsewhere)) == .type(.unknown))
    }

    @Test func onlyAuthoritiesPublish() throws {
        var chain = Chain()
        for person in [Person.enterprise, .host, .regulator] {
            #expect(
                chain.submit(publication(of: try Self.repair(), in: &chain, by: person))
                    == .issuer(.notAuthority))
        }
    }

    /// No lifetime limit but the number that one state object holds.
    @Test func thereIsALimit() throws {
        var chain = Chain()
        let one = RecordType.invoice.published(origin: Chain.origin)
        chain.state[TypesState.key] = TypesState(
            list: Array(repeating: one, count: Limits.typesPerLog))
        #expect(
            chain.submit(publication(of: try Self.repair(), in: &chain))
                == .type(.tooMany(limit: Limits.typesPerLog)))
    }

    @Test func genesisNamesTypesThatFit() throws {
        let origin = Chain.origin
        let second = try RecordType.invoice.made(version: 2, of: origin)
        let invoice = RecordType.invoice.published(origin: origin)
        func refusal(_ types: [TypeVersion]) -> Refusal? {
            var chain = Chain(empty: ())
            chain.policies.types.add(second, of: origin)
            return chain.submit(chain.founding(types: types))
        }
        #expect(refusal([invoice]) == nil)
        #expect(refusal([invoice, second.published(origin: origin)]) == nil)
        #expect(
            refusal([second.published(origin: origin)])
                == .type(.incompatible(.wrongVersion(have: 2, next: 1))))
        #expect(
            refusal([invoice, invoice])
                == .type(.incompatible(.wrongVersion(have: 1, next: 2))))
        #expect(
            refusal([TypeVersion(name: "repair", version: 1, digest: Digest(hashing: []))])
                == .type(.unknown))
    }

    /// Policies are told the classes that the log's own types say.
    @Test func classesAreThoseOfTheLog() throws {
        var chain = Chain()
        let repair = try RecordType.invoice.made(
            "repair", series: "repairs",
            replacing: [
                (
                    #""class":"content","kind":"json","least":4096,"name":"lines""#,
                    #""class":"amount","kind":"json","least":4096,"name":"lines""#
                )
            ], of: Chain.origin)
        #expect(chain.submit(publication(of: repair, in: &chain)) == nil)
        // Here the lines are amounts, and amounts may be read for an assessment; of invoices not.
        func granting(_ series: Series) -> SignedStatement {
            chain.granting(
                scope: .months(series, Month("2026-01")!...Month("2026-03")!),
                subject: .fields(["lines"]))
        }
        #expect(chain.submit(granting(Self.series)) == nil)
        #expect(
            chain.submit(granting(.invoices))
                == .policy(.forbidden(policies: ["contents-are-not-read-for-credit"])))
    }
}

extension Chain {
    /// The second version of the invoice; its text is at hand from here on.
    var nextInvoice: TypeVersion {
        mutating get {
            guard let type = try? RecordType.invoice.made(version: 2, of: Self.origin) else {
                preconditionFailure("it is a type")
            }
            policies.types.add(type, of: Self.origin)
            return type.published(origin: Self.origin)
        }
    }
}
