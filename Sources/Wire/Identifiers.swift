/// A statement's identifier: 128 random bits, 22 characters of base64url. Unique within a log.
public struct JTI: Hashable, Sendable, Comparable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    public static let textLength = 22
    /// The six bits that base64url writes as a hyphen.
    private static let hyphen: UInt64 = 62

    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        high = UInt64(bigEndian: words.high)
        low = UInt64(bigEndian: words.low)
    }

    public init?(text: some Collection<UInt8>) {
        guard text.count == Self.textLength, let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    public init?(text: String) { self.init(text: text.utf8) }

    /// A fresh identifier, whose text doesn't begin with a hyphen: on a command line it is no option.
    public init(using random: inout some RandomNumberGenerator) {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        repeat {
            withUnsafeMutableBytes(of: &words) { RandomBytes.fill($0, using: &random) }
        } while UInt64(littleEndian: words.high) >> 58 == Self.hyphen
        high = UInt64(littleEndian: words.high)
        low = UInt64(littleEndian: words.low)
    }

    public var bytes: [UInt8] { withBytes { Array($0) } }

    public var text: String { withBytes { Base64URL.encode($0) } }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
    }

    public var description: String { text }

    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// A participant's permanent pseudonym: `[a-z][a-z0-9-]{2,31}`.
public struct Handle: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    public init?(_ text: String) {
        guard (3...32).contains(text.utf8.count), let first = text.utf8.first,
            (0x61...0x7a).contains(first),
            text.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            })
        else { return nil }
        self.text = text
    }

    /// A random handle, `e-` and eight characters that are hard to confuse (31⁸ ≈ 8·10¹¹).
    public init(prefix: Character, using random: inout some RandomNumberGenerator) {
        let alphabet = Array("23456789abcdefghjkmnpqrstuvwxyz")
        let letters = (0..<8).map { _ in
            alphabet[Int(random.next(upperBound: UInt64(alphabet.count)))]
        }
        guard let handle = Handle("\(prefix)-" + String(letters)) else {
            preconditionFailure("the prefix is a lower-case letter")
        }
        self = handle
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// A calendar month from 2000-01 on: a 12-bit number, months since 2000-01.
public struct Month: Hashable, Sendable, Comparable, Strideable, CustomStringConvertible {
    /// 0 is January 2000; at most 4095, April 2341.
    public let number: Int

    public static let bits = 12
    public static let count = 1 << bits

    public init?(number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    public init?(year: Int, month: Int) {
        guard (1...12).contains(month) else { return nil }
        self.init(number: (year - 2000) * 12 + month - 1)
    }

    /// Reads `2026-11`.
    public init?(_ text: String) {
        var text = text
        guard let month = text.withUTF8({ Month(plain: $0) }) else { return nil }
        self = month
    }

    /// The same in ASCII.
    public init?(plain: some Collection<UInt8>) {
        guard
            let month = plain.withContiguousStorageIfAvailable({ Month(digits: $0) })
                ?? Array(plain).withUnsafeBufferPointer({ Month(digits: $0) })
        else { return nil }
        self = month
    }

    private init?(digits: UnsafeBufferPointer<UInt8>) {
        guard digits.count == 7, digits[4] == UInt8(ascii: "-") else { return nil }
        var (year, month) = (0, 0)
        for place in 0..<7 where place != 4 {
            let digit = digits[place]
            guard 0x30...0x39 ~= digit else { return nil }
            if place < 4 {
                year = 10 * year + Int(digit - 0x30)
            } else {
                month = 10 * month + Int(digit - 0x30)
            }
        }
        self.init(year: year, month: month)
    }

    public var year: Int { 2000 + number / 12 }
    public var monthOfYear: Int { number % 12 + 1 }

    public var description: String {
        String(year) + (monthOfYear < 10 ? "-0" : "-") + String(monthOfYear)
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    public func distance(to other: Self) -> Int { other.number - number }
    public func advanced(by distance: Int) -> Self {
        guard let month = Month(number: number + distance) else {
            preconditionFailure("a month between 2000-01 and 2341-04")
        }
        return month
    }
}

/// A name for the log: `trine.example/alliance`, a host name and a path, at most 128 characters.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init?(_ text: String) {
        let bytes = text.utf8
        guard (3...128).contains(bytes.count), bytes.first != 0x2f, bytes.last != 0x2f,
            bytes.contains(0x2e),
            !zip(bytes, bytes.dropFirst()).contains(where: { $0 == (0x2f, 0x2f) }),
            bytes.allSatisfy({
                // Between 2d and 2f are the hyphen, the full stop and the slash.
                (0x61...0x7a).contains($0) || (0x2d...0x39).contains($0) || $0 == 0x5f
            })
        else { return nil }
        self.text = text
    }

    public var description: String { text }

    /// `https://<origin>/participants/<handle>`, a statement's issuer.
    public func issuer(_ handle: Handle) -> String { "https://\(text)/participants/\(handle)" }

    /// The handle in an issuer URL of this origin; `nil` for another origin or shape.
    public func handle(inIssuer issuer: String) -> Handle? {
        let prefix = "https://\(text)/participants/"
        guard issuer.hasPrefix(prefix) else { return nil }
        return Handle(String(issuer.dropFirst(prefix.count)))
    }
}
