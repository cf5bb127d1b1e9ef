import Foundation
import HTTPTypes
import Hummingbird
import Interface
import Logging
import NIOCore
import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// The gateway over HTTP. Every route parses, asks one service, and encodes; nothing is decided here.
struct Routes: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let fetches: FetchService
    let carriage: CarriageService
    let answers: FetchAnswers
    let applications: Applications
    let queries: QueryService
    let foreign: ForeignRoutes
    let bodies: RequestBodies
    let tiles = ServedTiles()
    let origin: Origin
    let clock: @Sendable () -> Timestamp

    func router(logger: Logger) -> Router<BasicRequestContext> {
        let router = Router(
            context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware(origin: origin, logger: logger))
        addReads(to: MethodTable(router: router))
        foreign.add(to: MethodTable(router: router))
        addWrites(to: MethodTable(router: router))
        return router
    }

    private func addReads(to table: MethodTable) {
        table.read("/") { _, _ in try await self.description() }
        table.read("/health") { _, _ in try await self.health() }
        table.read("/checkpoint") { _, _ in try await self.checkpoint() }
        table.read("/tile/**") { request, _ in try await self.tile(request.uri.path) }
        table.read("/entries") { request, _ in
            try await self.entries(try request.query(["from", "limit", "issuer", "kind"]))
        }
        table.read("/statements/:jti") { _, context in
            try await self.statement(try context.jti())
        }
        table.read("/statements/:jti/receipt") { _, context in
            try await self.receipt(try context.jti())
        }
        table.read("/participants") { request, _ in
            try await self.participants(try request.query(["after", "limit"]))
        }
        table.read("/participants/:handle") { _, context in
            try await self.participant(try context.handle())
        }
        table.read("/participants/:handle/books") { request, context in
            try await self.books(
                try context.handle(), try request.query(["series", "from", "to"]))
        }
        table.read("/policies/:digest") { _, context in
            try await self.policies(try context.policySet())
        }
    }

    private func addWrites(to table: MethodTable) {
        table.post("/statements") { request in
            try await bodies.read(request, Media.octets, Frame.maximumBytes, submit)
        }
        table.post("/statements/bulk") { request in
            try await bodies.read(request, Media.octets, Limits.bulkBytes, submitMany)
        }
        table.post("/fetches") { request in
            try await bodies.read(request, Media.jose, FetchCall.maximumBytes) {
                body in try await answers.answer { try await fetches.answer(body, in: $0).bytes }
            }
        }
        table.post("/requests") { request in
            try await bodies.read(request, Media.jose, JWS.maximumBytes) {
                try await carried(try await carriage.request($0))
            }
        }
        table.post("/returns") { request in
            try await bodies.read(request, Media.jose, JWS.maximumBytes) {
                try await carried(try await carriage.giveBack($0))
            }
        }
        table.post("/queries") { request in
            try await bodies.read(request, Media.jose, JWS.maximumBytes) {
                Response.json(try await queries.answer($0))
            }
        }
        table.post("/invitations") { request in
            try await bodies.read(request, Media.jose, JWS.maximumBytes) {
                try await applications.expect($0, through: queries.gate)
                return Response(status: .noContent)
            }
        }
        table.post("/applications") { request in
            try await bodies.read(request, Media.json, GatewayLimits.applicationBytes) {
                try await applications.keep(try Application(parsing: $0))
                return Response(status: .accepted)
            }
        }
        table.post("/rejections") { request in
            try await bodies.read(request, Media.jose, JWS.maximumBytes) {
                try await applications.reject($0, through: queries.gate)
                return Response(status: .noContent)
            }
        }
    }

    // MARK: The log

    private func checkpoint() async throws -> Response {
        await sequencer.renewDate()
        let head = try await head()
        return Response(
            bytes: head.checkpoint, type: "text/plain; charset=utf-8", cache: "max-age=1")
    }

    /// The checkpoint that is published now.
    private func head() async throws -> Head {
        guard let head = try await sequencer.current()?.head else { throw GatewayFault.notFound }
        return head
    }

    private func tile(_ path: String) async throws -> Response {
        let path = path.dropFirst()
        if let tile = tiles[path] { return tile.response }
        let size = UInt64(try await head().size)
        let bytes: [UInt8]
        if path.hasPrefix("tile/entries/") {
            guard let bundle = try? EntryBundleCoordinate(parsing: path),
                bundle.exists(inTreeOf: size)
            else { throw GatewayFault.notFound }
            let range = Int64(bundle.entries.lowerBound)..<Int64(bundle.entries.upperBound)
            let leaves = try await store.leaves(range)
            guard leaves.count == bundle.width else {
                throw StoreError.corrupt(.entries(range), .incomplete)
            }
            bytes = try EntryBundle(entries: leaves).bytes
        } else {
            guard let tile = try? TileCoordinate(parsing: path), tile.exists(inTreeOf: size) else {
                throw GatewayFault.notFound
            }
            let hashes = try await store.tile(level: tile.level, index: tile.index)
            guard hashes.count >= tile.width else {
                throw StoreError.corrupt(
                    .tile(level: tile.level, index: tile.index), .incomplete)
            }
            bytes = Array(hashes.prefix(tile.width)).bytes
            if tile.width == TileCoordinate.fullWidth {
                return tiles.keep(ServedTile(bytes), under: path).response
            }
        }
        return ServedTile(bytes).response
    }

    // MARK: Public metadata

    private func description() async throws -> Response {
        guard let (head, log) = try await sequencer.current() else { throw GatewayFault.notFound }
        return Response.json(
            ServiceDescription(
                origin: log.origin, genesis: log.genesis, logKey: log.logKey,
                clockKey: log.clockKey, rules: log.rules, size: head.size
            ).bytes)
    }

    private func health() async throws -> Response {
        guard sequencer.canCommit, try await sequencer.current() != nil else {
            throw GatewayFault.busy
        }
        return Response(bytes: Array("ok\n".utf8), type: "text/plain; charset=utf-8")
    }

    private func entries(_ parameters: QueryParameters) async throws -> Response {
        let from: Int64 = try parameters.number("from", default: 0, 0...Int64.max)
        let limit: Int64 = try parameters.number(
            "limit", default: 100, 1...Int64(EntriesAnswer.maximumEntries))
        let issuer = try parameters.value("issuer") { Handle($0) }
        let kind = try parameters.value("kind") { Kind(rawValue: $0) }
        let head = try await head()
        var entries: [EntriesAnswer.Entry] = []
        if issuer == nil && kind == nil {
            let end = min(head.size, from.addingReportingOverflow(limit).partialValue)
            if from < end {
                for (offset, leaf) in try await store.leaves(from..<end).enumerated() {
                    entries.append(.init(index: from + Int64(offset), statement: leaf))
                }
            }
        } else {
            let indices = try await store.indices(
                issuer: issuer, kind: kind, from: from, limit: Int(limit)
            ).filter { $0 < head.size }
            entries = zip(indices, try await store.leaves(at: indices)).map {
                .init(index: $0, statement: $1)
            }
        }
        let next = entries.count == Int(limit) ? entries.last.map { $0.index + 1 } : nil
        return Response.json(
            EntriesAnswer(
                entries: entries, next: next.flatMap { $0 < head.size ? $0 : nil }, size: head.size
            ).bytes)
    }

    private func statement(_ jti: JTI) async throws -> Response {
        let index = try await index(of: jti)
        let assembly = try await Assembly(sequencer)
        let logged = try await assembly.logged([index], disclosed: false)
        return Response.json(
            StatementAnswer(checkpoint: assembly.checkpoint, entry: logged[0]).bytes)
    }

    private func receipt(_ jti: JTI) async throws -> Response {
        let index = try await index(of: jti)
        return Response.receipt(try await LedgerReader.current(sequencer).receipt(of: index))
    }

    private func index(of jti: JTI) async throws -> Int64 {
        guard let state = try await store.value(of: StatementState.key(jti))
        else { throw GatewayFault.notFound }
        return state.index
    }

    private func participants(_ parameters: QueryParameters) async throws -> Response {
        let after = try parameters.value("after") { Handle($0) }
        let limit: Int64 = try parameters.number(
            "limit", default: 100, 1...Int64(GatewayLimits.participantsPerPage))
        let prefix = ParticipantState.family + "/"
        var found: [ParticipantsAnswer.Participant] = []
        // All participants lie next to each other in the order of the keys.
        let rows = try await store.allState(
            after: prefix + (after?.text ?? ""), limit: Int(limit))
        for row in rows {
            guard let handle = StateKey(text: row.key)?.name.handle,
                let state = row.value.object as? ParticipantState
            else { break }
            found.append(
                .init(
                    handle: handle, roles: state.roles, suspended: state.suspended,
                    admittedAt: state.admittedAt))
        }
        let next = found.count == Int(limit) ? found.last?.handle : nil
        return Response.json(ParticipantsAnswer(participants: found, next: next).bytes)
    }

    private func participant(_ handle: Handle) async throws -> Response {
        let slice = try await store.state([ParticipantState.key(handle).untyped])
        guard let state = slice[ParticipantState.key(handle)] else {
            throw GatewayFault.notFound
        }
        let assembly = try await Assembly(sequencer)
        var statements = try await assembly.keyStatements(of: [handle])
        if state.admittedAt == 0 {
            statements.insert(try await assembly.logged([0], disclosed: false)[0], at: 0)
        }
        return Response.json(
            ParticipantAnswer(
                checkpoint: assembly.checkpoint, handle: handle, roles: state.roles,
                suspended: state.suspended, statements: statements
            ).bytes)
    }

    private func books(_ handle: Handle, _ parameters: QueryParameters) async throws -> Response {
        let series = try parameters.value("series") { Series(rawValue: $0) }
        let from = try parameters.value("from") { Month($0) }
        let to = try parameters.value("to") { Month($0) }
        guard try await store.value(of: ParticipantState.key(handle)) != nil else {
            throw GatewayFault.notFound
        }
        let first = from ?? Month(number: 0)!
        let last = to ?? Month(number: Month.count - 1)!
        guard first <= last else { throw GatewayFault.badParameter("to") }
        let books = try await store.books(of: handle, series: series, months: first...last)
        return Response.json(
            BooksAnswer(
                books: books.map {
                    .init(
                        book: $0.book, count: $0.state.count, epoch: $0.state.epoch,
                        closed: $0.state.closed, root: $0.state.root, erased: $0.state.erased)
                }
            ).bytes)
    }

    /// The texts of a set that this log is or was under.
    private func policies(_ digest: Digest<Digested.Policies>) async throws -> Response {
        guard let texts = try await sequencer.policyTexts(digest) else {
            throw GatewayFault.notFound
        }
        return Response(
            bytes: texts.bytes, type: "application/json",
            cache: "public, max-age=31536000, immutable")
    }

    // MARK: Statements in

    private func submit(_ body: [UInt8]) async throws -> Response {
        let read = try await submission(try Frame(parsing: body), sequencer.published.types)
        let (ready, refusal) = try await sequencer.prepare([read])
        guard let submission = ready.first else { throw refusal ?? .issuer(.badSignature) }
        var response: Response
        switch await sequencer.submit(submission) {
        case .registered(let index, let batch):
            response = Response.receipt(batch.receipt(of: index), status: .created)
        case let outcome:
            let (index, _) = try outcome.place()
            response = Response.receipt(
                try await LedgerReader.current(sequencer).receipt(of: index))
        }
        await applications.drop(after: submission.statement)
        response.headers[.location] = "/statements/\(submission.statement.jti)"
        return response
    }

    /// The entry that carries a call, with its disclosures and its proof.
    private func carried(_ carried: CarriageService.Carried) async throws -> Response {
        let assembly = try await Assembly(sequencer)
        let entry = try await assembly.logged([carried.index], disclosed: true)[0]
        var response = Response.json(
            StatementAnswer(checkpoint: assembly.checkpoint, entry: entry).bytes)
        response.status = carried.isNew ? .created : .ok
        response.headers[.location] = "/statements/\(try entry.statement().jti)"
        return response
    }

    private func submission(_ frame: Frame, _ types: RecordTypes) async throws -> Submission {
        let submission = try Submission(
            statement: frame.jws, disclosures: frame.disclosures, blob: frame.blob,
            types: types)
        try submission.checkTime(at: clock())
        try await ProofPoint(submission)?.check(in: store)
        return submission
    }

    /// In order, up to the first refusal; all of it is given to the sequencer at once, which commits
    /// it in as few batches as it can.
    private func submitMany(_ body: [UInt8]) async throws -> Response {
        let frames = try Frame.list(parsing: body)
        guard !frames.isEmpty else { throw MessageError(place: "", reason: .truncated) }
        let types = sequencer.published.types
        var submissions: [Submission] = []
        submissions.reserveCapacity(frames.count)
        var fault: (any Error)?
        for frame in frames {
            do { submissions.append(try await submission(frame, types)) } catch {
                fault = error
                break
            }
        }
        let (ready, badSignature) = try await sequencer.prepare(submissions)
        if let badSignature { fault = badSignature }
        let outcomes = await sequencer.submit(inOrder: ready)
        // A refusal is final, and whoever gets one lets go of the statement. What couldn't be decided
        // is no refusal: then the whole submission is to be sent again.
        switch outcomes.last {
        case .unavailable(let error), .unknown(let error): throw error
        case .busy(let seconds): throw GatewayFault.full(seconds: seconds)
        case .clockUnsure: throw GatewayFault.clockUnsure
        case .registered, .already, .refused, nil: break
        }
        var (note, results) = try await registered(outcomes)
        if case .refused(let refusal) = outcomes.last {
            results.append(.refused(ProblemEntry.of(refusal).problem(origin: origin)))
        } else if let fault {
            results.append(.refused(ProblemEntry.of(fault).problem(origin: origin)))
        }
        results += Array(repeating: .skipped, count: frames.count - results.count)
        for (submission, outcome) in zip(ready, outcomes) where outcome.index != nil {
            await applications.drop(after: submission.statement)
        }
        return Response.json(BulkAnswer(checkpoint: note, results: results).bytes)
    }

    /// Those that stand in the log, with their proofs for one checkpoint: that of their batch, where all
    /// of them are new.
    private func registered(
        _ outcomes: [Outcome]
    ) async throws -> (Note, [BulkAnswer.Result]) {
        let standing = outcomes.filter { $0.index != nil }
        let batches = standing.compactMap(\.batch)
        if let batch = batches.last, batches.count == standing.count {
            return (
                batch.note,
                standing.compactMap(\.index).map {
                    .registered(index: $0, proof: batch.proof(of: $0))
                }
            )
        }
        let reader = try await LedgerReader.current(sequencer)
        guard let note = try? Note(parsing: reader.head.checkpoint) else {
            throw StoreError.corrupt(.checkpoint, .malformed)
        }
        let indices = standing.compactMap(\.index)
        return (
            note,
            zip(indices, try await reader.proofs(of: indices)).map {
                .registered(index: $0, proof: $1.hashes)
            }
        )
    }
}

extension Outcome {
    /// Where the statement stands, if it does.
    var index: Int64? {
        switch self {
        case .registered(let index, _), .already(let index): index
        case .refused, .unavailable, .unknown, .busy, .clockUnsure: nil
        }
    }

    /// The batch that entered it, where that was this one.
    fileprivate var batch: PublishedBatch? {
        if case .registered(_, let batch) = self { batch } else { nil }
    }
}
