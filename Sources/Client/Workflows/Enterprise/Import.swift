import Custody
import Importing
import Interface
import Rules
import Sharing
import Verification
import Wire

extension Enterprise {
    /// Imports business documents: each becomes a record, gets the next number of its book, is sealed
    /// and registered. What is registered already is recognised before anything is sent.
    ///
    /// A document with the business key of a record and another content is a correction of it: it is
    /// reported with what differs, and registered in its place where the choices say so.
    ///
    /// Files that can't be imported are reported and the rest goes on. Throws ``ConnectionError``
    /// where the gateway is lost; what was registered until then stays, and importing the same files
    /// again takes up where this ended.
    public func importDocuments(
        _ paths: [String], _ choices: ImportChoices = ImportChoices(),
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        let rekeyed = try await rekeyStanding()
        var run = try await importRun(choices)
        // Others may sign while files are read.
        await session.endOperation()
        let found = DocumentFiles(paths)
        let files = found.files
        for (number, file) in files.enumerated() {
            try run.read(file)
            while run.isBatchReady { try await run.registerBatch() }
            if run.isComparisonReady { try await run.compare() }
            if run.isStopped { break }
            progress(
                ImportProgress(
                    files: files.count, read: number + 1, registered: run.registered))
        }
        try await run.finish()
        try await session.saveView()
        progress(
            ImportProgress(files: files.count, read: files.count, registered: run.registered))
        return run.report(
            rekeyed, found.leftOut, try await balanceGaps(after: run.accounts))
    }

    /// Registers records that were made here of other records, as documents that say the same are.
    func register(
        _ records: [Record], named name: String, _ choices: ImportChoices
    ) async throws -> ImportReport {
        let rekeyed = try await rekeyStanding()
        var run = try await importRun(choices)
        await session.endOperation()
        for record in records { try run.add(record, from: name) }
        try await run.finish()
        try await session.saveView()
        return run.report(rekeyed, [], [])
    }

    private func importRun(_ choices: ImportChoices) async throws -> ImportRun {
        ImportRun(
            self, choices, view: await session.view, keys: try await session.schedule(),
            holder: try await session.holder(), as: try await identifiers(),
            by: try choices.mappings + session.home.mappings().all)
    }

    /// Sends what earlier runs left, and brings the view up to now.
    func prepareToSign() async throws -> View {
        _ = try await session.flush()
        return try await session.sync()
    }
}

/// One import on its way: documents that were read and aren't registered yet, and what became of the
/// others.
private struct ImportRun {
    /// A record that waits to be sealed.
    private struct Draft {
        /// The place of its line in the report.
        let line: Int
        let file: String
        let record: Record
        /// What its document bears in records of each era, the latest first.
        let sources: [Digest<Digested.Source>]
        /// The record in whose place it is registered.
        var replaces: OwnRecord?
    }

    /// Sealed, at a place that is free as far as the view knows.
    private struct Sealed {
        let draft: Draft
        let place: SealedRecord.Place
        let jti: JTI
        let frame: Frame
    }

    private let enterprise: Enterprise
    private let choices: ImportChoices
    private let identifiers: RegisteredIdentifiers
    private let mappings: [Mapping]
    private var view: View
    private let schedule: KeySchedule
    /// What the records are bound to.
    private let holder: NamedKey
    private var waiting: [Draft] = []
    /// Documents of which a record is there, of which it isn't known here what it says.
    private var unlike: [Draft] = []
    /// The keys of the books that this run has sealed into.
    private var keys: [MonthKeys.Name: MonthKeys] = [:]
    /// The files of the documents that this run has seen, and digests of their content.
    private var seen: [Digest<Digested.Source>: (file: String, content: Digest<Digested.Blob>)] =
        [:]
    private var lines: [ImportReport.Line?] = []
    /// The accounts of which statements were among the documents.
    private(set) var accounts: Set<String> = []
    private(set) var registered = 0
    /// Batches in a row of which nothing was registered.
    private var failures = 0
    /// The gateway refused something for a reason that would hold for every record.
    private(set) var isStopped = false

    /// Enough for the gateway's group commit, few enough that a watcher sees it move.
    private static let batchFrames = 128
    /// A batch in memory, on disk in the outbox, and on its way.
    private static let batchBytes = 16 << 20
    /// How often in a row others may take the numbers that this run wants.
    private static let maximumFailures = 8

