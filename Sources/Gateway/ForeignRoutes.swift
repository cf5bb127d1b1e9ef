import Hummingbird
import Rules
import Sharing
import Storage
import Wire

/// What others' verifiers of SD-JWT VCs ask for: the document of a type at its `vct`, an issuer's keys,
/// and the list that a record's `status` points to.
///
/// Whoever goes by these trusts the host and DNS; by the log, nobody has to.
struct ForeignRoutes: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let origin: Origin
    let clock: @Sendable () -> Timestamp

    func add(to table: MethodTable) {
        table.read("/types/:name/:version") { _, context in
            try await type(
                context.parameters.get("name") ?? "", context.parameters.get("version") ?? "")
        }
        table.read("/.well-known/jwt-vc-issuer/**") { request, _ in
            try await issuer(request.uri.path)
        }
        table.read("/status/:handle/:series/:month") { _, context in
            let name =
                (context.parameters.get("series") ?? "") + "/"
                + (context.parameters.get("month") ?? "")
            guard let book = BookName(name) else { throw GatewayFault.notFound }
            return try await status(book, of: try context.handle())
        }
    }

    /// The document, byte for byte what `vct#integrity` is the digest of.
    private func type(_ name: String, _ version: String) async throws -> Response {
        let documents = try await sequencer.types().documents
        let document = documents.first { $0.type.name == name && "\($0.type.version)" == version }
        guard let document else { throw GatewayFault.notFound }
        return Response(
            bytes: Array(document.text.text.utf8), type: Media.json,
            cache: "public, max-age=31536000, immutable")
    }

    /// JWT VC Issuer Metadata (SD-JWT VC §5): the keys of a participant that stand.
    ///
    /// The well-known part comes before the path of `iss`, so what follows it is the path of the
    /// log's origin and the participant's.
    private func issuer(_ path: String) async throws -> Response {
        let tail = path.dropFirst("/.well-known/jwt-vc-issuer/".count)
        let place = origin.text.split(separator: "/").dropFirst() + ["participants"]
        let parts = tail.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == place.count + 1, parts.dropLast().elementsEqual(place),
            let handle = parts.last.flatMap({ Handle(String($0)) }),
            let participant = try await store.value(of: ParticipantState.key(handle))
        else { throw GatewayFault.notFound }
        let states = try await store.state(
            Set(participant.keys.map { KeyState.key($0).untyped }))
        let keys = participant.keys.compactMap { states[KeyState.key($0)] }
            .filter { !$0.retired && !$0.isExpired(at: clock()) }
        let answer = JSON.object([
            "issuer": .string("https://\(origin)/participants/\(handle)"),
            "jwks": .object(["keys": .array(keys.map { Self.key($0.key) })]),
        ])
        return Response(
            bytes: answer.canonicalBytes, type: Media.json,
            cache: "max-age=\(StatusList.lifetime)")
    }

    /// A key as a set of keys has it: with its name and what it is for.
    private static func key(_ key: VerificationKey) -> JSON {
        guard case .object(var members) = key.jwk else {
            preconditionFailure("a JWK is an object")
        }
        members["alg"] = .string("EdDSA")
        members["kid"] = .string(key.thumbprint.text)
        members["use"] = .string("sig")
        return .object(members)
    }

    private func status(_ book: BookName, of handle: Handle) async throws -> Response {
        guard let log = try await store.value(of: LogState.key),
            let state = try await store.value(of: BookState.key(handle, book))
        else { throw GatewayFault.notFound }
        let signer = Signer(
            origin: origin, handle: log.host, log: log.genesis, key: sequencer.keys.host)
        return Response(
            bytes: StatusList.token(of: book, state, of: handle, by: signer, at: clock()),
            type: StatusList.mediaType, cache: "max-age=\(StatusList.lifetime)")
    }
}
