import Demo
import Foundation
import Importing
import Rules
import Sharing
import Synchronization
import Testing
import Verification
import Wire

@testable import Client

/// What happens when the network or the gateway fails at the worst moment.
@Suite struct FaultTests {
    private let january = BookName(series: .invoices, month: Month("2026-01")!)

    private func wish(_ months: String = "2026-01..2026-12", fetches: Int64 = 5) -> GrantWish {
        let ends = months.split(separator: ".").compactMap { Month(String($0)) }
        return GrantWish(
            to: Handle("northbank")!, scope: .months(.invoices, ends[0]...ends[1]),
            fields: ["due_date", "payable_amount"], purpose: .creditAssessment,
            lifetime: 30 * 86_400, fetches: fetches, dataLife: 86_400)
    }

    /// Signed bytes that took effect though their answer was lost are recognised, not done twice.
    @Test(arguments: [FaultyTransport.Fault.answerLost, .unreachable, .unavailable])
    func aLostStatementIsSentAgainVerbatim(fault: FaultyTransport.Fault) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let broken = try await log.open(home) { FaultyTransport($0, [("/statements", fault)]) }
            await #expect(throws: ConnectionError.self) {
                try await Enterprise(broken).close(january)
            }
            #expect(await broken.outbox.numbers.count == 1)
            await broken.close()

            let session = try await log.open(home)
            let late = try await session.flush()
            #expect(late.map(\.kind) == [.closeBook])
            #expect(late.first?.index != nil)
            #expect(await session.outbox.numbers == [])
            let books = try await Enterprise(session).books()
            #expect(books.map(\.state.closed) == [true])
            await session.close()
        }
    }

    /// A call that the host carried although its answer was lost is found carried, and not made anew.
    @Test(arguments: [FaultyTransport.Fault.answerLost, .unreachable, .unavailable])
    func aLostCallIsSentAgainVerbatim(fault: FaultyTransport.Fault) async throws {
        try await TestLog.serving { log in
            let enterprise = try Enterprise(try await log.open(try await log.enterprise()))
            let home = try await log.participant("northbank", [.lender])
            let broken = try await log.open(home) { FaultyTransport($0, [("/requests", fault)]) }
            let terms = RequestTerms(
                .creditAssessment, to: enterprise.session.handle, right: .read,
                scope: .months(.invoices, january.month...january.month),
                subject: .fields(["due_date"]), notBefore: log.clock.now,
                expires: log.clock.now.advanced(by: 86_400), fetches: 1, dataLife: 0)
            await #expect(throws: ConnectionError.self) {
                try await Lender(broken).request(terms)
            }
            #expect(await broken.outbox.numbers.count == 1)
            await broken.close()

            let session = try await log.open(home)
            let late = try await session.flush()
            #expect(late.map(\.kind) == [.request] && late.first?.index != nil)
            #expect(await session.outbox.numbers == [])
            #expect(try await enterprise.requests().map(\.terms) == [terms])
            for open in [session, enterprise.session] { await open.close() }
        }
    }

    /// A gateway that shows another entry than the one which carries the call is told so.
    @Test func anEntryWithoutTheCallIsNoAnswer() async throws {
        try await TestLog.serving { log in
            let enterprise = try Enterprise(try await log.open(try await log.enterprise()))
            let home = try await log.participant("northbank", [.lender])
            func terms(_ fetches: Int64) -> RequestTerms {
                RequestTerms(
                    .creditAssessment, to: enterprise.session.handle, right: .read,
                    scope: .months(.invoices, january.month...january.month),
                    subject: .fields(["due_date"]), notBefore: log.clock.now,
                    expires: log.clock.now.advanced(by: 86_400), fetches: fetches, dataLife: 0)
            }
            let answers = Mutex<[[UInt8]]>([])
            let keep = FaultyTransport.Fault.changed { bytes in
                answers.withLock { $0.append(bytes) }
                return bytes
            }
            let replay = FaultyTransport.Fault.changed { _ in answers.withLock { $0[0] } }
            let session = try await log.open(home) {
                FaultyTransport($0, [("/requests", keep), ("/requests", replay)])
            }
            let lender = try Lender(session)
            let first = try await lender.request(terms(1))
            await #expect(throws: LogFault.callMissing(index: first.index)) {
                try await lender.request(terms(2))
            }
            #expect(await session.outbox.numbers.count == 1)
            for open in [session, enterprise.session] { await open.close() }
        }
    }

    @Test func aLostBatchIsSentAgainVerbatim() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let folder = try log.documents("2026-01")
            let broken = try await log.open(home) {
                FaultyTransport($0, [("/statements/bulk", .answerLost)])
            }
            await #expect(throws: ConnectionError.self) {
                try await Enterprise(broken).importDocuments([folder])
            }
            await broken.close()
            let session = try await log.open(home)
            let report = try await Enterprise(session).importDocuments([folder])
            #expect(report.imported == 0)
            #expect(report.duplicates == report.lines.count)
            #expect(try await session.view.records.count == report.lines.count)
            await session.close()
        }
    }

    /// Two machines of one enterprise: the one that comes second renumbers what it sealed, under new
    /// identifiers, and what both have is registered once.
    @Test func aConflictIsSealedAnew() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let other = log.scratch.home("other-machine")
            let session = try await log.open(home)
            try FileManager.default.copyItem(atPath: home.directory, toPath: other.directory)
            let second = try await log.open(other)
            let all = SampleEnterprise.documents(months: Month("2026-01")!...Month("2026-01")!)
            let half = try log.scratch.folder("half", Array(all.prefix(all.count / 2)))
            let whole = try log.scratch.folder("whole", all)
            // The second machine believes that the books are empty; it finds out by a refusal.
            let raced = try await log.open(try self.copy(of: other, in: log)) { transport in
                RacingTransport(transport) {
                    _ = try? await Enterprise(session).importDocuments([half])
                }
            }
            let report = try await Enterprise(raced).importDocuments([whole])
            #expect(report.imported + report.duplicates == all.count)
            #expect(report.duplicates == all.count / 2)
            #expect(report.refused == 0)
            let books = try await Enterprise(second).books()
            #expect(books.reduce(0) { $0 + Int($1.state.count) } == all.count)
            for open in [session, second, raced] { await open.close() }
        }
    }

    private func copy(of home: Home, in log: TestLog) throws -> Home {
        let copy = log.scratch.home("third-machine")
        try FileManager.default.copyItem(atPath: home.directory, toPath: copy.directory)
        return copy
    }

    /// A fetch whose answer was lost isn't charged a second time.
    @Test func aLostFetchIsAskedForAgain() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let plan = try await enterprise.plan(wish(fetches: 1))
            let grant = try await enterprise.grant(plan).statement.jti

            let broken = try await log.open(lenderHome) {
                FaultyTransport($0, [("/fetches", .answerLost)])
            }
            await #expect(throws: ConnectionError.self) { try await Lender(broken).fetch(grant) }
            await broken.close()
            let lenderSession = try await log.open(lenderHome)
            let package = try await Lender(lenderSession).fetch(grant)
            #expect(package.verdict.records == plan.recordCount)
            #expect(try await enterprise.accesses().count == 1)
            // The grant allowed one: another call is another fetch.
            await #expect(throws: ConnectionError.self) {
                try await Lender(lenderSession).fetch(grant)
            }
            for open in [session, lenderSession] { await open.close() }
        }
    }

    /// Whatever is changed in an answer on its way is found, before anything of it is used.
    @Test func changedAnswersAreRefused() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let grant = try await enterprise.grant(try await enterprise.plan(wish(fetches: 100)))
                .statement.jti
            var random = SystemRandomNumberGenerator()
            for _ in 0..<24 {
                let place = Double.random(in: 0..<1, using: &random)
                let lender = try await log.open(lenderHome) {
                    FaultyTransport(
                        $0,
                        [
                            (
                                "/fetches",
                                .changed { bytes in
                                    var bytes = bytes
                                    let index = Int(Double(bytes.count) * place)
                                    bytes[index] = bytes[index] == 0x41 ? 0x42 : 0x41
                                    return bytes
                                }
                            )
                        ])
                }
                await #expect(throws: (any Error).self, "at \(place)") {
                    try await Lender(lender).fetch(grant)
                }
                await lender.close()
            }
            await session.close()
        }
    }

    @Test func receiptsForSomethingElseAreRefused() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home) {
                FaultyTransport(
                    $0,
                    [
                        (
                            "/statements",
                            .changed { bytes in
                                let text = String(decoding: bytes, as: UTF8.self)
                                return Array(
                                    text.replacingOccurrences(of: "index ", with: "index 1").utf8)
                            }
                        )
                    ])
            }
            await #expect(throws: LogFault.self) { try await Enterprise(session).close(january) }
            // It isn't known to be registered, so it stays to be sent again.
            #expect(await session.outbox.numbers.count == 1)
            #expect(try await session.flush().first?.index != nil)
            await session.close()
        }
    }
}

/// Does something just before the first bulk submission goes out.
final class RacingTransport: Transport {
    private let inner: any Transport
    private let rival: @Sendable () async -> Void
    private let gate = OnceGate()

    init(_ inner: any Transport, rival: @escaping @Sendable () async -> Void) {
        (self.inner, self.rival) = (inner, rival)
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        if request.path.hasPrefix("/statements/bulk"), await gate.pass() { await rival() }
        return try await inner.send(request)
    }

    func shutDown() async { await inner.shutDown() }
}

private actor OnceGate {
    private var passed = false

    func pass() -> Bool {
        defer { passed = true }
        return !passed
    }
}
