import ArgumentParser
import Client
import PolicyTools
import Rules
import Sharing
import Transparency
import Wire

struct PolicyExplain: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say in words why something is permitted or refused, and what would change it.",
        discussion: """
            Three questions: about a situation (--action …), about a field (--field), about an entry \
            of the log (--entry, for a regulator). Situations and fields are judged by the policies \
            given, or by those that a log begins with; with --of, by those in force on the log.

            Example: trine policy explain --action grant --by enterprise --to lender --purpose \
            credit-assessment --fields due_date --for 60d

            Example: trine policy explain --field tax_exclusive_amount
            """)

    @OptionGroup var files: PolicyPaths
    @Option(help: "What is wanted: grant, access, request, seal, …") var action: PolicyAction?
    @Option(help: "Who wants it: roles, a size, a country, also host, authority, suspended.")
    var by: NameList<String>?
    @Option(help: "Towards whom: the same words.") var to: NameList<String>?
    @Option(help: "read or prove.") var right: Right = .read
    @Option(help: "For which purpose.") var purpose: Purpose = .creditAssessment
    @Option(help: "Which fields.") var fields: NameList<FieldName>?
    @Option(help: "How many months.") var months: Int = 1
    @Option(help: "How many months back it begins.") var reach: Int = 0
    @Option(name: .customLong("for"), help: "How long: 30d.") var lifetime: Span?
    @Option(help: "How long what was read is kept; as long as the grant stands otherwise.")
    var keep: Span?
    @Flag(help: "While the books are under legal hold.") var held = false
    @Option(help: "Who can ever see this field?") var field: String?
    @Option(help: "With --field: this enterprise's, a contact's name or a handle. Needs a home.")
    var of: String?
    @Option(help: "Why was this entry admitted? Needs a regulator's home.") var entry: Int64?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if of != nil, field == nil { throw ValidationError("--of goes with --field") }
    }

    func outcome() async throws -> Outcome {
        switch (action, field, entry) {
        case (let action?, nil, nil): return try situation(action).outcome
        case (nil, let field?, nil): return try await reach(of: field).outcome
        case (nil, nil, let entry?): return try await decision(at: entry)
        default:
            throw Complaint.usage("say what to explain: one of --action, --field and --entry")
                .hint("see trine policy explain --help")
        }
    }

    private func situation(_ action: PolicyAction) throws -> PolicyExplanation {
        let isUse = action.subject == .othersBooks
        let own = PolicyHand.named(
            by?.names ?? [isUse ? "lender" : "enterprise"], "somebody")
        let other = PolicyHand.named(
            to?.names ?? [isUse ? "enterprise" : "lender"], "another")
        guard let own, let other else {
            throw Complaint.usage("--by and --to are lists of roles")
                .hint("such as enterprise,micro or lender,DE; also host, authority and suspended")
        }
        let request = PolicyRequest(
            principal: own, action: action, counterparty: other,
            owner: isUse ? other.handle : own.handle, right: right, purpose: purpose,
            fields: fields?.names.map(\.text) ?? (right == .read ? ["tax_exclusive_amount"] : []),
            series: .invoices, months: try range(), lifetime: lifetime?.seconds ?? 86_400,
            fetches: 1, dataLife: keep?.seconds ?? lifetime?.seconds ?? 86_400, held: held,
            time: Self.today,
            types: .standard)
        return PolicyExplanation(of: request, under: try files.set())
    }

    private static var today: Timestamp { Surroundings.system.now() }

    private static let mostMonths = 12_000

    private func range() throws -> ClosedRange<Month> {
        guard let current = Self.today.date.bookMonth,
            (1...Self.mostMonths).contains(months), (0...Self.mostMonths).contains(reach),
            let first = Month(number: current.number - reach),
            let last = Month(number: first.number + months - 1)
        else { throw Complaint.usage("--months and --reach don't make months") }
        return first...last
    }

    private func reach(of field: String) async throws -> FieldReach {
        guard RecordTypes.standard.all.contains(where: { $0.field(field) != nil }) else {
            throw Complaint.usage("no record has a field \(field)")
        }
        guard let of else { return FieldReach(field, under: try files.set()) }
        return try await common.session { session in
            let handle = try await session.named(of)
            _ = try await session.sync()
            let set =
                files.paths.isEmpty
                ? try await session.policies(session.policiesInForce()) : try files.set()
            return FieldReach(field, of: try await session.entity(handle), under: set)
        }
    }

    private func decision(at entry: Int64) async throws -> Outcome {
        let found = try await common.session { session in
            let size = try await session.latest().size
            guard entry >= 0, UInt64(entry) < size else {
                throw Complaint.usage("there is no entry \(entry)")
                    .hint("the log has \(size) entries, counted from 0")
            }
            return try await Regulator(session).decisions(
                at: entry, keeping: try await session.replayState())
        }
        return Outcome(["decisions": found.map(\.explanation.members)]) {
            found.isEmpty
                ? "Entry \(entry) needed no policy: the rules alone decide on its kind."
                : found.map { "Under the set \($0.set):\n\($0.explanation.words)" }
                    .joined(separator: "\n\n")
        }
    }
}

