import Foundation
import Interface
import Rules
import Sharing
import Storage
import TestSupport
import Testing
import Wire

@testable import Client

/// The state that a client makes of the log is the state that the gateway made of it, as far as it
/// follows from public claims and from what concerns the participant.
@Suite struct FoldTests {
    @Test(arguments: 0..<3) func aClientKnowsWhatTheRulesMade(run: Int) async throws {
        var random = SeededGenerator.printed("aClientKnowsWhatTheRulesMade(\(run))")
        try await TestLog.serving { log in
            let scene = try await Scene(log)
            for _ in 0..<40 { try await scene.step(using: &random) }
            let made = try await log.state()
            for session in scene.sessions {
                let view = try await session.sync()
                #expect(view.refused == [])
                #expect(view.next == (await log.store.head()?.size))
                try compare(view, made)
                // What is kept on disk is the same.
                var file = ViewFile(home: session.home, keyring: session.keyring)
                var written = view
                try file.write(&written, using: &random)
                let kept = try #require(
                    try file.read(
                        of: session.handle,
                        seesAll: session.configuration.roles.contains(.regulator)))
                #expect(try kept.state.all() == view.state.all())
                #expect(try kept.records == view.records && kept.books == view.books)
            }
            // A regulator is shown everything.
            #expect(try await scene.regulator.sync().state.all() == made)
            for session in scene.sessions { await session.close() }
        }
    }

    private func compare(_ view: View, _ made: [StateKey: StateValue]) throws {
        let known = try view.state.all()
        #expect(Set(known.keys).isSubset(of: made.keys))
        for (key, value) in made where isPublic(key) || concerns(view.handle, key, value) {
            #expect(known[key] == value, "\(key.text) for \(view.handle)")
        }
    }

    /// Whether public claims alone make the piece of state.
    private func isPublic(_ key: StateKey) -> Bool {
        [LogState.family, KeyState.family, StatementState.family, BookState.family]
            .contains(key.family.name) || key.family.name == SourceState.family
    }

    private func concerns(_ handle: Handle, _ key: StateKey, _ value: StateValue) -> Bool {
        switch (key.name, value.object) {
        case (.handle(handle), _), (.series(handle, _), _), (.handles(_, handle), _),
            (.handles(handle, _), _):
            true
        case (_, let grant as GrantState): [grant.issuer, grant.terms?.to].contains(handle)
        case (_, let request as RequestState): [request.by, request.terms.to].contains(handle)
        default: false
        }
    }
}

/// Two enterprises, two lenders, a regulator and an authority, who do things at random.
private struct Scene {
    let log: TestLog
    let enterprises: [Enterprise]
    let lenders: [Lender]
    let regulator: Session
    let authority: Session

    var sessions: [Session] {
        enterprises.map(\.session) + lenders.map(\.session) + [regulator, authority]
    }

    init(_ log: TestLog) async throws {
        self.log = log
        enterprises = [
            try Enterprise(try await log.open(try await log.enterprise(size: .small))),
            try Enterprise(
                try await log.open(try await log.participant("foundry", [.enterprise]))),
        ]
        lenders = [
            try Lender(try await log.open(try await log.participant("northbank", [.lender]))),
            try Lender(try await log.open(try await log.participant("southbank", [.lender]))),
        ]
        regulator = try await log.open(try await log.participant("watch", [.regulator]))
        authority = try await log.open(log.authorityHome)
    }

    /// Tries one thing. What is refused is refused: nothing changes then.
    func step(using random: inout SeededGenerator) async throws {
        log.clock.advance(Int64(random.number(1...40_000)))
        let holder = random.chance(80) ? enterprises[0] : enterprises[1]
        let lender = lenders[random.number(0...1)]
        do {
            switch random.number(0...11) {
            case 0, 1: try await record(holder, &random)
            case 2: try await close(holder, &random)
            case 3: try await ask(holder, lender, &random)
            case 4, 5: try await grant(holder, lender, &random)
            case 6, 7: try await use(lender, &random)
            case 8: try await end(holder, lender, &random)
            case 9: try await erase(holder, &random)
            case 10: try await hold(holder, &random)
            default: try await suspend(lender.session.handle, &random)
            }
        } catch is ClientError {
        } catch ConnectionError.refused {
        }
    }

