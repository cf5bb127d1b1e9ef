import Interface
import Rules
import Sharing
import Storage
import Synchronization
import Testing
import Verification
import Wire

@testable import Client

/// What policy forbids, the client refuses before it signs: with the policies and their reasons, and with
/// nothing sent.
@Suite struct PermissionTests {
    private static let book = BookName(series: .invoices, month: Month("2026-01")!)

    /// The set that a log begins with, and more.
    static func standard(and more: String) throws -> CedarPolicies {
        try CedarPolicies(
            PolicyTexts([
                .schema,
                .init(name: "more.cedar", text: more),
                .init(name: "separation.cedar", text: StandardTexts.separation),
            ]))
    }

    private static func publish(_ more: String, on log: TestLog) async throws {
        let session = try await log.open(log.authorityHome)
        _ = try await Authority(session).publish(try standard(and: more))
        await session.close()
    }

    private static func wish(
        days: Int64 = 30, purpose: Purpose = .creditAssessment, from: String = "2026-01"
    ) -> GrantWish {
        GrantWish(
            to: Handle("northbank")!,
            scope: .months(.invoices, Month(from)!...Month("2026-12")!),
            fields: ["due_date"], purpose: purpose, lifetime: days * 86_400, fetches: 100,
            dataLife: 86_400)
    }

    private static func terms(
        _ session: Session, _ purpose: Purpose = .creditAssessment,
        months: ClosedRange<Month> = Month("2026-01")!...Month("2026-06")!
    ) -> RequestTerms {
        RequestTerms(
            purpose, to: Handle("bearings")!, right: .read, scope: .months(.invoices, months),
            subject: .fields(["due_date"]), notBefore: session.now,
            expires: session.now.advanced(by: 86_400), fetches: 1, dataLife: 86_400)
    }

    /// A home's session whose transport keeps what was sent.
    private struct Watched {
        let session: Session
        let transport: FaultyTransport

        init(_ home: Home, _ log: TestLog) async throws {
            let made = Mutex<FaultyTransport?>(nil)
            session = try await log.open(home) { inner in
                let transport = FaultyTransport(inner, [])
                made.withLock { $0 = transport }
                return transport
            }
            transport = try #require(made.withLock { $0 })
        }

