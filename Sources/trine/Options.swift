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
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}

extension CommonOptions {
    /// What became of statements that an earlier run couldn't bring to the gateway.
    private static func tell(_ late: [LateDelivery]) {
        for delivery in late {
            if let index = delivery.index {
                Terminal.note("a \(delivery.kind.rawValue) signed earlier is entry \(index)")
            } else {
                let reason = delivery.problem.map { ": " + Words.words($0) } ?? ""
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

    /// A statement's identifier, or the beginning of exactly one of `candidates`.
    static func jti(_ text: String, among candidates: [JTI]) throws -> JTI? {
        if let whole = JTI(text: text) { return whole }
        let matches = candidates.filter { $0.text.hasPrefix(text) }
        guard matches.count <= 1 else { throw ClientError.ambiguous(text, matches) }
        return text.count >= minimumPrefix ? matches.first : nil
    }

    private static let minimumPrefix = 4
}
