import ArgumentParser
import Client
import Sharing
import Wire

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Put books under legal hold: nothing in them can be erased.",
        discussion: """
            Without --type, all books of the holder. The holder, regulators and the host see it; the \
            public sees only that a hold was laid.

            Example: trine regulator hold e-7k2m9q4x --case 2026-17 --type invoices --months \
            2026-01..2026-06 --for 90d
            """)

    @Argument(help: "Whose books: a handle, or a contact's name.") var holder: String
    @Option(name: .customLong("case"), help: "The case it is for, 1 to 100 characters.")
    var reference: String
    @Option(help: "Of which type: \(Series.words).") var type: Series?
    @Option(help: "Of which months: 2026-01..2026-06.") var months: MonthRange?
    @Option(name: .customLong("for"), help: "For how long: 90d; else until it is released.")
    var span: Span?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (type == nil) == (months == nil) else {
            throw ValidationError("--type and --months go together")
        }
        try Case.check(reference)
    }

    func run() async throws {
        let books = type.flatMap { type in months.map { Scope.months(type, $0.months) } }
        try await common.say(about: holder, as: "holder") { session, handle in
            try await LegalHolds(session).hold(
                handle, books: books, until: span.map { session.now.advanced(by: $0.seconds) },
                reference: reference)
        } words: {
            "The books of \($0) are under hold"
        }
    }
}

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "End the legal holds that you laid in a case.",
        discussion: "Example: trine regulator release e-7k2m9q4x --case 2026-17")

    @Argument(help: "Whose books: a handle, or a contact's name.") var holder: String
    @Option(name: .customLong("case"), help: "The case that they were laid for.")
    var reference: String
    @OptionGroup var common: CommonOptions

    func validate() throws { try Case.check(reference) }

    func run() async throws {
        try await common.say(about: holder, as: "holder") {
            try await LegalHolds($0).release($1, reference: reference)
        } words: {
            "The holds on \($0) in this case are released"
        }
    }
}

private enum Case {
    static func check(_ reference: String) throws {
        guard (1...Limits.identifierBytes).contains(reference.utf8.count) else {
            throw ValidationError("--case has 1 to \(Limits.identifierBytes) bytes")
        }
    }
}
