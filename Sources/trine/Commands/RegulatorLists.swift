import ArgumentParser
import Client
import Rules
import Sharing
import Verification
import Wire

// What a regulator is shown of everybody, in lists. With --offline they come from the kept state.

extension RegulatorCommand {
    struct Grants: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "grants",
            abstract: "List who granted whom what, until when.",
            discussion: """
                With --on those that stood at some time of a day, month or year: who held what on this \
                day.

                Example: trine regulator grants --enterprise bearings --on 2026-03-17 --offline
                """)

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var standing: StandingOptions
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let parties = try await dealings.parties(in: try session.asRegulator())
            let wanted = try await session.sync().grants.values.filter {
                parties.include($0) && standing.include($0, at: session.now)
                    && period.contains($0.claims.notBefore)
            }
            return await .grants(
                wanted.sorted { $0.index < $1.index }, try await session.names(), in: session)
        }
    }

    struct Accesses: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "accesses",
            abstract: "List who read what of whom, when and for what.",
            discussion:
                "Example: trine regulator accesses --purpose credit-monitoring --in 2026-03")

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let view = try await session.asRegulator().sync()
            return try await session.accesses(try view.accesses(in: period.times), dealings)
        }
    }

    struct Requests: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "requests",
            abstract: "List who asked whom for what, and which grant answered.",
            discussion: "Example: trine regulator requests --grantee northbank --in 2026")

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let parties = try await dealings.parties(in: try session.asRegulator())
            let requests = try await session.sync().requests.values
                .filter { parties.include($0) && period.contains($0.terms.notBefore) }
            var asked: [AskedFor] = []
            for request in requests.sorted(by: { $0.index < $1.index }) {
                asked.append(AskedFor(request, try await session.standing(of: request)))
            }
            return .requests(asked, try await session.names(), as: session.handle)
        }
    }

    struct Holds: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "holds",
            abstract: "List the legal holds, whose books and for which case.",
            discussion: "Example: trine regulator holds --on 2026-03-17")

        @Option(help: "Only on this enterprise: its name here, or its handle.")
        var enterprise: String?
        @Option(name: .customLong("case"), help: "Only of this case.") var reference: String?
        @Flag(help: "Only those that stand now.") var standing = false
        @Option(help: "Only those that stood at some time of this day, month or year.")
        var on: CalendarSpan?
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let holder = try await session.ifNamed(enterprise)
            let names = try await session.names()
            let now = session.now
            let holds = try await session.sync().holds.filter { hold in
                (holder.map { $0 == hold.terms.holder } ?? true)
                    && (reference.map { $0 == hold.terms.caseReference } ?? true)
                    && (!standing || hold.stands(at: now))
                    && (on.map { hold.stood(in: $0.times) } ?? true)
            }
            return .list(
                "holds", holds, none: "No holds.",
                .init("ENTRY", "index") { $0.index },
                .init(LocalTime.heading("LAID")) { LocalTime.clock($0.at) },
                .init("WHOSE") { names.shown($0.terms.holder) },
                .init("BOOKS") { $0.terms.books?.words ?? "all" },
                .init("CASE", "case") { $0.terms.caseReference },
                .init("BY") { names.shown($0.by) },
                .init("STATE") { $0.state(at: now) },
                .init {
                    [
                        "at": $0.at, "by": $0.by, "holder": $0.terms.holder,
                        "released": $0.released, "stands": $0.stands(at: now),
                        "until": $0.terms.until, "books": $0.terms.books,
                    ]
                })
        }
    }

    struct Erasures: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "erasures",
            abstract: "List what was erased, by whom and why.",
            discussion: "Example: trine regulator erasures --enterprise bearings --in 2026")

        @Option(help: "Only by this participant: its name here, or its handle.")
        var enterprise: String?
        @Option(help: "Only for this reason.") var reason: Reason?
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let issuer = try await session.ifNamed(enterprise)
            let names = try await session.names()
            let erasures = try await session.sync().erasures.filter { erasure in
                (issuer.map { $0 == erasure.by } ?? true) && period.contains(erasure.at)
                    && (reason.map { $0 == erasure.reason } ?? true)
            }
            return .list(
                "erasures", erasures, none: "Nothing was erased.",
                .init("ENTRY", "index") { $0.index },
                .init(LocalTime.heading("WHEN")) { LocalTime.clock($0.at) },
                .init("BY") { names.shown($0.by) },
                .init("WHAT") { $0.record ?? "\($0.kind.rawValue) \($0.jti)" },
                .init("REASON", "reason") { $0.reason },
                .init {
                    [
                        "at": $0.at, "by": $0.by, "jti": $0.jti, "kind": $0.kind.rawValue,
                        "record": $0.record,
                    ]
                })
        }
    }
}

