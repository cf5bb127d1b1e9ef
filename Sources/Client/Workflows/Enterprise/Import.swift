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
    /// Files that can't be imported are reported and the rest goes on. Throws ``ConnectionError``
    /// where the gateway is lost; what was registered until then stays, and importing the same files
    /// again takes up where this ended.
    public func importDocuments(
        _ paths: [String], progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        let rekeyed = try await rekeyStanding()
        var run = ImportRun(
            self, view: await session.view, keys: try await session.schedule(),
            holder: try await session.holder())
        // Others may sign while files are read.
        await session.endOperation()
        let found = DocumentFiles(paths)
        let files = found.files
        for (number, file) in files.enumerated() {
            try run.read(file)
            while run.isBatchReady { try await run.registerBatch() }
            if run.isStopped { break }
            progress(
                ImportProgress(
                    files: files.count, read: number + 1, registered: run.registered))
        }
        while !run.isDone { try await run.registerBatch() }
        try await session.saveView()
        progress(
            ImportProgress(files: files.count, read: files.count, registered: run.registered))
        return run.report(rekeyed, found.leftOut)
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
    }

    /// Sealed, at a place that is free as far as the view knows.
    private struct Sealed {
        let draft: Draft
        let place: SealedRecord.Place
        let frame: Frame
    }

    private let enterprise: Enterprise
    private var view: View
    private let schedule: KeySchedule
    /// What the records are bound to.
    private let holder: NamedKey
    private var waiting: [Draft] = []
    /// The keys of the books that this run has sealed into.
    private var keys: [MonthKeys.Name: MonthKeys] = [:]
    /// The files of the documents that this run has seen.
    private var seen: [Digest<Digested.Source>: String] = [:]
    private var lines: [ImportReport.Line?] = []
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

    init(_ enterprise: Enterprise, view: View, keys schedule: KeySchedule, holder: NamedKey) {
        self.enterprise = enterprise
        self.view = view
        self.schedule = schedule
        self.holder = holder
    }

    private var session: Session { enterprise.session }
    var isDone: Bool { waiting.isEmpty }
    var isBatchReady: Bool { waiting.count >= Self.batchFrames }

    func report(_ rekeyed: [Rekeying], _ leftOut: [LeftOutFile]) -> ImportReport {
        ImportReport(lines: lines.compactMap { $0 }, rekeyed: rekeyed, leftOut: leftOut)
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
        let identifiers = RegisteredIdentifiers(session.configuration.identifiers)
        switch Importer.records(from: bytes, named: file.path, for: identifiers, of: view.types) {
        case .failure(let refusal):
            lines.append(.init(file: file.path, outcome: .refused(refusal)))
        case .success(let records):
            for record in records { try add(record, from: file.path) }
        }
    }

    private mutating func add(_ record: Record, from file: String) throws(HomeError) {
        let sources = schedule.sources(of: record.businessKey, in: record.month)
        guard !sources.isEmpty else {
            lines.append(.init(file: file, outcome: .notShared))
            return
        }
        if let known = try known(sources) {
            lines.append(.init(file: file, outcome: .duplicate(of: known.name)))
        } else if let other = seen[sources[0]] {
            lines.append(.init(file: file, outcome: .duplicate(of: other)))
        } else {
            seen[sources[0]] = file
            waiting.append(Draft(line: lines.count, file: file, record: record, sources: sources))
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
                settle(
                    sealed.draft,
                    .imported(
                        book: sealed.place.book, number: sealed.place.number,
                        index: registration.index))
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
            guard let known = try known(draft.sources) else { continue }
            settle(draft, .duplicate(of: known.name))
        }
        waiting.removeAll { lines[$0.line] != nil }
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
            guard let place = place(of: draft.record, taken: taken) else {
                settle(draft, .noOpenBook)
                continue
            }
            let frame: Frame
            do { frame = try self.frame(draft.record, at: place) } catch let error as SealingError {
                settle(draft, error == .tooLarge ? .tooLarge : .notShared)
                continue
            }
            taken[place.book, default: 0] += 1
            bytes += frame.jws.count + frame.blob.count
            batch.append(Sealed(draft: draft, place: place, frame: frame))
        }
        waiting.removeFirst(count)
        return batch
    }

    /// The next number of the record's book; of the next open one where that is closed.
    private func place(of record: Record, taken: [BookName: Int64]) -> SealedRecord.Place? {
        let series = record.type.series
        guard let book = view.openBook(series, from: record.month) else { return nil }
        let time = max(session.now, view.time).advanced(by: Enterprise.epochMarginSeconds)
        return SealedRecord.Place(
            book: book, number: (view.books[book]?.count ?? 0) + (taken[book] ?? 0) + 1,
            epoch: schedule.epoch(
                of: record.type, book.month,
                required: view.requiredEpoch(series, book.month, at: time)))
    }

    private mutating func frame(_ record: Record, at place: SealedRecord.Place) throws -> Frame {
        var random = session.surroundings.random
        let name = place.keys(of: record.type)
        let keys = self.keys[name] ?? MonthKeys(name, from: schedule)
        self.keys[name] = keys
        let sealed = try SealedRecord.seal(
            record, at: place, jti: session.newJTI(), by: try session.signer(.seal),
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
