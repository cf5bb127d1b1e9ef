public import Importing
public import Sharing
public import Wire

/// Who a participant is and where its gateway: what isn't secret, in `config`.
public struct Configuration: Message, Hashable {
    public let gateway: GatewayAddress
    public let origin: Origin
    public let genesis: Digest<Digested.Genesis>
    public let handle: Handle
    /// Those it applied for; an authority has none, its name stands in entry 0.
    public let roles: [Role]
    /// Under which it appears on documents, `vat:DE123456789`.
    public let identifiers: [RegisteredIdentifier]
    /// Of what was applied for here; `nil` for a founder, whom the log's address pins.
    public let fingerprint: Fingerprint?

    public init(
        gateway: GatewayAddress, origin: Origin, genesis: Digest<Digested.Genesis>, handle: Handle,
        roles: [Role], identifiers: [RegisteredIdentifier] = [], fingerprint: Fingerprint? = nil
    ) {
        self.gateway = gateway
        self.origin = origin
        self.genesis = genesis
        self.handle = handle
        self.roles = roles.sorted()
        self.identifiers = identifiers.sorted()
        self.fingerprint = fingerprint
    }

    public var log: LogAddress { LogAddress(gateway: gateway, genesis: genesis) }

    public static let maximumBytes = 64 << 10
    private static let format = "trine-home/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<Configuration>(
        {
            (fingerprint, _, gateway, genesis, handle, identifiers, origin, roles)
                throws(ClaimError)
            in
            Configuration(
                gateway: gateway, origin: origin, genesis: genesis, handle: handle, roles: roles,
                identifiers: identifiers, fingerprint: fingerprint)
        },
        .optional("fingerprint", \.fingerprint, .fingerprint),
        .required("format", \.formatName, .format(format)),
        .required("gateway", \.gateway, .gateway),
        .required("genesis", \.genesis, .digest()),
        .required("handle", \.handle, .handle),
        .required("identifiers", \.identifiers, .list(of: .identifier)),
        .required("origin", \.origin, .origin),
        .required("roles", \.roles, .list(of: .word("role"))))
}

extension Codec where Value == GatewayAddress {
    fileprivate static let gateway = Codec.mapped(
        .text, "address", from: { try? GatewayAddress(parsing: $0) }, to: \.text)
}

extension Codec where Value == RegisteredIdentifier {
    fileprivate static let identifier = Codec.mapped(
        .text, "identifier", from: RegisteredIdentifier.init(_:), to: \.description)
}