struct ParticipantsCommand: ListCommand {
    static let configuration = CommandConfiguration(
        commandName: "participants",
        abstract: "List who takes part: roles, since when, names and fingerprints.",
        discussion: """
            Handles, roles and fingerprints are everybody's to see; legal names, identifiers and sizes are \
            shown to authorities and regulators. A fingerprint here is the log's: compare it with what its \
            owner tells you (trine compare).

            Example: trine participants --role lender
            """)

    @Option(help: "Only who has this role.") var role: Role?
    @Flag(help: "Only who is suspended now.") var suspended = false
    @Option(help: "Only who was admitted by the end of this day, month or year.")
    var on: CalendarSpan?
    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let view = try await session.sync()
        let names = try await session.names()
        let compared = try session.home.comparedFingerprints()
        let moment = on.map { $0.times.upperBound.advanced(by: -1) } ?? session.now
        let known = view.participants.filter { one in
            (role.map { one.roles.contains($0) } ?? true) && one.at <= moment
                && (!suspended || one.isSuspended(at: moment))
        }
        return .list(
            "participants", known, none: "Nobody.",
            .init("HANDLE", "handle") { $0.handle },
            .init("NAME") { names.name($0.handle) },
            .init("ROLES") { view.words(forRolesOf: $0) },
            .init(LocalTime.heading("SINCE")) { LocalTime.day($0.at) },
            .init("FINGERPRINT") { view.fingerprint(of: $0.handle)?.description },
            .init("COMPARED", "compared") { compared[$0.handle] != nil },
            .init("STATE") { $0.state(at: moment) },
            .init {
                [
                    "at": $0.at, "country": $0.country,
                    "fingerprint": view.fingerprint(of: $0.handle), "index": $0.index,
                    "legal_ids": $0.identifiers, "legal_name": $0.legalName,
                    "name": names.contacts.names[$0.handle], "roles": $0.roles,
                    "size": $0.size?.rawValue, "suspended": $0.isSuspended(at: moment),
                    "suspensions": JSON.array($0.suspensions.map(\.json)),
                ]
            })
    }
}

extension View {
    /// Authorities are named by the charter, and not admitted in a role.
    func words(forRolesOf participant: KnownParticipant) -> String {
        let isAuthority = charter?.authorities.contains(participant.handle) == true
        return ((isAuthority ? ["authority"] : []) + participant.roles.map(\.rawValue))
            .joined(separator: ",")
    }
}

extension KnownParticipant {
    func state(at time: Timestamp) -> String {
        guard isSuspended(at: time), let last = suspensions.last(where: { $0.from <= time }) else {
            return ""
        }
        return "suspended \(LocalTime.day(last.from))"
            + (last.reason.map { " (\($0.rawValue))" } ?? "")
    }
}

extension KnownParticipant.Suspension {
    fileprivate var json: JSON {
        (["from": from, "reason": reason, "to": to] as Members).json
    }
}

extension KnownHold {
    func state(at time: Timestamp) -> String {
        if let released { return "released \(LocalTime.day(released))" }
        guard let until = terms.until else { return "stands" }
        return time < until
            ? "stands until \(LocalTime.day(until))" : "ended \(LocalTime.day(until))"
    }

    func stood(in times: Range<Timestamp>) -> Bool {
        at < times.upperBound && terms.until.map { times.lowerBound < $0 } ?? true
            && released.map { times.lowerBound < $0 } ?? true
    }
}

extension Session {
    /// The same session. Throws ``ClientError/notInRole(_:have:)``.
    nonisolated func asRegulator() throws -> Session { try Regulator(self).session }

    /// Who is meant, where anybody is; only a regulator may ask.
    func ifNamed(_ text: String?) async throws -> Handle? {
        _ = try asRegulator()
        guard let text else { return nil }
        return try await named(text)
    }
}
