import Wire

/// An SD-JWT, or SD-JWT+KB, of anyone's making (RFC 9901 §4): the issuer's JWT, disclosures, and,
/// if the holder bound it to a verifier's question, a key-binding JWT. Nothing of it is checked
/// yet.
///
/// Statements of a log are read by ``Statement`` and far more strictly; this is for what others
/// made, and for handing records to others.
public struct Presentation: Hashable, Sendable {
    /// The ASCII of the issuer-signed JWT.
    public let issuerJWT: [UInt8]
    /// The base64url texts of the disclosures.
    public let disclosures: [[UInt8]]
    /// The ASCII of the key-binding JWT.
    public let keyBinding: [UInt8]?

    /// Room for one record with all its fields.
    public static let maximumBytes = 8 << 20
    public static let maximumDisclosures = 1024

    /// Splits at the tildes. Throws ``PresentationRefusal/tooLarge``,
    /// ``PresentationRefusal/malformed`` and ``PresentationRefusal/tooManyDisclosures``.
    public init(parsing bytes: some Collection<UInt8>) throws(PresentationRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count) }
        var parts = bytes.split(separator: Self.tilde, omittingEmptySubsequences: false)
            .map { Array($0) }
        // What stands behind the last tilde is the key-binding JWT, or nothing.
        guard parts.count >= 2, let last = parts.popLast() else { throw .malformed }
        guard parts.count - 1 <= Self.maximumDisclosures else { throw .tooManyDisclosures }
        issuerJWT = parts.removeFirst()
        guard !issuerJWT.isEmpty, parts.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
        disclosures = parts
        keyBinding = last.isEmpty ? nil : last
    }

    /// One of our records with some of its disclosures.
    public init(_ record: Statement, disclosures: [Disclosure]) {
        issuerJWT = record.jws.bytes
        self.disclosures = disclosures.map(\.text)
        keyBinding = nil
    }

    init(issuerJWT: [UInt8], disclosures: [[UInt8]], keyBinding: [UInt8]?) {
        (self.issuerJWT, self.disclosures) = (issuerJWT, disclosures)
        self.keyBinding = keyBinding
    }

    /// As it is handed over.
    public var bytes: [UInt8] { sdJWT + (keyBinding ?? []) }

    /// Without the key binding: what a key binding is over (RFC 9901 §4.3.1).
    public var sdJWT: [UInt8] {
        var bytes = issuerJWT
        bytes.append(Self.tilde)
        for disclosure in disclosures {
            bytes += disclosure
            bytes.append(Self.tilde)
        }
        return bytes
    }

    private static let tilde = UInt8(ascii: "~")
}

/// Why a presentation isn't accepted.
public enum PresentationRefusal: Error, Equatable, Sendable {
    /// Longer than ``Presentation/maximumBytes``.
    case tooLarge(bytes: Int)
    /// Not parts between tildes, the last tilde behind the last disclosure.
    case malformed
    /// More than ``Presentation/maximumDisclosures``.
    case tooManyDisclosures
    case jwt(Part, JWTFault)
    /// A hash other than SHA-256.
    case unknownHash
    /// `_sd` isn't a list of strings, `...` isn't a string alone, or one of them is a claim's name.
    case malformedDigests
    /// Not base64url of a list of salt, name and value, or of salt and element, at its place.
    case malformedDisclosure(number: Int)
    /// Two disclosures, or two digests, are the same.
    case digestTwice
    /// No digest refers to it.
    case strayDisclosure(number: Int)
    /// A disclosed claim has the name of one that is there already.
    case claimTwice(name: String)
    case tooDeep
    case notYetValid
    case expired
    case keyBindingMissing
    /// The issuer named no Ed25519 key that the holder could prove to have.
    case noHolderKey
    case otherNonce
    case otherAudience
    /// The key binding is older or newer than accepted.
    case staleKeyBinding
    /// The key binding is over other disclosures, or another JWT.
    case otherPresentation

    public enum Part: Equatable, Sendable { case issuer, keyBinding }
}

/// What is wrong with a JWT.
public enum JWTFault: Equatable, Sendable {
    case malformed
    /// Not Ed25519; `none` among others.
    case algorithm
    /// A `crit` header, of which nothing is understood (RFC 7515 §4.1.11).
    case critical
    case type
    case signature
}
