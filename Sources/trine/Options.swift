import ArgumentParser
import Client
import Custody
import Foundation
import Sharing
import Wire

/// How a command's result is printed.
struct PrintingOptions: ParsableArguments {
    @Flag(help: "Print the result as one JSON object.")
    var json = false

    /// Prints what came of a command. Throws the exit code where that wasn't good.
    func print(_ outcome: Outcome) throws {
        if outcome.isFile {
            Terminal.write(outcome.words())
        } else {
            let text = json ? outcome.json().shownText : outcome.words().withoutControls
            Terminal.write(text + "\n")
        }
        outcome.notes.forEach(Terminal.note)
        if outcome.exit != .success { throw ExitCode(outcome.exit.rawValue) }
    }
}

/// What every command takes that has a home.
struct CommonOptions: ParsableArguments {
    @OptionGroup var printing: PrintingOptions

    @Option(
        help: ArgumentHelp(
            "The participant's directory; else $TRINE_HOME, else ~/.trine.", valueName: "dir"),
        completion: .directory)
    var home: String?

    var directory: Home {
        home.map { Home($0) } ?? .usual(ProcessInfo.processInfo.environment)
    }

    /// The protection of the keyring in `directory`, whose passphrase is asked for.
    func protection(of directory: String, isNew: Bool) throws -> Protection {
        Protection(
            try Terminal.passphrase(isNew: isNew, for: directory),
            cost: .named(in: ProcessInfo.processInfo.environment))
    }

    /// Opens the home, does `work`, and lets go of the connection.
    func session<Result>(
        offline: Bool = false, _ work: (Session) async throws -> Result
    ) async throws -> Result {
        let home = directory
        // Asking for a passphrase that nothing needs would be rude.
        _ = try home.configuration()
        let session = try Session(home, try Unlocking(home).open(), offline: offline)
        do {
            if offline {
                Self.tell(known: await session.view)
            } else if await session.hasUnsent, try await session.beginOperationIfFree() {
                Self.tell(try await session.flush())
                await session.endOperation()
            }
            let result = try await work(session)
            Self.tell(refused: await session.view.refused)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// Names entries that the gateway shouldn't have made.
    private static func tell(refused entries: [Int64]) {
        guard let first = entries.first else { return }
        let count = entries.count == 1 ? "an entry" : "\(entries.count) entries"
        Terminal.note(
            "the gateway made \(count) against the rules of the log (the first is \(first)); they "
                + "change nothing here: tell a regulator")
    }

    /// Names the time as of which everything is that is shown without asking.
    private static func tell(known view: View) {
        Terminal.note(
            "as this home knew it with \(view.next) entries, on \(LocalTime.minute(view.time)) by the log; the "
                + "gateway "
                + "wasn't asked")
    }

    /// What became of statements that an earlier run couldn't bring to the gateway: each refusal, and
    /// of what was registered how much there was.
    private static func tell(_ late: [LateDelivery]) {
        for (kind, done) in Dictionary(grouping: late.filter { $0.index != nil }, by: \.kind)
            .sorted(by: { $0.key.rawValue < $1.key.rawValue })
        {
            let indices = done.compactMap(\.index)
            guard let first = indices.min(), let last = indices.max() else { continue }
            Terminal.note(
                done.count == 1
                    ? "a \(kind.rawValue) signed earlier is entry \(first)"
                    : "\(done.count) statements (\(kind.rawValue)) signed earlier are entries "
                        + "between \(first) and \(last)")
        }
        for delivery in late where delivery.index == nil {
            let reason = delivery.problem.map { ": " + $0.words.onOneLine } ?? ""
            Terminal.note("a \(delivery.kind.rawValue) signed earlier was refused\(reason)")
        }
    }
}

/// A command that prints one result.
protocol ResultCommand: AsyncParsableCommand {
    var printing: PrintingOptions { get }

    func outcome() async throws -> Outcome
}

extension ResultCommand {
    func run() async throws { try printing.print(try await outcome()) }
}

/// A command that takes options for a participant's home, whether it opens it or not.
protocol CommonCommand: ResultCommand {
    var common: CommonOptions { get }
}

extension CommonCommand {
    var printing: PrintingOptions { common.printing }
}

/// A command that works in an open home.
protocol HomeCommand: CommonCommand {
    /// What is done, and may fail, before a passphrase is asked for.
    func prepare() throws

    func outcome(in session: Session) async throws -> Outcome
}

extension HomeCommand {
    func prepare() throws {}

    func outcome() async throws -> Outcome {
        try prepare()
        return try await common.session { try await outcome(in: $0) }
    }
}

/// What every command takes that lists what is known of the log.
struct ListingOptions: ParsableArguments {
    @Flag(help: "Ask no gateway: list what this home knew, and say as of when.")
    var offline = false
}

/// A command that lists what the log says, now or as far as the home knows.
protocol ListCommand: HomeCommand {
    var listing: ListingOptions { get }
}

extension ListCommand {
    func outcome() async throws -> Outcome {
        try prepare()
        return try await common.session(offline: listing.offline) { try await outcome(in: $0) }
    }
}

extension Session {
    /// Who is meant by a contact's name, a handle, or a legal name that is known here: somebody who
    /// was admitted. Where no gateway answers, or its clock is ahead, a handle is taken as it is: what
    /// is signed is kept, and decided about when it is sent.
    func named(_ text: String) async throws -> Handle {
        let contacts = try contacts()
        do { try await sync() } catch ConnectionError.unreachable {
            if let meant = contacts.handle(text) { return meant }
        } catch LogFault.timeAhead {
            if let meant = contacts.handle(text) { return meant }
        }
        let known = view.participants
        let handles = Set(known.map(\.handle))
        let meant =
            contacts.handle(text)
            ?? known.first { $0.legalName?.lowercased() == text.lowercased() }?.handle
        if let meant, handles.contains(meant) { return meant }
        let others = handles.subtracting([handle]).map(\.text) + contacts.names.values
        let hint = Likeness.hint(text, among: others)
        if let meant {
            let complaint = ClientError.noParticipant(meant).complaint
            throw complaint.named("no-participant").hint(hint ?? complaint.hint)
        }
        let complaint = ClientError.unknownName(text).complaint
        throw complaint.named("unknown-name").hint(hint ?? complaint.hint)
    }
}

extension KnownGrant {
    /// The one of `grants` with this identifier, or the only one whose identifier begins so.
    static func named(_ text: String, among grants: [KnownGrant]) throws -> JTI {
        guard let jti = try JTI.named(text, among: grants.map(\.jti)),
            grants.contains(where: { $0.jti == jti })
        else {
            let complaint = ClientError.noGrant(text).complaint
            let names = grants.map { String($0.jti.text.prefix(text.count)) }
            throw complaint.named("no-grant")
                .hint(Likeness.hint(text, among: names) ?? complaint.hint)
        }
        return jti
    }
}

extension JTI {
    /// An identifier, or the beginning of exactly one of `candidates`.
    static func named(_ text: String, among candidates: [JTI]) throws -> JTI? {
        if let whole = JTI(text: text) { return whole }
        let matches = candidates.filter { $0.text.hasPrefix(text) }
        guard matches.count <= 1 else { throw ClientError.ambiguous(text, matches) }
        return text.count >= minimumPrefix ? matches.first : nil
    }

    private static let minimumPrefix = 4
}