    init(
        _ enterprise: Enterprise, _ choices: ImportChoices, view: View, keys schedule: KeySchedule,
        holder: NamedKey, as identifiers: RegisteredIdentifiers, by mappings: [Mapping]
    ) {
        self.enterprise = enterprise
        self.choices = choices
        self.identifiers = identifiers
        self.mappings = mappings
        self.view = view
        self.schedule = schedule
        self.holder = holder
    }

    private var session: Session { enterprise.session }
    var isBatchReady: Bool { waiting.count >= Self.batchFrames }
    var isComparisonReady: Bool { unlike.count >= Self.batchFrames }

    func report(
        _ rekeyed: [Rekeying], _ leftOut: [LeftOutFile], _ gaps: [BalanceGap]
    ) -> ImportReport {
        ImportReport(
            lines: lines.compactMap { $0 }, rekeyed: rekeyed, gaps: gaps, leftOut: leftOut)
    }

    mutating func read(_ file: DocumentFiles.File) throws(HomeError) {
        guard let bytes = file.read() else {
            lines.append(.init(file: file.path, outcome: .unreadable))
            return
        }
        if let size = file.size, size > Importer.maximumFileBytes {
            let refusal = ImportRefusal(
                file: file.path, place: nil,
                reason: .tooLarge(bytes: size, limit: Importer.maximumFileBytes))
            lines.append(.init(file: file.path, outcome: .refused(refusal)))
            return
        }
        switch outcome(of: bytes, file.path) {
        case .failure(let refusal):
            lines.append(.init(file: file.path, outcome: .refused(refusal)))
        case .success(let records):
            if records.isEmpty { lines.append(.init(file: file.path, outcome: .nothing)) }
            for record in records { try add(record, from: file.path) }
        }
    }

    private func outcome(of bytes: [UInt8], _ path: String) -> ImportOutcome {
        guard let terms = choices.documents else {
            return Importer.records(
                from: bytes, named: path, for: identifiers, of: view.types, by: mappings,
                through: choices.pdfs)
        }
        return Importer.document(bytes, named: path, as: terms, of: view.types)
    }

    mutating func add(_ record: Record, from file: String) throws(HomeError) {
        let draft = Draft(
            line: lines.count, file: file, record: record,
            sources: schedule.sources(of: record.businessKey, in: record.month))
        guard !draft.sources.isEmpty else {
            lines.append(.init(file: file, outcome: .notShared))
            return
        }
        let content = record.contentDigest
        if case .text(let account) = record["account"], record["closing_balance"] != .null {
            accounts.insert(account)
        }
        if let known = try known(draft.sources) {
            if try view.summaries(of: [known])[known.jti]?.content == content {
                lines.append(.init(file: file, outcome: .duplicate(of: known.name)))
            } else {
                unlike.append(draft)
                lines.append(nil)
            }
        } else if let other = seen[draft.sources[0]] {
            if other.content == content {
                lines.append(.init(file: file, outcome: .duplicate(of: other.file)))
            } else {
                unlike.append(draft)
                lines.append(nil)
            }
        } else {
            seen[draft.sources[0]] = (file, content)
            waiting.append(draft)
            lines.append(nil)
        }
    }

    /// The record of the same document. The rules compare the sources of one era only, so one from
    /// an older era is the enterprise's own to find.
    private func known(
        _ sources: [Digest<Digested.Source>]
    ) throws(HomeError) -> OwnRecord? {
        for source in sources {
            if let record = try view.record(from: source) { return record }
        }
        return nil
    }