extension PolicyHand {
    /// Somebody with these roles, at most one size and one country; `nil` where a word is none of it.
    fileprivate static func named(_ names: [String], _ handle: String) -> PolicyEntity? {
        let special: Set<String> = ["host", "authority", "suspended"]
        let sizes = names.compactMap { SizeClass(rawValue: $0) }
        let countries = names.filter(\.isCountry)
        let roles = names.filter {
            !special.contains($0) && !$0.isCountry && SizeClass(rawValue: $0) == nil
        }.map { Role(rawValue: $0) }
        guard let handle = Handle(handle), !roles.contains(nil), sizes.count <= 1,
            countries.count <= 1
        else { return nil }
        return PolicyEntity(
            handle: handle, roles: roles.compactMap(\.self).sorted(),
            suspended: names.contains("suspended"), isHost: names.contains("host"),
            isAuthority: names.contains("authority"),
            found: .init(size: sizes.first, country: countries.first))
    }
}

extension PolicyExplanation {
    fileprivate var outcome: Outcome { Outcome(members) { words } }

    fileprivate var words: String {
        var lines = [request.words + "."]
        if decision.permitted {
            lines.append("This is permitted, by")
        } else if !decision.failed.isEmpty {
            lines.append("This is refused, since policies can't be evaluated:")
        } else if grounds.isEmpty {
            lines.append("This is refused: no policy permits it.")
        } else {
            lines.append("This is refused, by")
        }
        lines += grounds.map { "  \($0.policy): \($0.reason?.onOneLine ?? "no reason is given")" }
        if !decision.permitted {
            lines.append(
                remedies.isEmpty
                    ? "No single change would make it permitted."
                    : "It would be permitted:")
            lines += remedies.map { "  \($0.words)" }
        }
        return lines.joined(separator: "\n")
    }

    fileprivate var members: Members {
        [
            "determining": decision.determining, "failed": decision.failed,
            "permitted": decision.permitted, "reasons": grounds.compactMap(\.reason),
            "remedies": remedies.map(\.words), "request": request,
        ]
    }
}

extension FieldReach {
    fileprivate var outcome: Outcome {
        let table = Table<Row>([
            .init("ROLE", "role") { $0.role },
            .init("RIGHT") { $0.right == .read ? "sees it" : "is proven about it" },
            .init("PURPOSE", "purpose") { $0.purpose },
            .init("AT MOST") { $0.days.map { "\($0) days" } ?? "any time" },
            .init("REACHING BACK") { $0.reach.map { "\($0) months" } ?? "any time" },
            .init { ["days": $0.days, "reach": $0.reach, "right": $0.right] },
        ])
        return Outcome([
            "field": field, "of": holder?.words, "rows": table.json(rows),
        ]) {
            // Not everybody is shown an enterprise's size, which policies may go by.
            let known = holder.map { "Of \($0.words), as it is known in this home.\n" } ?? ""
            guard let text = table.text(rows) else {
                return known + "Nobody can be granted \(field)."
            }
            return known + "Beside the enterprise itself, under a grant of its own:\n\n" + text
        }
    }
}
