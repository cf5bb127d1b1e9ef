import Custody
import Foundation
public import Sharing
public import Wire

import struct Crypto.SHA256

// What the owner's device and a new one tell each other, in files that anybody may carry: an offer, a
// request, a reveal, a share.

/// What a new device may do: what its key signs, and which of the participant's keys it is given.
public enum DevicePreset: String, CaseIterable, Sendable {
    case owner, bookkeeper, deputy, alarm, robot, fetcher, adviser

    public var scopes: [KeyScope] {
        switch self {
        case .owner: [.all]
        case .bookkeeper, .adviser: [.seal, .close, .open, .query]
        case .deputy: [.seal, .close, .grant, .revoke, .open, .query]
        case .alarm: [.revoke, .query]
        case .robot: [.seal, .query]
        case .fetcher: [.fetch, .query]
        }
    }

    /// Whether it is given the keys of months that have to be named.
    public var opensMonths: Bool {
        switch self {
        case .bookkeeper, .deputy, .robot, .adviser: true
        case .owner, .alarm, .fetcher: false
        }
    }

    /// Whether its key has to have an end.
    public var ends: Bool { self == .adviser }
}

/// What an owner offers to a device that doesn't exist yet: the first file.
public struct DeviceOffer: Message, Hashable {
    public let gateway: GatewayAddress
    public let genesis: Digest<Digested.Genesis>
    public let handle: Handle
    /// The participant's, so that the device takes nobody else for it.
    public let fingerprint: Fingerprint
    public let roles: [Role]
    public let identifiers: [String]
    /// The key that will introduce the device's.
    public let introducer: Digest<Digested.Key>
    public let scopes: [KeyScope]
    public let until: Timestamp?
    /// Of the owner's nonce, which is told once the request is there: so nobody can choose a request by
    /// the words that come of it.
    public let commitment: Digest<Digested.Blob>

    public static let maximumBytes = 16 << 10
    private static let format = "trine-offer/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<DeviceOffer>(
        {
            (
                _, gateway, genesis, handle, fingerprint, roles, identifiers, introducer, scopes,
                until, commitment
            ) throws(ClaimError) in
            DeviceOffer(
                gateway: gateway, genesis: genesis, handle: handle, fingerprint: fingerprint,
                roles: roles, identifiers: identifiers, introducer: introducer, scopes: scopes,
                until: until, commitment: commitment)
        },
        .required("format", \.formatName, .format(format)),
        .required("gateway", \.gateway, .deviceGateway),
        .required("genesis", \.genesis, .digest()),
        .required("handle", \.handle, .handle),
        .required("fingerprint", \.fingerprint, .fingerprint),
        .required("roles", \.roles, .list(of: .word("role"))),
        .required("identifiers", \.identifiers, .list(of: .text)),
        .required("kid", \.introducer, .digest()),
        .required("scopes", \.scopes, .list(of: .word("scope"))),
        .optional("until", \.until, .time),
        .required("commitment", \.commitment, .digest()))
}

/// What the new device answers: its keys, made there, and that it means these powers.
public struct DeviceRequest: Message, Hashable {
    public let offer: Digest<Digested.Blob>
    public let key: KeyOffer
    public let deviceKey: EncryptionKey
    /// So that two requests for one offer never have the same words.
    public let nonce: EnrolmentNonce

    public static let maximumBytes = 16 << 10
    private static let format = "trine-enrolment/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<DeviceRequest>(
        { (_, offer, key, deviceKey, nonce) throws(ClaimError) in
            DeviceRequest(offer: offer, key: key, deviceKey: deviceKey, nonce: nonce)
        },
        .required("format", \.formatName, .format(format)),
        .required("offer", \.offer, .digest()),
        .required("key", \.key, .object(KeyOffer.shape)),
        .required("device_key", \.deviceKey, .encryptionKey),
        .required("nonce", \.nonce, .enrolmentNonce))
}

