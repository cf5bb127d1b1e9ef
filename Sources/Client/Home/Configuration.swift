public import Importing
public import Sharing
public import Wire

/// Who a participant is and where its gateway: what isn't secret, in `config`.
public struct Configuration: Hashable, Sendable {
    public let gateway: GatewayAddress
    public let origin: Origin
    public let genesis: Digest<Digested.Genesis>
    public let handle: Handle
    /// Those it applied for; an authority has none, its name stands in entry 0.
    public let roles: [Role]
    /// Under which it appears on documents, `vat:DE123456789`.
    public let identifiers: [RegisteredIdentifier]

    public init(
        gateway: GatewayAddress, origin: Origin, genesis: Digest<Digested.Genesis>, handle: Handle,
        roles: [Role], identifiers: [RegisteredIdentifier] = []
    ) {
        (self.gateway, self.origin, self.genesis) = (gateway, origin, genesis)
        (self.handle, self.roles) = (handle, roles.sorted())
        self.identifiers = identifiers.sorted()
    }

    public var invitation: Invitation { Invitation(gateway: gateway, genesis: genesis) }

    /// `nil` for anything but what ``bytes`` gives.
    init?(parsing bytes: [UInt8]) {
        guard var claims = try? ClaimReader(JSONDocument(.canonical, bytes).root),
            claims.optional("format")?.text == Self.format,
            let gateway = claims.optional("gateway")?.text
                .flatMap({ try? GatewayAddress(parsing: $0) }),
            let genesis = claims.optional("genesis")?.digest(Digested.Genesis.self),
            let handle = claims.optional("handle")?.text.flatMap({ Handle($0) }),
            let identifiers = claims.optional("identifiers")?.elements?
                .map({ $0.text.flatMap { RegisteredIdentifier($0) } }),
            let origin = claims.optional("origin")?.text.flatMap({ Origin($0) }),
            let roles = claims.optional("roles")?.elements?
                .map({ $0.text.flatMap { Role(rawValue: $0) } }),
            (try? claims.finish()) != nil, !identifiers.contains(nil), !roles.contains(nil)
        else { return nil }
        self.init(
            gateway: gateway, origin: origin, genesis: genesis, handle: handle,
            roles: roles.compactMap { $0 }, identifiers: identifiers.compactMap { $0 })
    }

    var bytes: [UInt8] {
        let object: JSON = [
            "format": .string(Self.format), "gateway": .string(gateway.text),
            "genesis": .digest(genesis), "handle": .string(handle.text),
            "identifiers": .array(identifiers.map { .string($0.description) }),
            "origin": .string(origin.text),
            "roles": .array(roles.map { .string($0.rawValue) }),
        ]
        return object.canonicalBytes
    }

    private static let format = "trine-home/1"
}
