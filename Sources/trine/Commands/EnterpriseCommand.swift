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
            ImportCommand.self, MappingCommand.self, ExportCommand.self, ReconcileCommand.self,
            Books.self, Records.self,
            PresentCommand.self,
            SharesCommand.self, CertificateCommand.self,
            Close.self, GrantGroup.self, Grants.self, Accesses.self, Requests.self, Revoke.self,
            Erase.self,
        ])

    struct Books: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "books",
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
            commandName: "records",
            abstract: "List and find your records: number, date, partner, amount.",
            discussion: """
                What they say is read from the gateway once, decrypted here, and kept encrypted in this home. \
                With --brief nothing is read.

                Example: trine enterprise records invoices/2026-11

                Example: trine enterprise records --search 'brown 2026-03' --amount 1000..5000
                """)

        @Argument(help: "The book: invoices/2026-11.") var book: BookName?
        @Option(help: "Only those in whose number, dates, partner or amount all these words stand.")
        var search: String?
        @Option(help: "Only those with an amount in this range: 1000..5000.")
        var amount: AmountRange?
        @Flag(help: "Only their places, without what they say.") var brief = false
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard !brief || (search == nil && amount == nil) else {
                throw ValidationError("--brief reads nothing that could be searched")
            }
        }

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let view = try await session.sync()
            if let book, try view.book(book) == nil { throw try Self.unknown(book, view) }
            let all = try await enterprise.records(in: book)
            let said = brief ? [:] : try await enterprise.summaries(of: all)
            let records = all.filter { record in
                guard search != nil || amount != nil else { return true }
                guard let summary = said[record.jti] else { return false }
                return (search.map(summary.matches) ?? true)
                    && (amount.map { $0.contains(summary.amount) } ?? true)
            }
            var successors: [JTI: String] = [:]
            for jti in records.compactMap(\.replacedBy) {
                successors[jti] = try view.record(jti)?.name
            }
            let known = successors
            func successor(_ record: OwnRecord) -> String? {
                record.replacedBy.flatMap { known[$0] }
            }
            let details: [Column<OwnRecord>] = [
                .init("NUMBER", "number") { said[$0.jti]?.number },
                .init("DATE", "issue_date") { said[$0.jti]?.issued },
                .init("DUE", "due_date") { said[$0.jti]?.due },
                .init("PARTNER", "partner") { said[$0.jti]?.partner },
                .init("AMOUNT") { record in
                    said[record.jti].flatMap { one in
                        one.amount.map { "\($0) \(one.currency ?? "")" }
                    }
                },
                .init {
                    ["amount": said[$0.jti]?.amount, "currency": said[$0.jti]?.currency]
                },
            ]
            let columns: [Column<OwnRecord>] =
                [.init("RECORD", "record") { $0.name }] + (brief ? [] : details) + [
                    .init("ENTRY", "index") { $0.index },
                    .init(LocalTime.heading("REGISTERED")) { LocalTime.day($0.issuedAt) },
                    .init("STATE") { record in
                        record.erased
                            ? "erased" : successor(record).map { "replaced by \($0)" } ?? ""
                    },
                    .init { record in
                        [
                            "epoch": record.epoch, "erased": record.erased, "jti": record.jti,
                            "registered": record.issuedAt, "replaced_by": successor(record),
                        ]
                    },
                ]
            let table = Table<OwnRecord>(columns)
            return Outcome(["records": table.json(records)]) {
                table.text(records) ?? (all.isEmpty ? "No records yet." : "No such records.")
            }
        }

        private static func unknown(
            _ book: BookName, _ view: View
        ) throws -> Complaint {
            let complaint = ClientError.noSuchBook(book).complaint
            let hint = Likeness.hint(
                book.description, among: try view.books.keys.map(\.description))
            return complaint.named("no-such-book").hint(hint ?? complaint.hint)
        }
    }

    struct Close: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "close",
            abstract: "Close a book: nothing can be added to it afterwards.",
            discussion: """
                It says first what that means, above all where the month isn't over or the book is \
                empty, and asks. A document of a closed month that comes later goes into the book of \
                the next open month.

                Example: trine enterprise close invoices/2026-11
                """)

        @Argument(help: "The book: invoices/2026-11.") var book: BookName
        @OptionGroup var consent: ConsentOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try consent.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let plan = try await enterprise.closing(book)
            return try await consent.carryOut(plan.consequences) {
                let done = try await enterprise.close(book)
                let count = (done.statement.claims as? CloseBook)?.count ?? 0
                return .signed(
                    done, ["book": book, "count": count],
                    words: "Closed \(book) with \(counted(count, "record"))")
            }
        }
    }

    struct Erase: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "erase",
            abstract: "Erase a record: its fields become unreadable for everybody, for ever.",
            discussion: """
                The log keeps salted digests; what was under them is gone. There is no way back. It \
                shows first which document that is, and who could read it until now, and asks.

                Example: trine enterprise erase 'invoices/2026-11#17' --reason retention-ended
                """)

        @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var consent: ConsentOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try consent.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let contacts = try session.contacts()
            let plan = try await enterprise.erasing(record)
            return try await consent.carryOut(plan.consequences(naming: contacts.shown)) {
                .signed(
                    try await enterprise.erase(record, reason), ["record": record],
                    words: "Erased \(record)")
            }
        }
    }
}