/// What the owner tells once it has the request: from here on both know the words.
public struct DeviceReveal: Message, Hashable {
    public let nonce: EnrolmentNonce

    public static let maximumBytes = 1024
    private static let format = "trine-reveal/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<DeviceReveal>(
        { (_, nonce) throws(ClaimError) in DeviceReveal(nonce: nonce) },
        .required("format", \.formatName, .format(format)),
        .required("nonce", \.nonce, .enrolmentNonce))
}

/// 16 random bytes of one side.
public struct EnrolmentNonce: Hashable, Sendable {
    let bytes: [UInt8]

    init(using random: inout some RandomNumberGenerator) {
        bytes = RandomBytes.make(16, using: &random)
    }

    fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

    var commitment: Digest<Digested.Blob> {
        Digest(hashing: DomainSeparated(.enrolmentNonce).appending(bytes).bytes)
    }
}

/// The four words that both devices show: 44 bits over all that was said. Whoever stands between them
/// has one try, and one chance in 2⁴⁴.
public enum EnrolmentWords {
    public static let count = 4

    static func of(_ offer: DeviceOffer, _ request: DeviceRequest, _ nonce: EnrolmentNonce)
        -> [String]
    {
        let said = DomainSeparated(.enrolmentWords).appending(offer.bytes)
            .appending(request.bytes).appending(nonce.bytes).bytes
        return WordList.spelled(Array(SHA256.hash(data: said)), count: count)
    }
}

/// Shares as they travel: one for each era.
public struct ShareFile: Message, Sendable {
    struct Part: Shaped {
        let share: String
        let envelope: [UInt8]

        static let shape = Shape<Part>(
            Part.init(share:envelope:),
            .required("share", \.share, .text),
            .required("envelope", \.envelope, .base64URL(0...Limits.envelopeBytes, "envelope")))
    }

    let parts: [Part]

    public static let maximumBytes = 64 << 20
    private static let format = "trine-share/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<ShareFile>(
        { (_, parts) throws(ClaimError) in ShareFile(parts: parts) },
        .required("format", \.formatName, .format(format)),
        .required("shares", \.parts, .list(of: .object)))

    private init(parts: [Part]) { self.parts = parts }

    init(_ shares: [SealedShare]) {
        parts = shares.map {
            Part(
                share: String(decoding: $0.share.jws.bytes, as: UTF8.self),
                envelope: $0.envelope.bytes)
        }
    }

    /// `nil` for what isn't shares; nothing of them is checked.
    var shares: [SealedShare]? {
        let read = parts.compactMap { part -> SealedShare? in
            guard let share = try? DeviceShare(parsing: Array(part.share.utf8)) else {
                return nil
            }
            return SealedShare(share, Envelope(bytes: part.envelope))
        }
        return read.count == parts.count ? read : nil
    }
}

/// Why an enrolment doesn't go on. The words of it come from who compares them.
public enum EnrolmentFault: Error, Equatable, Sendable {
    /// The file isn't one of an enrolment, or not the one that comes now.
    case notThisStep
    /// No device of this name is being enrolled.
    case unknown(String)
    case nameTaken(String)
    /// There was another request for this offer already: somebody may try until the words fit.
    case secondRequest
    /// The request is for another offer, for other powers, or its key's proof doesn't hold.
    case wrongRequest
    /// What the owner revealed isn't what it had committed to.
    case wrongReveal
    /// The words on the new device are others.
    case otherWords
}

extension Codec where Value == EnrolmentNonce {
    static let enrolmentNonce = mapped(
        Codec<[UInt8]>.base64URL(16...16, "nonce"), from: { EnrolmentNonce($0) }, to: \.bytes)
}

extension Codec where Value == GatewayAddress {
    fileprivate static let deviceGateway = Codec.mapped(
        .text, "address", from: { try? GatewayAddress(parsing: $0) }, to: \.text)
}
