import Client
import Foundation
import Interface
import Rules
import Sharing
import Synchronization
import Testing
import Transparency
import Verification
import Wire

/// A gateway that enters in its log whatever it is told, and shows of it what it likes. What it signs
/// is sound: tree, tiles, checkpoint and proofs. Only what stands in the log needn't be.
final class LyingGateway: Transport {
    struct Entry: Sendable {
        let statement: Statement
        let disclosures: [Disclosure]
    }

    private struct State {
        var entries: [Entry] = []
        /// When it says that it shows what it shows; where nobody says so, the date of its last entry.
        var date: Timestamp?
        /// What is served instead of the entries that were asked for, and of their disclosures.
        var leaves: @Sendable ([EntriesAnswer.Entry]) -> [EntriesAnswer.Entry] = { $0 }
        var disclosures: @Sendable ([QueryAnswer.Entry]) -> [QueryAnswer.Entry] = { $0 }
    }

    let origin = Origin("trine.example/lies")!
    let authority: Signer
    let host: Signer
    let genesis: Statement
    private let signer: NoteSigner
    private let dating: Cosigner
    private let state = Mutex(State())

    init(at time: Timestamp) throws {
        let keys = (0..<4).map { _ in Self.key() }
        signer = NoteSigner(name: try KeyName(origin.text), key: keys[0])
        dating = Cosigner(name: try KeyName(origin.text), key: keys[3])
        let (authorityHandle, hostHandle) = (Handle("authority")!, Handle("host")!)
        genesis =
            Statement.sign(
                Genesis(
                    origin: origin, rules: Rules.version, logKey: signer.verifierKey.text,
                    clockKey: dating.verifierKey.text,
                    charter: .init(authorities: [
                        .init(handle: authorityHandle, key: keys[1].verificationKey)
                    ]), host: .init(handle: hostHandle, key: keys[2].verificationKey),
                    policies: CedarPolicies.standard.digest,
                    types: RecordTypes.standard.published(origin: origin)),
                by: Signer(origin: origin, handle: authorityHandle, log: nil, key: keys[1]),
                at: time,
                jti: Self.jti()
            ).statement
        let log: Digest<Digested.Genesis> = genesis.digest.relabelled()
        authority = Signer(origin: origin, handle: authorityHandle, log: log, key: keys[1])
        host = Signer(origin: origin, handle: hostHandle, log: log, key: keys[2])
        state.withLock { $0.entries = [Entry(statement: genesis, disclosures: [])] }
    }

    var address: LogAddress {
        get throws {
            LogAddress(
                gateway: try GatewayAddress(parsing: "http://localhost:1"),
                genesis: genesis.digest.relabelled())
        }
    }

    static func key() -> SigningKey {
        var random = SystemRandomNumberGenerator()
        return SigningKey(seed: .random(count: 32, using: &random))
    }

    static func jti() -> JTI {
        var random = SystemRandomNumberGenerator()
        return JTI(using: &random)
    }

    /// Enters a statement, as it is.
    @discardableResult
    func enter(
        _ claims: some KindForm, selective: [Disclosure] = [], by signer: Signer, at time: Timestamp
    ) -> Statement {
        let signed = Statement.sign(
            claims, selective: selective, by: signer, at: time, jti: Self.jti())
        state.withLock {
            $0.entries.append(
                Entry(statement: signed.statement, disclosures: signed.disclosures))
        }
        return signed.statement
    }

    /// Serves other entries than those that are in the log.
    func serve(_ change: @escaping @Sendable ([EntriesAnswer.Entry]) -> [EntriesAnswer.Entry]) {
        state.withLock { $0.leaves = change }
    }

    /// Shows other selective claims than the entries have.
    func disclose(_ change: @escaping @Sendable ([QueryAnswer.Entry]) -> [QueryAnswer.Entry]) {
        state.withLock { $0.disclosures = change }
    }

    /// Dates what it shows as of now.
    func date(_ time: Timestamp) { state.withLock { $0.date = time } }

