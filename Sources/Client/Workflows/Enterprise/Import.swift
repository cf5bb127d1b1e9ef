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
        try await importDocuments(paths, choices, correcting: nil, progress: progress)
    }

    /// The same; where there is an old record, the one document is taken for a correction of it.
    func importDocuments(
        _ paths: [String], _ choices: ImportChoices, correcting old: OwnRecord?,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        let rekeyed = try await rekeyStanding()
        var run = try await importRun(choices)
        run.corrected = old
        // Others may sign while files are read.
        await session.endOperation()
        let found = DocumentFiles(paths)
        let files = found.files
        let parts = stride(from: 0, to: files.count, by: DocumentReading.filesAhead).map {
            files[$0..<min(files.count, $0 + DocumentReading.filesAhead)]
        }
        var number = 0
        var next = parts.first.map { run.reading.begin($0) }
        for place in parts.indices {
            let reads = try await next?.value ?? []
            next = place + 1 < parts.count ? run.reading.begin(parts[place + 1]) : nil
            for read in reads {
                number += 1
                try run.take(read)
                while run.isBatchReady { try await run.registerBatch() }
                if run.isComparisonReady { try await run.compare() }
                if run.isStopped { break }
                progress(
                    ImportProgress(files: files.count, read: number, registered: run.registered))
            }
            if run.isStopped { break }
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
    struct Draft: Sendable {
        /// The place of its line in the report.
        let line: Int
        let file: String
        let record: Record
        /// What its document bears in records of each era, the latest first.
        let sources: [Digest<Digested.Source>]
        /// The record that it corrects by the word of whoever imports it, whatever keys they have.
        var corrects: OwnRecord?
        /// The record in whose place it is registered.
        var replaces: OwnRecord?
    }

    /// Sealed, at a place that is free as far as the view knows.
    struct Sealed: Sendable {
        let draft: Draft
        let place: SealedRecord.Place
        let jti: JTI
        let time: Timestamp
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
    /// Those of the waiting that were sealed while the batch before was sent, by their lines. One is used
    /// if the place that it was sealed for is still the next one.
    private var sealedAhead: [Int: Sealed] = [:]
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
    /// The record that the document corrects, whatever key it has.
    var corrected: OwnRecord?
    /// The gateway refused something for a reason that would hold for every record.
    private(set) var isStopped = false

    /// So many are sealed at a time: they may be as large as records can be.
    private static let sealedTogether = 8
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
    /// A batch, and one that can be sealed while it is sent.
    var isBatchReady: Bool { waiting.count >= 2 * choices.batchRecords }
    var isComparisonReady: Bool { unlike.count >= choices.batchRecords }

    func report(
        _ rekeyed: [Rekeying], _ leftOut: [LeftOutFile], _ gaps: [BalanceGap]
    ) -> ImportReport {
        ImportReport(
            lines: lines.compactMap { $0 }, rekeyed: rekeyed, gaps: gaps, leftOut: leftOut)
    }

    /// How the files are read.
    var reading: DocumentReading {
        DocumentReading(
            choices: choices, identifiers: identifiers, mappings: mappings, types: view.types)
    }

    mutating func take(_ read: DocumentReading.Read) throws {
        switch read.outcome {
        case nil: lines.append(.init(file: read.path, outcome: .unreadable))
        case .failure(let refusal):
            lines.append(.init(file: read.path, outcome: .refused(refusal)))
        case .success(let records):
            if let corrected { return try add(records, correcting: corrected, from: read.path) }
            if records.isEmpty { lines.append(.init(file: read.path, outcome: .nothing)) }
            for record in records { try add(record, from: read.path) }
        }
    }

    /// Takes the one record of a file for a correction. Throws ``ClientError/correction(_:)`` where there
    /// are several.
    private mutating func add(
        _ records: [Record], correcting old: OwnRecord, from file: String
    ) throws {
        let fitting = records.filter { $0.type.series == old.book.series }
        guard fitting.count == 1, lines.isEmpty else {
            throw ClientError.correction(
                .notOne(fitting.count + lines.count, in: old.book.series))
        }
        var draft = draft(of: fitting[0], from: file)
        draft.corrects = old
        if draft.sources.isEmpty {
            lines.append(.init(file: file, outcome: .notShared))
        } else {
            unlike.append(draft)
            lines.append(nil)
        }
    }

    mutating func add(_ record: Record, from file: String) throws(HomeError) {
        let draft = draft(of: record, from: file)
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

    /// The next line of the report will be its.
    private func draft(of record: Record, from file: String) -> Draft {
        Draft(
            line: lines.count, file: file, record: record,
            sources: schedule.sources(of: record.businessKey, in: record.month))
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
        let batch = try await seal()
        guard !batch.isEmpty else { return try await session.yieldOperation() }
        let before = registered
        let deliveries = try await register(batch)
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

    /// Sends a batch, and seals what comes behind it meanwhile.
    private mutating func register(_ batch: [Sealed]) async throws -> [Delivery] {
        let (session, frames) = (session, batch.map(\.frame))
        async let answered = session.register(frames)
        let taken: [BookName: Int64] = Dictionary(
            batch.map { ($0.place.book, 1) }, uniquingKeysWith: +)
        let ahead: Result<[Int: Sealed], any Error>
        do { ahead = .success(try await sealAhead(behind: taken)) } catch {
            ahead = .failure(error)
        }
        // What was sent is settled, whatever became of the next.
        let deliveries = try await answered
        sealedAhead = try ahead.get()
        return deliveries
    }

    /// Asks the policies before anything of a batch is sealed: for each series once, since a record's
    /// month is nothing that policies are told.
    private func checkPermission() async throws {
        let handle = session.handle
        let records = waiting.prefix(choices.batchRecords).map(\.record)
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
            let known = try known(draft.sources)
            if let corrects = draft.corrects, let known, known.jti != corrects.jti {
                // The document has a record, and that isn't the one.
                settle(draft, .duplicate(of: known.name))
            } else if let known = draft.corrects ?? known {
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
        let candidates = draft.corrects == nil ? try ancestry(known) : [known]
        let same = candidates.first { record in
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

    private mutating func seal() async throws -> [Sealed] {
        var batch: [Sealed] = []
        var bytes = 0
        var taken: [BookName: Int64] = [:]
        while !waiting.isEmpty, batch.count < choices.batchRecords, bytes < Self.batchBytes {
            let count = min(Self.sealedTogether, choices.batchRecords - batch.count)
            for sealed in try await sealNext(count, behind: taken) {
                taken[sealed.place.book, default: 0] += 1
                bytes += sealed.frame.jws.count + sealed.frame.blob.count
                batch.append(sealed)
            }
        }
        return batch
    }

    /// Seals the next few, on all processors. One that can't be sealed ends it: the numbers of those
    /// behind it will be others, and they wait again.
    private mutating func sealNext(
        _ count: Int, behind taken: [BookName: Int64]
    ) async throws -> [Sealed] {
        var taken = taken
        var tasks: [SealingTask] = []
        while tasks.count < count, !waiting.isEmpty {
            let draft = waiting.removeFirst()
            guard let place = try place(of: draft, taken: taken) else {
                settle(draft, .noOpenBook)
                continue
            }
            taken[place.book, default: 0] += 1
            tasks.append(try task(draft, at: place))
        }
        var sealed: [Sealed] = []
        for (task, result) in zip(tasks, try await BlockingWork.map(tasks) { $0.sealed() }) {
            switch result {
            case .success(let one): sealed.append(one)
            case .failure(let error):
                settle(task.draft, error == .tooLarge ? .tooLarge : .notShared)
                waiting = tasks.dropFirst(sealed.count + 1).map(\.draft) + waiting
                return sealed
            }
        }
        return sealed
    }

    /// Seals the next batch as it will be if all of the one that is being sent is registered. What
    /// can't be sealed is told when its turn comes.
    private mutating func sealAhead(behind taken: [BookName: Int64]) async throws -> [Int: Sealed] {
        var taken = taken
        var tasks: [SealingTask] = []
        for draft in waiting.prefix(choices.batchRecords) {
            guard let place = try place(of: draft, taken: taken) else { continue }
            taken[place.book, default: 0] += 1
            tasks.append(try task(draft, at: place))
        }
        var ahead: [Int: Sealed] = [:]
        var bytes = 0
        while !tasks.isEmpty, bytes < Self.batchBytes {
            let few = Array(tasks.prefix(Self.sealedTogether))
            tasks.removeFirst(few.count)
            for case .success(let one) in try await BlockingWork.map(few, { $0.sealed() }) {
                ahead[one.draft.line] = one
                bytes += one.frame.jws.count + one.frame.blob.count
            }
        }
        return ahead
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

    private mutating func task(
        _ draft: Draft, at place: SealedRecord.Place
    ) throws -> SealingTask {
        let name = place.keys(of: draft.record.type)
        let keys = self.keys[name] ?? MonthKeys(name, from: schedule)
        self.keys[name] = keys
        return SealingTask(
            draft: draft, place: place, ahead: sealedAhead[draft.line], jti: session.newJTI(),
            signer: try session.signer(.seal), holder: holder, keys: keys, time: session.now,
            random: session.surroundings.random)
    }
}

/// A record to seal at a place.
private struct SealingTask: Sendable {
    let draft: ImportRun.Draft
    let place: SealedRecord.Place
    let ahead: ImportRun.Sealed?
    let jti: JTI
    let signer: Signer
    let holder: NamedKey
    let keys: MonthKeys
    let time: Timestamp
    let random: Randomness

    /// What was sealed ahead, where it was for the same place, or sealed now.
    func sealed() -> Result<ImportRun.Sealed, SealingError> {
        if let ahead, ahead.place == place, time.seconds - ahead.time.seconds < Self.aheadSeconds {
            return .success(ahead)
        }
        var random = random
        do throws(SealingError) {
            let sealed = try SealedRecord.seal(
                draft.record, at: place, jti: jti, by: signer, holder: holder, keys: keys,
                time: time, using: &random)
            let frame = Frame(jws: sealed.statement.jws.bytes, blob: sealed.fields.encoded)
            return .success(
                .init(draft: draft, place: place, jti: jti, time: time, frame: frame))
        } catch { return .failure(error) }
    }

    /// How long after it was sealed a record may be sent, in seconds: log time goes on while files are
    /// read, and a record that lies too far behind it is refused.
    private static let aheadSeconds: Int64 = 60
}

extension KeySchedule {
    /// The epoch of a new record: a device that was given some months takes the latest of theirs, since
    /// an owner may have raised it where the log doesn't show that yet.
    func epoch(of type: RecordType, _ month: Month, required: Int64) -> Int64 {
        let given = highestEpoch(type: type.name, fields: type.sealedNames, month: month)
        return max(required, given ?? required)
    }
}
