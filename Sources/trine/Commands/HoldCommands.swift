import ArgumentParser
import Client
import Sharing
import Wire

struct HoldCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Put books under legal hold: nothing in them can be erased.",
        discussion: """
            Without --type, all books of the holder. The holder, regulators and the host see it; the \
            public sees only that a hold was laid.

            An authority lays one in the same way: trine authority hold.

            Example: trine regulator hold e-7k2m9q4x --case 2026-17 --type invoices --months \
            2026-01..2026-06 --for 90d
            """)

    @Argument(help: "Whose books: a handle, or a contact's name.") var holder: String
    @Option(
        name: .customLong("case"), help: "The case it is for, 1 to \(Limits.identifierBytes) bytes."
    )
    var reference: CaseReference
    @OptionGroup var books: BooksOptions
    @Option(name: .customLong("for"), help: "For how long: 90d; else until it is released.")
    var span: Span?
    @OptionGroup var common: CommonOptions

    func validate() throws { _ = try books.scope() }

    func outcome(in session: Session) async throws -> Outcome {
        let handle = try await session.named(holder)
        let done = try await LegalHolds(session).hold(
            handle, books: try books.scope(),
            until: span.map { session.now.advanced(by: $0.seconds) }, reference: reference.text)
        return .signed(done, ["holder": handle], words: "The books of \(handle) are under hold")
    }
}

struct ReleaseCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "End the legal holds that you laid in a case.",
        discussion: "Example: trine regulator release e-7k2m9q4x --case 2026-17")

    @Argument(help: "Whose books: a handle, or a contact's name.") var holder: String
    @Option(name: .customLong("case"), help: "The case that they were laid for.")
    var reference: CaseReference
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let handle = try await session.named(holder)
        let done = try await LegalHolds(session).release(handle, reference: reference.text)
        return .signed(
            done, ["holder": handle], words: "The holds on \(handle) in this case are released")
    }
}
