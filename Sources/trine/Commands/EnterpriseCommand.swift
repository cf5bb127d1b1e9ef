import ArgumentParser
import Client
import Importing
import Rules
import Sharing
import Verification
import Wire

struct EnterpriseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enterprise",
        abstract: "Seal records into books, grant, revoke, see who read what.",
        discussion: "Example: trine enterprise books",
        subcommands: [
            ImportCommand.self, Books.self, Records.self, Show.self, PresentCommand.self,
            Close.self, GrantCommand.self, Grants.self, Accesses.self, Requests.self, Revoke.self,
            Erase.self,
        ])

    struct Books: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the books and how far they have got.",
            discussion: "Example: trine enterprise books --json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let books = try await common.session { try await Enterprise($0).books() }
            common.list(
                "books", books, none: "No books yet.", ["BOOK", "RECORDS", "ERASED", "STATE"],
                numeric: [1, 2],
                json: {
                    [
                        "book": .string($0.name.description), "closed": .bool($0.state.closed),
                        "count": .integer($0.state.count), "epoch": .integer($0.state.epoch),
                        "erased": .number($0.erasedCount), "root": .digest($0.state.root),
                    ]
                }
            ) {
                [
                    $0.name.description, "\($0.state.count)", "\($0.erasedCount)",
                    $0.state.closed ? "closed" : "open",
                ]
            }
        }
    }

    struct Records: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the records of a book, or of all.",
            discussion: "Example: trine enterprise records invoices/2026-11")

        @Argument(help: "The book: invoices/2026-11.") var book: BookName?
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let (records, view) = try await common.session { session in
                let records = try await Enterprise(session).records(in: book)
                return (records, await session.view)
            }
            func successor(_ record: OwnRecord) -> String? {
                record.replacedBy.flatMap { view.records[$0]?.name }
            }
            common.list(
                "records", records, none: "No records yet.",
                ["RECORD", "ENTRY", "REGISTERED", "STATE"], numeric: [1],
                json: { record in
                    [
                        "epoch": .integer(record.epoch), "erased": .bool(record.erased),
                        "index": .integer(record.index), "jti": .string(record.jti.text),
                        "record": .string(record.name), "replaced_by": .text(successor(record)),
                    ]
                }
            ) { record in
                [
                    record.name, "\(record.index)", record.issuedAt.date.description,
                    record.erased
                        ? "erased" : successor(record).map { "replaced by \($0)" } ?? "",
                ]
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch and decrypt one of your own records.",
            discussion: "Example: trine enterprise show 'invoices/2026-11#17'")

        @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber

        @Option(help: "Only these fields, with commas between.") var fields: NameList?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let shown = try await common.session {
                try await Enterprise($0).show(record, fields: fields?.names)
            }
            guard let opened = shown.fields else { return }
            common.print([
                "fields": opened.json,
                "index": .integer(shown.index), "jti": .string(shown.statement.jti.text),
                "record": .string(shown.name),
            ]) {
                var table = Table(["FIELD", "TERM", "VALUE"])
                for field in opened.type.fields {
                    guard let value = opened.values[field.name], value != .null else {
                        continue
                    }
                    table.add([field.name.text, field.businessTerm ?? "", value.words])
                }
                return table.text
            }
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close a book: nothing can be added to it afterwards.",
            discussion: "Example: trine enterprise close invoices/2026-11")

        @Argument(help: "The book: invoices/2026-11.") var book: BookName
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let done = try await common.session { try await Enterprise($0).close(book) }
            var count: Int64 = 0
            if let closed = done.statement.claims as? CloseBook { count = closed.count }
            common.print(
                done.json(["book": .string(book.description), "count": .integer(count)])
            ) {
                "Closed \(book) with \(counted(Int(count), "record")), entry \(done.index)."
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a record: its fields become unreadable for everybody, for ever.",
            discussion: """
                The log keeps salted digests; what was under them is gone. There is no way back.

                Example: trine enterprise erase 'invoices/2026-11#17' --reason retention-ended
                """)

        @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let done = try await common.session { try await Enterprise($0).erase(record, reason) }
            common.print(done.json(["record": .string(record.description)])) {
                "Erased \(record), entry \(done.index)."
            }
        }
    }
}

extension Enterprise.Book {
    fileprivate var erasedCount: Int { state.erased.reduce(0) { $0 + $1.count } }
}
