import Client
import Interface
import Sharing
import Synchronization
import Wire

/// A host that lies where it is told to, between a participant's program and an honest gateway.
final class FalseHost: Transport {
    enum Lie {
        case none
        /// It puts keys of its own into an application, with everything else as it was sent.
        case exchangesKeys
        /// It serves the log without the accesses in it.
        case hidesAccesses
    }

    private let gateway: any Transport
    private let lie: Mutex<Lie>

    init(before gateway: any Transport, _ lie: Lie = .none) {
        self.gateway = gateway
        self.lie = Mutex(lie)
    }

    func tell(_ lie: Lie) { self.lie.withLock { $0 = lie } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        switch lie.withLock({ $0 }) {
        case .none: return try await gateway.send(request)
        case .exchangesKeys:
            return try await gateway.send(Self.exchangingKeys(request) ?? request)
        case .hidesAccesses:
            let answer = try await gateway.send(request)
            return Self.hidingAccesses(request, answer) ?? answer
        }
    }

    func shutDown() async { await gateway.shutDown() }

    private static func exchangingKeys(_ request: TransportRequest) -> TransportRequest? {
        guard request.path == "/applications", let content = request.content,
            let application = try? Application(parsing: content.bytes),
            let forged = try? forged(application)
        else { return nil }
        return TransportRequest(
            request.path, content: .init(forged.bytes, mediaType: content.mediaType),
            maximumAnswerBytes: request.maximumAnswerBytes,
            timeoutSeconds: request.timeoutSeconds)
    }

    /// The application with other keys, which prove themselves as well as any.
    private static func forged(_ original: Application) throws -> Application? {
        var random = SystemRandomNumberGenerator()
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let encryptionKey = try DecryptionKey(seed: .random(count: 32, using: &random))
            .encryptionKey
        guard let log = original.log else { return nil }
        let claims = Admit.proven(
            original.handle, as: original.roles,
            [(KeyTerms(key: key.verificationKey, scopes: [.all]), key)], encryptionKey,
            original.disclosures, to: log)
        return Application(
            handle: original.handle, roles: original.roles, keys: claims.keys,
            encryptionKey: encryptionKey, disclosures: original.disclosures,
            token: original.token, mac: original.mac)
    }

    private static func hidingAccesses(
        _ request: TransportRequest, _ answer: TransportAnswer
    ) -> TransportAnswer? {
        guard request.path.hasPrefix("/entries?"),
            let page = try? EntriesAnswer(parsing: answer.bytes), let first = page.entries.first
        else { return nil }
        let kept = page.entries.filter { entry in
            (try? Statement(parsing: entry.statement))?.kind != .access
        }
        let entries = kept.enumerated().map { offset, entry in
            EntriesAnswer.Entry(index: first.index + Int64(offset), statement: entry.statement)
        }
        return TransportAnswer(
            status: answer.status, mediaType: answer.mediaType,
            bytes: EntriesAnswer(entries: entries, next: page.next, size: page.size).bytes)
    }
}

extension Application {
    /// The log that its keys were proven for, as anybody reads it there.
    fileprivate var log: Digest<Digested.Genesis>? {
        guard let payload = try? JSONDocument(.canonical, keys[0].pop.payload).root.tree,
            case .object(let members) = payload, case .string(let text)? = members["log"]
        else { return nil }
        return Digest(text: text)
    }
}
