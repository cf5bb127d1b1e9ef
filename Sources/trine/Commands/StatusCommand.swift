import ArgumentParser
import Client
import Importing
import Rules
import Sharing
import Transparency
import Wire

struct StatusCommand: ListCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whose home this is, how it stands with the log, and what waits.",
        discussion: "Example: trine status")

    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    /// A home that isn't admitted yet, or whose gateway doesn't answer, has a status, too.
    func outcome() async throws -> Outcome {
        let home = common.directory
        let configuration = try home.configuration()
        do {
            return try await common.session(offline: listing.offline) {
                try await outcome(in: $0)
            }
        } catch ClientError.notAdmitted {
            return Self.outcome(
                configuration, home, state: "applied",
                "not admitted yet: an authority does that, trine authority admit "
                    + "\(configuration.handle)")
        } catch let error as ConnectionError {
            guard case .unreachable(let detail) = error else { throw error }
            return Self.outcome(
                configuration, home, state: "unreachable", "the gateway doesn't answer: \(detail)"
            ).ending(with: .unreachable).noting(["what this home knew: trine status --offline"])
        }
    }

    func outcome(in session: Session) async throws -> Outcome {
        let items = try await session.inbox()
        let view = await session.view
        let names = try await session.names()
        let inbox = Outcome.inbox(items, as: session.handle, names)
        let facts = try Facts(session, view, await session.hasUnsent)
        let members = facts.members.merging(["inbox": inbox.json()["inbox"] ?? .array([])]) { $1 }
        let own = Self.members(session.configuration, session.home, "admitted")
        return Outcome(own.merging(members) { $1 }) {
            let lines = Self.lines(session.configuration, session.home) + facts.lines(names)
            return lines.joined(separator: "\n") + "\n\n" + inbox.words()
        }
    }

    private static func outcome(
        _ configuration: Configuration, _ home: Home, state: String, _ line: String
    ) -> Outcome {
        Outcome(members(configuration, home, state)) {
            (lines(configuration, home) + ["state     \(line)"]).joined(separator: "\n")
        }
    }

    private static func members(
        _ configuration: Configuration, _ home: Home, _ state: String
    ) -> Members {
        [
            "fingerprint": configuration.fingerprint, "gateway": configuration.gateway.text,
            "handle": configuration.handle, "home": home.directory,
            "identifiers": configuration.identifiers.map(\.description),
            "log": configuration.log, "roles": configuration.roles, "state": state,
        ]
    }

    private static func lines(_ configuration: Configuration, _ home: Home) -> [String] {
        let roles =
            configuration.roles.isEmpty
            ? "authority" : configuration.roles.map(\.rawValue).joined(separator: ", ")
        return [
            "\(configuration.handle), \(roles), on \(configuration.origin)",
            "home      \(home.directory)", "gateway   \(configuration.gateway.text)",
        ]
    }

    /// What the log says of this participant now.
    private struct Facts {
        let entries: Int64
        let time: Timestamp
        let standing: Int
        let over: Int
        let lastRead: (at: Timestamp, by: Handle)?
        let open: Int
        let closed: Int
        let records: Int
        let hasUnsent: Bool
        let isSuspended: Bool

        init(_ session: Session, _ view: View, _ hasUnsent: Bool) throws {
            let own = session.handle
            let books = try view.books.values
            let grants = try view.grants.values.filter { [$0.issuer, $0.terms.to].contains(own) }
            entries = view.next
            time = view.time
            standing = grants.count { $0.isLive(at: session.now) }
            over = grants.count - standing
            lastRead = grants.filter { $0.issuer == own }
                .compactMap { grant in grant.lastRead.map { ($0, grant.terms.to) } }
                .max { $0.at < $1.at }
            open = books.count { !$0.closed }
            closed = books.count - open
            records = Int(books.reduce(0) { $0 + $1.count })
            self.hasUnsent = hasUnsent
            isSuspended = view.participant(own)?.isSuspended(at: session.now) ?? false
        }

        var members: Members {
            [
                "books_closed": closed, "books_open": open, "entries": entries,
                "grants_over": over, "grants_standing": standing, "last_read": lastRead?.at,
                "log_time": time, "records": records, "suspended": isSuspended,
                "unsent": hasUnsent,
            ]
        }

        func lines(_ names: Names) -> [String] {
            var lines = ["log       \(entries) entries, log time \(LocalTime.minute(time))"]
            if isSuspended { lines.append("state     suspended") }
            if standing + over > 0 {
                let read = lastRead.map {
                    "; last read by \(names.shown($0.by)), \(LocalTime.minute($0.at))"
                }
                lines.append("grants    \(standing) standing, \(over) over\(read ?? "")")
            }
            if open + closed > 0 {
                lines.append(
                    "books     \(open) open, \(closed) closed, \(counted(records, "record"))")
            }
            if hasUnsent { lines.append("outbox    something signed waits to be sent") }
            return lines
        }
    }
}

struct InboxCommand: ListCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "List what waits for you, with the command for it.",
        discussion: """
            Requests nobody answered, grants that end within a week or weren't used, data that is to be \
            deleted, books of months that are over, applications, holds.

            Example: trine inbox
            """)

    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        .inbox(try await session.inbox(), as: session.handle, try await session.names())
    }
}
