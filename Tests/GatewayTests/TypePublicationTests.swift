import Interface
import Rules
import Sharing
import Storage
import TestWorld
import Testing
import Verification
import Wire

@testable import Client
@testable import Gateway

/// A version of a record type that is published while a log runs: what it changes, for whom, and a host
/// that gives another document.
@Suite struct TypePublicationTests {
    private static let origin = Origin("trine.example/test")!

    private static func second() throws -> RecordType {
        try RecordType.invoice.made(
            version: 2,
            replacing: [(#""label":"Due date""#, #""label":"Payable by""#)],
            of: Self.origin)
    }

    /// A grant that was given before covers the new version's records under the same names; a package
    /// brings both types, and verifies offline.
    @Test func recordsOfBothVersionsAreReadUnderOneGrant() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let regulator = try await alliance.admit("regulator", [.regulator])
        let books = try Enterprise(enterprise)
        _ = try await books.importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let months = Months.first...Months.second
        let grant = try await books.grant(
            try await books.plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, months), fields: ["due_date"],
                    purpose: .creditMonitoring, lifetime: 86_400, fetches: 3, dataLife: 86_400))
        ).statement.jti
        let before = try await Lender(lender).fetch(grant)
        #expect(before.package.types.count == 1)

        func sequencer() async throws -> Sequencer {
            try await Sequencer.load(
                store: alliance.store, keys: alliance.keys,
                clock: HostClock { alliance.clock.now })
        }
        let beside = try await sequencer()
        let type = try Self.second()
        let authority = try await Authority(try await alliance.session("authority"))
        _ = try await authority.publish(type)
        await #expect(throws: ClientError.type(.wrongVersion(have: 2, next: 3))) {
            _ = try await authority.publication(of: type)
        }
        _ = try await books.importDocuments(
            [try alliance.documents(Months.second...Months.second, "second")])
        let after = try await Lender(lender).fetch(grant)
        #expect(after.package.types.map { $0.statement == nil } == [true, false])
        let saved = try Package(parsing: after.package.bytes).verify(under: lender.trust)
        #expect(saved.types.all.map(\.version) == [1, 2])
        let used = Set(saved.records.compactMap(\.fields?.type.version))
        #expect(used == [1, 2])
        #expect(saved.records.count > before.records.count)

        let report = try await Regulator(regulator).audit()
        let versions = RecordTypes.standard.all.map { Int64($0.version) } + [2]
        #expect(report.isClean && report.facts.types.map(\.what.version) == versions)
        let served = try await alliance.send("/types/invoice/2")
        #expect(served.bytes == type.document(origin: Self.origin))
        // So does another gateway on this store, be it that it started before or afterwards.
        for other in [beside, try await sequencer()] {
            #expect(
                try await other.types().types.all.map(\.version) == RecordTypes.standard.all.map(
                    \.version) + [2])
        }
        #expect(try await Inspection(store: alliance.store).run().findings == [])
        for session in [enterprise, lender, regulator, authority.session] { await session.close() }
        await alliance.stop()
    }

    private struct LyingTransport: Transport {
        let gateway: any Transport
        let answer: @Sendable (TransportAnswer) -> TransportAnswer

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
            let answer = try await gateway.send(request)
            return request.path == "/types/invoice/2" ? self.answer(answer) : answer
        }

        func shutDown() async { await gateway.shutDown() }
    }

    /// Nothing is signed on the word of a document that isn't the log's.
    @Test func anotherDocumentIsNotBelieved() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        await enterprise.close()
        let type = try Self.second()
        let authority = try await Authority(try await alliance.session("authority"))
        _ = try await authority.publish(type)
        await authority.session.close()
        let other = try RecordType.invoice.made(version: 2, of: Self.origin)
            .document(origin: Self.origin)
        let missing = try await alliance.send("/types/invoice/9")
        #expect(missing.status == 404)
        let answers: [@Sendable (TransportAnswer) -> TransportAnswer] = [
            { TransportAnswer(status: $0.status, mediaType: $0.mediaType, bytes: other) },
            { TransportAnswer(status: $0.status, mediaType: $0.mediaType, bytes: []) },
            { _ in missing },
        ]
        for answer in answers {
            let victim = try await alliance.session("workshop") {
                LyingTransport(gateway: $0, answer: answer)
            }
            await #expect(
                throws: LogFault.typeMissing(type.published(origin: Self.origin))
            ) { _ = try await victim.sync() }
            await victim.close()
        }
        let honest = try await alliance.session("workshop")
        #expect(
            try await honest.sync().types.all.count
                == RecordTypes.standard.all.count + 1)
        await honest.close()
        await alliance.stop()
    }

    /// What a submission brings is the document that it names, of this log.
    @Test func aSubmissionBringsItsDocument() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let type = try Self.second()
        let origin = Self.origin
        func fault(_ named: TypeVersion, _ document: [UInt8]) throws -> SubmissionFault? {
            let signed = Statement.sign(
                PublishType(named), by: try authority.signer(.all), at: .now,
                jti: authority.newJTI())
            do throws(SubmissionFault) {
                _ = try Submission(
                    statement: signed.statement.jws.bytes, disclosures: [], blob: document,
                    types: .standard)
                return nil
            } catch { return error }
        }
        let named = type.published(origin: origin)
        let document = type.document(origin: origin)
        #expect(try fault(named, document) == nil)
        #expect(try fault(named, document + [0x0a]) == .blob(.wrongDigest))
        #expect(try fault(named, []) == .blob(.wrongDigest))
        let elsewhere = type.document(origin: Origin("trine.example/elsewhere")!)
        let other = TypeVersion(
            name: "invoice", version: 2, digest: Digest(hashing: elsewhere))
        guard case .blob(.type(.otherAddress)) = try fault(other, elsewhere) else {
            Issue.record("a document of another log was taken")
            return
        }
        await authority.close()
        await alliance.stop()
    }
}
