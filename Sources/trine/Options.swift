import ArgumentParser
import Client
import Custody
import Foundation
import Sharing
import Wire

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "The participant's directory; else $TRINE_HOME, else ~/.trine.", valueName: "dir"))
    var home: String?

    var directory: Home {
        home.map { Home($0) } ?? .usual(ProcessInfo.processInfo.environment)
    }

    var cost: KeyringCost { .named(in: ProcessInfo.processInfo.environment) }

    /// Prints `object` where JSON is asked for, else `words`.
    func print(_ object: @autoclosure () -> JSON, words: () -> String) {
        Terminal.print(json ? object().canonicalText : words())
    }

    /// Prints a list: as the member `name` of an object, or a row for each element; `none` where
    /// there is none.
    func list<Element>(
        _ name: String, _ elements: [Element], none: String, _ headings: [String],
        numeric: Set<Int> = [], json: (Element) -> JSON, row: (Element) -> [String]
    ) {
        print([name: .array(elements.map(json))]) {
            var table = Table(headings, numeric: numeric)
            for element in elements { table.add(row(element)) }
            return table.isEmpty ? none : table.text
        }
    }

    /// Says something about a participant, who is named by a handle or a contact's name.
    func say(
        about participant: String, as member: String,
        _ work: (Session, Handle) async throws -> Registration, words: (Handle) -> String
    ) async throws {
        let (handle, done) = try await session { session in
            let handle = try Reading.handle(participant, try session.contacts())
            return (handle, try await work(session, handle))
        }
        print(done.json([member: .string(handle.text)])) {
            "\(words(handle)), entry \(done.index)."
        }
    }

    /// Opens the home, does `work`, and lets go of the connection.
    func session<Result: Sendable>(
        _ work: (Session) async throws -> Result
    ) async throws -> Result {
        let home = directory
        // Asking for a passphrase that nothing needs would be rude.
        _ = try home.configuration()
        let session = try await Session(
            home, passphrase: try Terminal.passphrase(isNew: false, for: home), cost: cost)
        do {
            if await session.hasUnsent { Self.tell(try await session.flush()) }
            let result = try await work(session)
            Self.tell(refused: await session.view.refused)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}

extension CommonOptions {
    /// Names entries that the gateway shouldn't have made.
    private static func tell(refused entries: [Int64]) {
        guard let first = entries.first else { return }
        let count = entries.count == 1 ? "an entry" : "\(entries.count) entries"
        Terminal.note(
            "the gateway made \(count) against the rules of the log (the first is \(first)); they "
                + "change nothing here: tell a regulator")
    }

    /// What became of statements that an earlier run couldn't bring to the gateway.
    private static func tell(_ late: [LateDelivery]) {
        for delivery in late {
            if let index = delivery.index {
                Terminal.note("a \(delivery.kind.rawValue) signed earlier is entry \(index)")
            } else {
                let reason = delivery.problem.map { ": " + $0.words } ?? ""
                Terminal.note("a \(delivery.kind.rawValue) signed earlier was refused\(reason)")
            }
        }
    }
}

/// Names as a person types them.
enum Reading {
    /// A contact's name or a handle.
    static func handle(_ text: String, _ contacts: Contacts) throws -> Handle {
        guard let handle = contacts.handle(text) else { throw ClientError.unknownName(text) }
        return handle
    }

    /// One of `grants`, by its identifier or the beginning of it. Throws ``ClientError/noGrant(_:)``.
    static func grant(_ text: String, among grants: [KnownGrant]) throws -> JTI {
        guard let jti = try jti(text, among: grants.map(\.jti)) else {
            throw ClientError.noGrant(text)
        }
        return jti
    }

    /// A statement's identifier, or the beginning of exactly one of `candidates`.
    static func jti(_ text: String, among candidates: [JTI]) throws -> JTI? {
        if let whole = JTI(text: text) { return whole }
        let matches = candidates.filter { $0.text.hasPrefix(text) }
        guard matches.count <= 1 else { throw ClientError.ambiguous(text, matches) }
        return text.count >= minimumPrefix ? matches.first : nil
    }

    private static let minimumPrefix = 4
}