        /// `action` is refused by `policies`, and nothing that was signed left.
        func refuses(
            _ policies: [String], _ reasons: [String], on log: TestLog,
            _ location: SourceLocation = #_sourceLocation, _ action: () async throws -> Void
        ) async throws {
            let size = await log.store.head()?.size
            let before = transport.requests.count
            await #expect(
                throws: ClientError.forbidden(policies: policies, reasons: reasons),
                sourceLocation: location
            ) { try await action() }
            #expect(await log.store.head()?.size == size, sourceLocation: location)
            #expect(await !session.hasUnsent, sourceLocation: location)
            let sent = transport.requests.dropFirst(before).map(\.path)
            #expect(
                !sent.contains { $0.hasPrefix("/statements/bulk") || $0 == "/statements" },
                "\(sent)", sourceLocation: location)
            #expect(!sent.contains("/fetches"), "\(sent)", sourceLocation: location)
        }
    }

    /// Every action of the schema that a client signs for, forbidden by a set of its own.
    private static let nothing =
        ["admit", "seal", "close", "erase", "grant", "rekey", "revoke", "request", "access"]
        .map {
            """
            @id("no-\($0)") @reason("Nobody does \($0) today.")
            forbid (principal, action == Action::"\($0)", resource);
            """
        }.joined(separator: "\n")

    private static func no(_ action: String) -> (ids: [String], reasons: [String]) {
        (["no-\(action)"], ["Nobody does \(action) today."])
    }

    @Test func everyStatementIsAskedAbout() async throws {
        try await TestLog.serving { log in
            let enterprise = try await Watched(try await log.enterprise(), log)
            let lender = try await Watched(try await log.participant("northbank", [.lender]), log)
            let holder = try Enterprise(enterprise.session)
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            _ = try await holder.grant(try await holder.plan(Self.wish(days: 2)))
            let standing = try await holder.grant(try await holder.plan(Self.wish()))
                .statement.jti
            let applicant = try await log.scratch.home("late").join(
                try await log.invite("late"),
                as: Applicant(roles: [.lender], legalName: nil, country: "DE", identifiers: []),
                under: TestLog.protection, keeping: { _ in },
                surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            try await Self.publish(Self.nothing, on: log)
            let authority = try await Watched(log.authorityHome, log)

            var (ids, reasons) = Self.no("seal")
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.importDocuments([try log.documents("2026-02")])
            }
            (ids, reasons) = Self.no("close")
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.close(Self.book)
            }
            (ids, reasons) = Self.no("erase")
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.erase(
                    try #require(RecordNumber("invoices/2026-01#1")), .retentionEnded)
            }
            (ids, reasons) = Self.no("grant")
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.plan(Self.wish())
            }
            let proof = GrantWish(
                to: Handle("northbank")!,
                scope: .months(.invoices, Self.book.month...Self.book.month),
                statements: [try ProofStatement(parsing: "sum(payable_amount) >= 1.00 EUR")],
                purpose: .creditAssessment, lifetime: 86_400, fetches: 1, dataLife: 86_400)
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.plan(proof)
            }
            (ids, reasons) = Self.no("revoke")
            try await enterprise.refuses(ids, reasons, on: log) {
                _ = try await holder.revoke(standing, .purposeFulfilled)
            }
            try await lender.refuses(ids, reasons, on: log) {
                _ = try await Lender(lender.session).giveBack(standing)
            }
            (ids, reasons) = Self.no("request")
            try await lender.refuses(ids, reasons, on: log) {
                _ = try await Lender(lender.session).request(Self.terms(lender.session))
            }
            (ids, reasons) = Self.no("access")
            try await lender.refuses(ids, reasons, on: log) {
                _ = try await Lender(lender.session).fetch(standing)
            }
            (ids, reasons) = Self.no("admit")
            try await authority.refuses(ids, reasons, on: log) {
                _ = try await Authority(authority.session).admit(applicant.handle)
            }

            // New keys that policy forbids hinder nobody: the grant is left as it is, and named.
            log.clock.advance(3 * 86_400)
            let size = await log.store.head()?.size
            let rekeyed = try await holder.rekeyStanding()
            #expect(rekeyed.map(\.grant.jti) == [standing])
            guard
                case .forbidden(["no-rekey"], ["Nobody does rekey today."])? =
                    rekeyed.first?.outcome
            else {
                Issue.record("\(rekeyed)")
                return
            }
            #expect(await log.store.head()?.size == size)
            for watched in [enterprise, lender, authority] { await watched.session.close() }
        }
    }

    /// A legal hold is known to the books' holder: it erases nothing, and grants nothing that disputed
    /// receivables may not be granted for, until it is released.
    @Test func holdsAreKnownToTheirHolder() async throws {
        try await TestLog.serving { log in
            let enterprise = try await Watched(try await log.enterprise(), log)
            _ = try await log.participant("northbank", [.lender])
            let regulator = try await log.open(try await log.participant("watch", [.regulator]))
            let holder = try Enterprise(enterprise.session)
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            let place = try #require(RecordNumber("invoices/2026-01#1"))
            _ = try await LegalHolds(regulator).hold(
                enterprise.session.handle,
                books: .months(.invoices, Self.book.month...Self.book.month), until: nil,
                reference: "2026-17")
            try await enterprise.refuses(
                ["nothing-under-hold-is-erased"],
                ["What a regulator or an authority has put under legal hold stays."], on: log
            ) { _ = try await holder.erase(place, .dataSubjectRequest) }
            try await enterprise.refuses(
                ["nothing-in-dispute-is-financed"],
                [
                    "While books are under hold, their receivables are in dispute: nobody "
                        + "finances them."
                ], on: log
            ) { _ = try await holder.plan(Self.wish(purpose: .receivablesFinancing)) }
            _ = try await LegalHolds(regulator).release(
                enterprise.session.handle, reference: "2026-17")
            _ = try await holder.plan(Self.wish(purpose: .receivablesFinancing))
            _ = try await holder.erase(place, .dataSubjectRequest)
            for open in [enterprise.session, regulator] { await open.close() }
        }
    }

    /// A hold binds where no policy does, by the rules.
    @Test func holdsBindWithoutPolicies() async throws {
        try await TestLog.serving { log in
            let session = try await log.open(try await log.enterprise())
            let regulator = try await log.open(try await log.participant("watch", [.regulator]))
            let holder = try Enterprise(session)
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            let authority = try await log.open(log.authorityHome)
            let anything = try CedarPolicies(
                PolicyTexts([
                    .schema,
                    .init(
                        name: "all.cedar",
                        text: "@id(\"all\") permit (principal, action, resource);"),
                ]))
            _ = try await Authority(authority).publish(anything)
            _ = try await LegalHolds(regulator).hold(
                session.handle, books: nil, until: nil, reference: "a")
            let size = await log.store.head()?.size
            await #expect(throws: ClientError.underLegalHold(Self.book)) {
                try await holder.erase(
                    try #require(RecordNumber("invoices/2026-01#1")), .retentionEnded)
            }
            #expect(await log.store.head()?.size == size)
            for open in [session, regulator, authority] { await open.close() }
        }
    }

    /// What was done before counts in the client as in the gateway, on either side of a grant.
    @Test func dealingsAreKnownToTheirParties() async throws {
        try await TestLog.serving { log in
            let enterprise = try await Watched(try await log.enterprise(), log)
            let lender = try await Watched(try await log.participant("northbank", [.lender]), log)
            let holder = try Enterprise(enterprise.session)
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            try await Self.publish(
                """
                @id("once") @reason("Once is enough.")
                forbid (principal, action in [Action::"access", Action::"grant"], resource)
                when { context.terms.past.contains("read") };
                """, on: log)
            let grant = try await holder.grant(try await holder.plan(Self.wish())).statement.jti
            _ = try await Lender(lender.session).fetch(grant)
            try await lender.refuses(["once"], ["Once is enough."], on: log) {
                _ = try await Lender(lender.session).fetch(grant)
            }
            try await enterprise.refuses(["once"], ["Once is enough."], on: log) {
                _ = try await holder.plan(Self.wish())
            }
            for watched in [enterprise, lender] { await watched.session.close() }
        }
    }

    /// The set that a grant was given under still counts: a new permit doesn't widen it.
    @Test func theGrantsOwnPoliciesCount() async throws {
        try await TestLog.serving { log in
            let session = try await log.open(try await log.enterprise())
            let lender = try await Watched(try await log.participant("northbank", [.lender]), log)
            let holder = try Enterprise(session)
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            try await Self.publish(
                """
                @id("proofs-first") @reason("Nothing is read yet.")
                forbid (principal, action == Action::"access", resource);
                """, on: log)
            let grant = try await holder.grant(try await holder.plan(Self.wish())).statement.jti
            try await Self.publish("", on: log)
            try await lender.refuses(["proofs-first"], ["Nothing is read yet."], on: log) {
                _ = try await Lender(lender.session).fetch(grant)
            }
            for open in [session, lender.session] { await open.close() }
        }
    }

    /// The books of a micro enterprise are watched over a shorter time; another's aren't.
    @Test func sizesAreKnownToTheirOwners() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise(size: .micro)
            let other = try await log.participant("foundry", [.enterprise], size: .medium)
            _ = try await log.participant("northbank", [.lender])
            let wish = Self.wish(purpose: .creditMonitoring, from: "2024-08")
            let micro = try await Watched(home, log)
            try await micro.refuses(
                ["micro-enterprises-are-watched-over-2-years"],
                [
                    "A micro enterprise's books are often one person's: to watch its credit, two "
                        + "years suffice."
                ], on: log
            ) { _ = try await Enterprise(micro.session).plan(wish) }
            _ = try await Enterprise(micro.session).plan(
                Self.wish(purpose: .creditMonitoring, from: "2024-09"))
            let medium = try await log.open(other)
            _ = try await Enterprise(medium).plan(wish)
            for open in [micro.session, medium] { await open.close() }
        }
    }

    /// Whether a request is refused tells nobody how large an enterprise is, or that its books are
    /// under hold. What isn't granted is refused to the enterprise, which may know why.
    @Test func aRequestTellsNothingOfItsHolder() async throws {
        try await TestLog.serving { log in
            let holder = try Enterprise(try await log.open(try await log.enterprise(size: .micro)))
            let lender = try Lender(
                try await log.open(try await log.participant("northbank", [.lender])))
            let regulator = try await log.open(try await log.participant("watch", [.regulator]))
            _ = try await LegalHolds(regulator).hold(
                holder.session.handle, books: nil, until: nil, reference: "Fraud inquiry 7")
            let long = Month("2024-08")!...Month("2026-01")!
            for (purpose, months) in [
                (.creditMonitoring, long), (.receivablesFinancing, long),
            ] as [(Purpose, ClosedRange<Month>)] {
                let asked = try await lender.request(
                    Self.terms(lender.session, purpose, months: months))
                let request = try #require(
                    try await holder.requests().first { $0.jti == asked.statement.jti })
                await #expect(throws: ClientError.self) {
                    _ = try await holder.plan(
                        try GrantWish(answering: request, at: log.clock.now))
                }
            }
            for open in [holder.session, lender.session, regulator] { await open.close() }
        }
    }

    /// A grantee that policy forbids to use a grant isn't told which policy it was: what it was told
    /// of the enterprise's books is in the name.
    @Test func refusedAccessesNameNoPolicy() async throws {
        try await TestLog.serving { log in
            let holder = try Enterprise(try await log.open(try await log.enterprise()))
            let lender = try Lender(
                try await log.open(try await log.participant("northbank", [.lender])))
            let regulator = try await log.open(try await log.participant("watch", [.regulator]))
            _ = try await holder.importDocuments([try log.documents("2026-01")])
            let grant = try await holder.grant(
                try await holder.plan(Self.wish(purpose: .receivablesFinancing))
            ).statement.jti
            _ = try await lender.fetch(grant)
            _ = try await LegalHolds(regulator).hold(
                holder.session.handle, books: nil, until: nil, reference: "Fraud inquiry 7")
            do {
                _ = try await lender.fetch(grant)
                Issue.record("served")
            } catch ConnectionError.refused(let problem) {
                #expect(problem.name == "forbidden")
                #expect(problem.facts["policies"] == [])
            }
            for open in [holder.session, lender.session, regulator] { await open.close() }
        }
    }
}