    /// Seals what waits, as much as fits a batch, and registers it. What a conflict held up waits
    /// again, and is sealed anew with other numbers under another `jti`.
    mutating func registerBatch() async throws {
        // It is this process's turn from here on, and others may have sealed since the last batch.
        try await session.beginOperation()
        try await settleConflict()
        guard !waiting.isEmpty else { return try await session.yieldOperation() }
        try await checkPermission()
        let batch = try seal()
        guard !batch.isEmpty else { return try await session.yieldOperation() }
        let before = registered
        let deliveries = try await session.register(batch.map(\.frame))
        view = try await session.upToDate()
        var again: [Draft] = []
        var conflict: Problem?
        for (sealed, delivery) in zip(batch, deliveries) {
            switch delivery {
            case .registered(let registration):
                registered += 1
                try await settle(sealed, registration)
            case .skipped: again.append(sealed.draft)
            case .refused(let problem):
                if Self.isConflict(problem) {
                    conflict = problem
                    again.append(sealed.draft)
                } else {
                    settle(sealed.draft, .rejected(problem))
                    isStopped = true
                }
            }
        }
        waiting = again + waiting
        if isStopped {
            for draft in waiting { settle(draft, .notTried) }
            waiting = []
            return
        }
        if conflict != nil { try await settleConflict() }
        try await session.yieldOperation()
        failures = registered > before ? 0 : failures + 1
        guard failures < Self.maximumFailures else {
            throw ClientError.conflict(attempts: failures)
        }
    }

    /// Asks the policies before anything of a batch is sealed: for each series once, since a record's
    /// month is nothing that policies are told.
    private func checkPermission() async throws {
        let handle = session.handle
        let records = waiting.prefix(Self.batchFrames).map(\.record)
        let books = Dictionary(
            records.map { ($0.type.series, BookName(series: $0.type.series, month: $0.month)) },
            uniquingKeysWith: { first, _ in first })
        for book in books.values.sorted() {
            try await session.permission { (known) throws(ClientError) in
                known.sealing(in: book, by: try known.entity(handle))
            }
        }
    }

    /// Reads what others registered, and drops what turns out to be there already.
    private mutating func settleConflict() async throws {
        view = try await session.sync()
        for draft in waiting {
            guard let known = try known(draft.sources), known.jti != draft.replaces?.jti else {
                continue
            }
            unlike.append(draft)
        }
        waiting.removeAll { draft in unlike.contains { $0.line == draft.line } }
    }

    // MARK: Comparing

    /// Registers all that waits, and compares what has a record already.
    mutating func finish() async throws {
        repeat {
            while !waiting.isEmpty { try await registerBatch() }
            try await compare()
        } while !waiting.isEmpty
    }

    /// Reads the records of documents that may say something else, and decides what those are.
    mutating func compare() async throws {
        while !waiting.isEmpty { try await registerBatch() }
        let drafts = unlike
        unlike = []
        var pairs: [(draft: Draft, known: OwnRecord)] = []
        for draft in drafts {
            if let known = try known(draft.sources) {
                pairs.append((draft, known))
            } else {
                // What the other document of the same key was refused for holds for this one.
                settle(draft, .notTried)
            }
        }
        let values = try await contents(of: pairs.flatMap { try ancestry($0.known) })
        for (draft, known) in pairs { try settle(draft, known, values) }
    }

    /// A record and those that it replaced, one after the other.
    private func ancestry(_ record: OwnRecord) throws(HomeError) -> [OwnRecord] {
        var all = [record]
        while let jti = all[all.count - 1].replaces, let earlier = try view.record(jti) {
            all.append(earlier)
        }
        return all.filter { !$0.erased }
    }

    /// What records say, but for the original documents.
    private func contents(
        of records: [OwnRecord]
    ) async throws -> [JTI: [FieldName: FieldValue]] {
        var values: [JTI: [FieldName: FieldValue]] = [:]
        for (series, records) in Dictionary(grouping: Set(records), by: \.book.series) {
            let fields = view.types.fields(of: series)?.newest.fields ?? []
            let names = fields.filter { $0.kind != .document }.map(\.name)
            try await enterprise.read(records, fields: names) { record in
                values[record.statement.jti] = record.fields?.values ?? [:]
            }
        }
        return values
    }

    /// Decides what a document is whose record is `known`, by what this and those before it say.
    private mutating func settle(
        _ draft: Draft, _ known: OwnRecord, _ values: [JTI: [FieldName: FieldValue]]
    ) throws(HomeError) {
        let same = try ancestry(known).first { record in
            values[record.jti].map { draft.record.differences(from: $0).isEmpty } ?? false
        }
        if let same {
            settle(draft, .duplicate(of: same.name))
        } else if choices.replacing {
            var draft = draft
            draft.replaces = known
            waiting.append(draft)
        } else {
            let differences = draft.record.differences(from: values[known.jti] ?? [:])
            settle(draft, .differs(from: known.name, differences))
        }
    }

