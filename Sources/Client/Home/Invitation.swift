import Foundation
public import Wire

/// Where a gateway is, and which log it must serve: `https://gateway.example#<genesis digest>`.
///
/// The part after `#` is what makes a first contact safe: whatever the address leads to, only the log
/// that begins with this entry is joined.
public struct Invitation: Hashable, Sendable, CustomStringConvertible {
    public let gateway: GatewayAddress
    public let genesis: Digest<Digested.Genesis>

    public init(gateway: GatewayAddress, genesis: Digest<Digested.Genesis>) {
        (self.gateway, self.genesis) = (gateway, genesis)
    }

    /// Throws ``InvitationError``.
    public init(parsing text: String) throws(InvitationError) {
        guard let mark = text.firstIndex(of: "#") else { throw .notPinned }
        gateway = try GatewayAddress(parsing: String(text[..<mark]))
        guard let genesis = Digest<Digested.Genesis>(text: String(text[text.index(after: mark)...]))
        else { throw .malformedPin }
        self.genesis = genesis
    }

    public var description: String { "\(gateway)#\(genesis)" }
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
    /// There is no `#<genesis digest>`: nothing would tell a false log from the true one.
    case notPinned
    case malformedPin
    case malformedAddress
    /// Plain HTTP to another machine.
    case plainHTTP(host: String)
}
