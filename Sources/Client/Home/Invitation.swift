import Foundation
public import Wire

/// Where a log is, and which one it must be: `https://gateway.example#<genesis digest>`.
///
/// The part after `#` is what makes a first contact safe: whatever the address leads to, only the log
/// that begins with this entry is joined.
public struct LogAddress: Hashable, Sendable, CustomStringConvertible {
    public let gateway: GatewayAddress
    public let genesis: Digest<Digested.Genesis>

    public init(gateway: GatewayAddress, genesis: Digest<Digested.Genesis>) {
        self.gateway = gateway
        self.genesis = genesis
    }

    /// Reads an address, or the address in an invitation. Throws ``InvitationError``.
    public init(parsing text: String) throws(InvitationError) {
        guard let mark = text.firstIndex(of: "#") else { throw .notPinned }
        gateway = try GatewayAddress(parsing: String(text[..<mark]))
        let pin = text[text.index(after: mark)...].prefix { $0 != "." }
        guard let genesis = Digest<Digested.Genesis>(text: String(pin)) else {
            throw .malformedPin
        }
        self.genesis = genesis
    }

    public var description: String { "\(gateway)#\(genesis)" }
}

/// What an authority gives to somebody who is to join a log: its address, a handle, and a secret that
/// the gateway never has: `https://gateway.example#<genesis digest>.<secret>.<handle>`.
///
/// The secret is behind the `#`, so that no program sends it to a server. Who knows it can apply under
/// the handle, once.
public struct Invitation: Sendable, CustomStringConvertible {
    public let log: LogAddress
    public let handle: Handle
    public let secret: InvitationSecret

    public init(to log: LogAddress, as handle: Handle, secret: InvitationSecret) {
        self.log = log
        self.handle = handle
        self.secret = secret
    }

    /// Throws ``InvitationError``, which is ``InvitationError/onlyAddress`` where there is no secret.
    public init(parsing text: String) throws(InvitationError) {
        log = try LogAddress(parsing: text)
        let parts = text.split(separator: "#")[1].split(
            separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw .onlyAddress }
        guard parts.count == 3, let secret = InvitationSecret(text: String(parts[1])),
            let handle = Handle(String(parts[2]))
        else { throw .malformedSecret }
        self.secret = secret
        self.handle = handle
    }

    public var description: String { "\(log).\(secret.text).\(handle)" }
}

/// The URL of a gateway, without a slash at the end.
///
/// Plain HTTP only leads to the machine itself: statements say publicly little, but the disclosures
/// that travel beside them name who deals with whom.
public struct GatewayAddress: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public static let maximumBytes = 500

    /// Throws ``InvitationError/malformedAddress`` and ``InvitationError/plainHTTP(host:)``.
    public init(parsing text: String) throws(InvitationError) {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard text.utf8.count <= Self.maximumBytes,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let components = URLComponents(string: text), let host = components.host,
            !host.isEmpty, components.query == nil, components.fragment == nil,
            components.user == nil, components.password == nil
        else { throw .malformedAddress }
        switch components.scheme {
        case "https": break
        case "http":
            guard Self.loopback.contains(host.lowercased()) else { throw .plainHTTP(host: host) }
        default: throw .malformedAddress
        }
        self.text = text
    }

    public var description: String { text }

    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "::1", "[::1]"]
}

/// Why a text is no invitation.
public enum InvitationError: Error, Equatable, Sendable {
    /// It says where the log is, and invites nobody.
    case onlyAddress
    case malformedSecret
    /// There is no `#<genesis digest>`: nothing would tell a false log from the true one.
    case notPinned
    case malformedPin
    case malformedAddress
    /// Plain HTTP to another machine.
    case plainHTTP(host: String)
}
