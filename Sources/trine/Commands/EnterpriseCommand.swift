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

    struct Books: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the books and how far they have got.",
            discussion: "Example: trine enterprise books --json")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            .list(
                "books", try await Enterprise(session).books(), none: "No books yet.",
                .init("BOOK", "book") { $0.name }, .init("RECORDS", "count") { $0.state.count },
                .init("ERASED", "erased") { $0.state.erased.reduce(0) { $0 + $1.count } },
                .init("STATE") { $0.state.closed ? "closed" : "open" },
                .init {
                    ["closed": $0.state.closed, "epoch": $0.state.epoch, "root": $0.state.root]
                })
        }
    }

    struct Records: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the records of a book, or of all.",
            discussion: "Example: trine enterprise records invoices/2026-11")

        @Argument(help: "The book: invoices/2026-11.") var book: BookName?
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let records = try await Enterprise(session).records(in: book)
            let view = await session.view
            func successor(_ record: OwnRecord) -> String? {
                record.replacedBy.flatMap { view.records[$0]?.name }
            }
            return .list(
                "records", records, none: "No records yet.",
                .init("RECORD", "record") { $0.name }, .init("ENTRY", "index") { $0.index },
                .init("REGISTERED") { $0.issuedAt.date },
                .init("STATE") { record in
                    record.erased
                        ? "erased" : successor(record).map { "replaced by \($0)" } ?? ""
                },
                .init { record in
                    [
                        "epoch": record.epoch, "erased": record.erased, "jti": record.jti,
                        "replaced_by": successor(record),
                    ]
                })
        }
    }

    struct Show: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch and decrypt one of your own records.",
            discussion: "Example: trine enterprise show 'invoices/2026-11#17'")

        @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber
        @Option(help: "Only these fields, with commas between.") var fields: NameList<FieldName>?
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let shown = try await Enterprise(session).show(record, fields: fields?.names)
            let values = shown.fields?.values ?? [:]
            let there = (shown.fields?.type.fields ?? []).filter {
                values[$0.name].map { $0 != .null } ?? false
            }
            return Outcome([
                "fields": values.members, "index": shown.index, "jti": shown.statement.jti,
                "record": shown.name,
            ]) {
                let table = Table<FieldDefinition>([
                    .init("FIELD") { $0.name }, .init("TERM") { $0.businessTerm },
                    .init("VALUE") { values[$0.name] },
                ])
                return table.text(there) ?? "None of these fields is there."
            }
        }
    }

    struct Close: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close a book: nothing can be added to it afterwards.",
            discussion: "Example: trine enterprise close invoices/2026-11")

        @Argument(help: "The book: invoices/2026-11.") var book: BookName
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let done = try await Enterprise(session).close(book)
            let count = (done.statement.claims as? CloseBook)?.count ?? 0
            return .signed(
                done, ["book": book, "count": count],
                words: "Closed \(book) with \(counted(count, "record"))")
        }
    }

    struct Erase: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a record: its fields become unreadable for everybody, for ever.",
            discussion: """
                The log keeps salted digests; what was under them is gone. There is no way back.

                Example: trine enterprise erase 'invoices/2026-11#17' --reason retention-ended
                """)

        @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            .signed(
                try await Enterprise(session).erase(record, reason), ["record": record],
                words: "Erased \(record)")
        }
    }
}
