import ArgumentParser
import Client
import Sharing
import Wire

/// Of which books: for grants, requests and legal holds.
struct BooksOptions: ParsableArguments {
    @Option(help: "Of which books: \(Series.words).") var type: Series?

    @Option(help: "Of which months, also future ones: 2026-01..2026-12.") var months: MonthRange?

    /// `nil` where neither is given. Throws ``ValidationError`` where only one is.
    func scope() throws -> Scope? {
        switch (type, months) {
        case (let type?, let months?): return .months(type, months.months)
        case (nil, nil): return nil
        case (nil, _): throw ValidationError("--months needs --type, such as --type invoices")
        case (_, nil): throw ValidationError("--type needs --months, such as --months 2026-01")
        }
    }
}

/// What is granted or asked for, what for, and for how long.
struct TermsOptions: ParsableArguments {
    @Option(
        name: .customLong("right"),
        help: "To read fields, or to prove something about values that aren't shown.")
    var givenRight: Right = .read

    @OptionGroup var books: BooksOptions

    @Option(
        name: .customLong("books"),
        help: "To prove: of which books, bank/2026-01..2026-03; may be given several times.")
    var bookSpans: [BookSpan] = []

    @Option(help: "Which fields, with commas between.") var fields: NameList<FieldName>?

    @Option(help: "A bundle of fields, by its name: trine bundles lists them.")
    var bundle: String?

    @Option(name: .customLong("statement"), help: "What to prove; may be given several times.")
    var statements: [String] = []

    @Option(
        name: .customLong("scorecard"),
        help: "A scorecard's file, to prove that its threshold is reached.", completion: .file())
    var scorecards: [String] = []

    @OptionGroup var links: LinkOptions

    @Option(help: "What for.") var purpose: Purpose?

    @Option(name: .customLong("for"), help: "For how long: 30d, 12h, 2w, 1y.") var span: Span?

    @Option(help: "How often it may be read.") var fetches: Int64 = 100

    @Option(help: "How long what was read may be kept; else as long as the grant stands.")
    var keep: Span?

    /// What has to be said of each: for which purpose, and for how many seconds.
    typealias Ends = (purpose: Purpose, lifetime: Int64, dataLife: Int64)

    /// Balances and settled invoices are proven, whatever else is said.
    var right: Right { links.isEmpty ? givenRight : .prove }

    var isEmpty: Bool {
        books.type == nil && books.months == nil && fields == nil && bundle == nil
            && bookSpans.isEmpty && links.isEmpty && statements.isEmpty
            && scorecards.isEmpty && purpose == nil && span == nil && keep == nil
    }

    /// Throws ``ValidationError`` for terms that don't go together, and where one is missing. What is
    /// to be read goes with fields, what is to be proven with statements.
    @discardableResult
    func complete() throws -> Ends {
        guard (1...Limits.fetches).contains(fetches) else {
            throw ValidationError("--fetches is a number from 1 to \(Limits.fetches)")
        }
        guard let purpose else { throw ValidationError("say what for: --purpose") }
        guard let span else { throw ValidationError("say for how long: --for 30d") }
        try links.check()
        let count = statements.count + scorecards.count + links.statements.count
        switch right {
        case .read where count > 0:
            throw ValidationError("--statement and --scorecard go with --right prove")
        case .read where !bookSpans.isEmpty:
            throw ValidationError("--books goes with --right prove")
        case .read where fields == nil && bundle == nil:
            throw ValidationError("say which fields: --fields due_date,payable_amount, or --bundle")
        case .prove where fields != nil || bundle != nil:
            throw ValidationError("--fields and --bundle go with --right read")
        case .prove where !(1...ProofStatement.maximumCount).contains(count):
            throw ValidationError(
                "say what to prove, up to \(ProofStatement.maximumCount) times:"
                    + " --statement 'sum(payable_amount) >= 1000 EUR'")
        case .read, .prove:
            return (purpose, span.seconds, keep?.seconds ?? span.seconds)
        }
    }

    /// The books of which something is proven, each with all its records; none where other options
    /// say of which.
    var bookRanges: [RecordRange] {
        (bookSpans.flatMap(\.books) + links.books).map { RecordRange.whole($0) }.merged
    }

    /// The fields that are named, and those of the bundle. Throws ``Complaint`` for an unknown one.
    func fieldNames(in session: Session) throws -> [FieldName] {
        let named = fields?.names ?? []
        guard let bundle else { return named }
        let bundles = try FieldBundles(in: session.home)
        guard let fields = bundles[bundle] else { throw bundles.unknown(bundle) }
        return Array(Set(named + fields)).sorted()
    }

    /// The statements, also those of scorecards; `nil` for what is to be read. Throws ``Complaint``
    /// for what isn't one.
    func proofStatements() throws -> [ProofStatement]? {
        guard right == .prove else { return nil }
        var proven: [ProofStatement] = []
        for text in statements {
            do { proven.append(try ProofStatement(parsing: text)) } catch {
                throw error.complaint(about: text)
            }
        }
        for path in scorecards {
            let bytes = try InputFile.bytes(path, limit: Scorecard.maximumFileBytes)
            do { proven.append(.score(try Scorecard(parsing: bytes))) } catch {
                throw error.complaint(aboutFile: path)
            }
        }
        return proven + links.statements.map { .linked($0) }
    }
}

extension Scope {
    /// The records in `ranges`, or without them what `books` says; `nil` for neither.
    ///
    /// Throws ``ValidationError`` for both, and for too many.
    static func listed(_ ranges: [RecordRange], instead books: BooksOptions) throws -> Scope? {
        guard !ranges.isEmpty else { return try books.scope() }
        guard books.type == nil, books.months == nil else {
            throw ValidationError("say either --months, or which records: --record or --books")
        }
        let scope = Scope.records(ranges.merged)
        guard ranges.merged.count <= Limits.ranges, scope.series.count <= Limits.seriesPerScope
        else {
            throw ValidationError(
                "records are at most \(Limits.ranges) ranges of \(Limits.seriesPerScope) series")
        }
        return scope
    }
}