    private mutating func settle(
        _ sealed: Sealed, _ registration: Registration
    ) async throws {
        let draft = sealed.draft
        let place = sealed.place
        if let own = try view.record(place.book, place.number) {
            let summary = RecordSummary(
                sealed.jti, draft.record.values,
                in: SummaryFields(of: draft.record.type.fields),
                content: draft.record.contentDigest)
            view.note(summary, of: own)
            await session.note(summary, of: own)
        }
        settle(
            draft,
            .imported(
                .init(
                    book: place.book, number: place.number, index: registration.index,
                    replaces: draft.replaces?.name, late: try lateness(draft.record, place.book))))
    }

    /// `nil` where the record is in the book of its month.
    private func lateness(
        _ record: Record, _ book: BookName
    ) throws(HomeError) -> ImportReport.Lateness? {
        guard record.book != book else { return nil }
        let grants = try view.standingGrants(book.series, at: max(session.now, view.time))
        return ImportReport.Lateness(
            meant: record.book,
            unseenUnder: grants.filter {
                $0.terms.scope.covers(record.book) && !$0.terms.scope.covers(book)
            }.map(\.jti))
    }

    private mutating func settle(_ draft: Draft, _ outcome: ImportReport.Outcome) {
        lines[draft.line] = .init(file: draft.file, outcome: outcome)
    }

    /// Refusals that another look at the log explains.
    private static func isConflict(_ problem: Problem) -> Bool {
        ["wrong-number", "book-closed", "epoch-too-low", "duplicate-document"]
            .contains(problem.name)
    }

    // MARK: Sealing

    private mutating func seal() throws -> [Sealed] {
        var batch: [Sealed] = []
        var bytes = 0
        var taken: [BookName: Int64] = [:]
        var count = 0
        for draft in waiting {
            guard batch.count < Self.batchFrames, bytes < Self.batchBytes else { break }
            count += 1
            guard let place = try place(of: draft, taken: taken) else {
                settle(draft, .noOpenBook)
                continue
            }
            let jti = session.newJTI()
            let frame: Frame
            do { frame = try self.frame(draft.record, at: place, jti) } catch let error
                as SealingError
            {
                settle(draft, error == .tooLarge ? .tooLarge : .notShared)
                continue
            }
            taken[place.book, default: 0] += 1
            bytes += frame.jws.count + frame.blob.count
            batch.append(Sealed(draft: draft, place: place, jti: jti, frame: frame))
        }
        waiting.removeFirst(count)
        return batch
    }

    /// The next number of the record's book; of the next open one where that is closed.
    private func place(
        of draft: Draft, taken: [BookName: Int64]
    ) throws(HomeError) -> SealedRecord.Place? {
        let series = draft.record.type.series
        guard let book = try view.openBook(series, from: draft.record.month) else { return nil }
        let time = max(session.now, view.time).advanced(by: Enterprise.epochMarginSeconds)
        return SealedRecord.Place(
            book: book, number: (try view.book(book)?.count ?? 0) + (taken[book] ?? 0) + 1,
            epoch: schedule.epoch(
                of: draft.record.type, book.month,
                required: try view.requiredEpoch(series, book.month, at: time)),
            replaces: draft.replaces?.jti)
    }

    private mutating func frame(
        _ record: Record, at place: SealedRecord.Place, _ jti: JTI
    ) throws -> Frame {
        var random = session.surroundings.random
        let name = place.keys(of: record.type)
        let keys = self.keys[name] ?? MonthKeys(name, from: schedule)
        self.keys[name] = keys
        let sealed = try SealedRecord.seal(
            record, at: place, jti: jti, by: try session.signer(.seal),
            holder: holder, keys: keys, time: session.now, using: &random)
        return Frame(jws: sealed.statement.jws.bytes, blob: sealed.fields.encoded)
    }
}

extension KeySchedule {
    /// The epoch of a new record: a device that was given some months takes the latest of theirs, since
    /// an owner may have raised it where the log doesn't show that yet.
    func epoch(of type: RecordType, _ month: Month, required: Int64) -> Int64 {
        let given = highestEpoch(type: type.name, fields: type.sealedNames, month: month)
        return max(required, given ?? required)
    }
}