    // MARK: What it answers

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        do {
            return TransportAnswer(status: 200, mediaType: nil, bytes: try answer(request))
        } catch {
            return TransportAnswer(
                status: 404, mediaType: Problem.mediaType, bytes: Array("{}".utf8))
        }
    }

    func shutDown() async {}

    private struct NotServed: Error {}

    private func answer(_ request: TransportRequest) throws -> [UInt8] {
        let state = state.withLock { $0 }
        let (entries, path) = (state.entries, request.path)
        let last = entries.map(\.statement.issuedAt).max() ?? Timestamp(clamping: 0)
        let log = try Shown(entries, signer, dating, at: state.date ?? last)
        switch path {
        case "/checkpoint": return log.note.bytes
        case "/":
            return ServiceDescription(
                origin: origin, genesis: genesis.digest.relabelled(),
                logKey: signer.verifierKey.text, clockKey: dating.verifierKey.text,
                rules: Rules.version, size: Int64(entries.count)
            ).bytes
        case "/applications": return []
        case "/queries":
            let query = try Query(parsing: try #require(request.content).bytes)
            let shown = entries.indices.dropFirst(Int(query.from)).map {
                QueryAnswer.Entry(
                    index: Int64($0), disclosures: Disclosure.join(entries[$0].disclosures))
            }.filter { entries[Int($0.index)].statement.hasFields == false }
            return QueryAnswer(
                entries: state.disclosures(shown.filter { !$0.disclosures.isEmpty }), next: nil
            ).bytes
        default: break
        }
        if let asked = path.wholeMatch(of: /\/entries\?from=(\d+)&limit=(\d+)/),
            let from = Int(asked.1), let limit = Int(asked.2)
        {
            let served = entries.indices.dropFirst(from).prefix(limit).map {
                EntriesAnswer.Entry(index: Int64($0), statement: entries[$0].statement.jws.bytes)
            }
            return EntriesAnswer(
                entries: state.leaves(served), next: nil, size: Int64(entries.count)
            ).bytes
        }
        let name = String(path.dropFirst())
        if let tile = try? TileCoordinate(parsing: name) {
            let hashes = log.tiles.tile(level: tile.level, index: tile.index)
            guard hashes.count >= tile.width else { throw NotServed() }
            return hashes.prefix(tile.width).flatMap(\.bytes)
        }
        if let bundle = try? EntryBundleCoordinate(parsing: name) {
            return try EntryBundle(
                entries: bundle.entries.map { entries[Int($0)].statement.jws.bytes }
            ).bytes
        }
        guard let handle = Handle(String(path.split(separator: "/").last ?? "")) else {
            throw NotServed()
        }
        return ParticipantAnswer(
            checkpoint: log.note, handle: handle, roles: [], suspended: false,
            statements: log.entries.filter { Self.isAbout(handle, $0) }
        ).bytes
    }

    private static func isAbout(_ handle: Handle, _ logged: LoggedStatement) -> Bool {
        guard let statement = try? logged.statement() else { return false }
        if statement.kind == .genesis {
            return [Handle("authority")!, Handle("host")!].contains(handle)
        }
        return statement.claims.participant(issuer: statement.issuer) == handle
    }

    /// The log with its tree.
    private struct Shown {
        let note: Note
        let tiles: TileSet
        let entries: [LoggedStatement]

        init(
            _ entries: [Entry], _ signer: NoteSigner, _ dating: Cosigner, at date: Timestamp
        ) throws {
            var edge = TileEdge()
            tiles = TileSet(edge.append(entries.map { Hash.leaf($0.statement.jws.bytes) }))
            let checkpoint = try Checkpoint(
                origin: signer.verifierKey.name.text, size: UInt64(entries.count),
                root: edge.root)
            note = try Note(
                parsing: checkpoint.signed(by: signer, at: UInt64(date.seconds), by: dating))
            let tiles = tiles
            self.entries = try entries.enumerated().map { index, entry in
                LoggedStatement(
                    index: Int64(index), jws: entry.statement.jws.bytes,
                    disclosures: Disclosure.join(entry.disclosures),
                    proof: try InclusionProof.build(
                        index: UInt64(index), size: UInt64(entries.count), reading: tiles
                    ).hashes)
            }
        }
    }
}
