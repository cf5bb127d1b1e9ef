import ArgumentParser
import Client
import Sharing
import Wire

struct SharesCommand: ListCommand {
    static let configuration = CommandConfiguration(
        commandName: "shares",
        abstract: "List who can see which of your fields, of which months, until when.",
        discussion: """
            A line for each field and each grant that stands; of proofs a line for each statement. With \
            --on it is as of another day.

            Example: trine enterprise shares --field buyer_name
            """)

    @OptionGroup var dealings: DealingsOptions
    @Option(help: "Only of this month of yours: 2026-03.") var month: MonthRange?
    @Option(help: "As of this day, month or year instead of now.") var on: CalendarSpan?
    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    private struct Share {
        let grant: KnownGrant
        let what: String
        let isField: Bool
        let keptUntil: Timestamp?
    }

    func outcome(in session: Session) async throws -> Outcome {
        let grants = try await Enterprise(session).grants()
        let parties = try await dealings.parties(in: session)
        let names = try await session.names()
        let wanted = grants.filter { grant in
            parties.include(grant) && (month.map { grant.terms.scope.touches($0.months) } ?? true)
                && (on.map { grant.stood(in: $0.times) }
                    ?? (grant.isLive(at: session.now) && grant.claims.notBefore <= session.now))
        }
        let shares = wanted.flatMap { grant in
            return Self.subjects(grant, dealings.field).map { what, isField in
                Share(
                    grant: grant, what: what, isField: isField,
                    keptUntil: grant.lastRead?.advanced(by: grant.terms.dataLife))
            }
        }.sorted { ($0.what, $0.grant.index) < ($1.what, $1.grant.index) }
        let table = Table<Share>([
            .init("FIELD OR STATEMENT") { $0.what },
            .init("WHO") { names.shown($0.grant.terms.to) },
            .init("OF", "scope") { $0.grant.terms.scope },
            .init(LocalTime.heading("UNTIL")) { LocalTime.day($0.grant.claims.expires) },
            .init("KEPT UNTIL") { $0.keptUntil.map(LocalTime.day) },
            .init("PURPOSE", "purpose") { $0.grant.claims.purpose },
            .init("GRANT", "grant") { $0.grant.jti },
            .init {
                [
                    "exp": $0.grant.claims.expires, "field": $0.isField ? $0.what : nil,
                    "grantee": $0.grant.terms.to, "kept_until": $0.keptUntil,
                    "statement": $0.isField ? nil : $0.what,
                ]
            },
        ])
        return Outcome(["shares": table.json(shares)]) {
            table.text(shares) ?? "Nobody can see anything."
        }
    }

    private static func subjects(
        _ grant: KnownGrant, _ field: FieldName?
    ) -> [(String, isField: Bool)] {
        switch grant.terms.subject {
        case .fields(let names):
            names.filter { name in field.map { $0 == name } ?? true }.map { ($0.text, true) }
        case .statements(let texts): texts.map { ($0, false) }
        }
    }
}