    private func record(_ holder: Enterprise, _ random: inout SeededGenerator) async throws {
        let month = "2026-0\(random.number(1...3))"
        _ = try await holder.importDocuments([try log.documents(month)])
    }

    private func close(_ holder: Enterprise, _ random: inout SeededGenerator) async throws {
        _ = try await holder.close(
            BookName(
                series: random.chance(50) ? .invoices : .bills,
                month: Month("2026-0\(random.number(1...4))")!))
    }

    private func months(_ random: inout SeededGenerator) -> Scope {
        let first = random.number(1...3)
        return .months(
            random.chance(70) ? .invoices : .bills,
            Month("2026-0\(first)")!...Month("2026-0\(random.number(first...6))")!)
    }

    private func ask(
        _ holder: Enterprise, _ lender: Lender, _ random: inout SeededGenerator
    ) async throws {
        let now = log.clock.now
        _ = try await lender.request(
            RequestTerms(
                .creditAssessment, to: holder.session.handle, right: .read, scope: months(&random),
                subject: .fields(["due_date"]), notBefore: now,
                expires: now.advanced(by: 400_000), fetches: 3, dataLife: 86_400))
    }

    private func grant(
        _ holder: Enterprise, _ lender: Lender, _ random: inout SeededGenerator
    ) async throws {
        if random.chance(40), let request = try await holder.requests().last {
            let wish = try GrantWish(answering: request, at: log.clock.now)
            _ = try await holder.grant(try await holder.plan(wish))
            return
        }
        let proves = random.chance(30)
        let statement = try ProofStatement(parsing: "sum(tax_exclusive_amount) >= 1 EUR")
        let wish = GrantWish(
            to: lender.session.handle, scope: months(&random), fields: ["due_date"],
            statements: proves ? [statement] : nil, purpose: .creditAssessment,
            lifetime: Int64(random.number(50_000...900_000)), fetches: 2, dataLife: 86_400)
        _ = try await holder.grant(try await holder.plan(wish))
    }

    private func use(_ lender: Lender, _ random: inout SeededGenerator) async throws {
        guard let grant = try await lender.grants().randomElement(using: &random) else { return }
        _ = try await lender.fetch(grant.jti)
    }

    private func end(
        _ holder: Enterprise, _ lender: Lender, _ random: inout SeededGenerator
    ) async throws {
        if random.chance(50) {
            guard let grant = try await holder.grants().randomElement(using: &random) else {
                return
            }
            _ = try await holder.revoke(grant.jti, .resolved)
        } else if let grant = try await lender.grants().randomElement(using: &random) {
            _ = try await lender.giveBack(grant.jti)
        }
    }

    private func erase(_ holder: Enterprise, _ random: inout SeededGenerator) async throws {
        guard let record = try await holder.records().randomElement(using: &random),
            let place = RecordNumber(record.name)
        else { return }
        _ = try await holder.erase(place, .unspecified)
    }

    private func hold(_ holder: Enterprise, _ random: inout SeededGenerator) async throws {
        let holds = try await LegalHolds(regulator)
        if random.chance(50) {
            _ = try await holds.hold(
                holder.session.handle, books: nil, until: nil, reference: "c")
        } else {
            _ = try await holds.release(holder.session.handle, reference: "c")
        }
    }

    private func suspend(_ handle: Handle, _ random: inout SeededGenerator) async throws {
        let authority = try await Authority(authority)
        if random.chance(30) {
            _ = try await authority.suspend(handle, .supervisoryOrder)
        } else {
            _ = try await authority.reinstate(handle, .resolved)
        }
    }
}

extension TestLog {
    /// All state of the gateway's store.
    fileprivate func state() async throws -> [StateKey: StateValue] {
        var state: [StateKey: StateValue] = [:]
        var last: String?
        while true {
            let rows = try await store.allState(after: last, limit: 1000)
            for row in rows {
                guard let key = StateKey(text: row.key) else {
                    throw LogFault.outOfOrder(index: 0)
                }
                state[key] = row.value
            }
            guard rows.count == 1000 else { return state }
            last = rows.last?.key
        }
    }
}
