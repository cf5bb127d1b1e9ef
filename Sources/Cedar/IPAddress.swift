/// An IPv4 or IPv6 address or range, of the extension type `ipaddr`.
public struct IPAddress: Sendable, Hashable, Comparable {
    public let isV6: Bool
    /// The address, of IPv4 the lowest 32 of the 128 bits.
    public let bits: UInt128
    /// The length of the network prefix: 32 or 128 for a single address.
    public let prefix: UInt8

    /// No address or range in an accepted spelling is longer.
    static let maximumTextBytes = 43

    /// Reads an address, alone or with `/prefix`. Octets and prefixes have no leading zeros; IPv4
    /// inside IPv6 isn't accepted. `nil` for anything else.
    public init?(parsing text: Text) {
        let bytes = Array(text.string.utf8)
        guard bytes.count <= Self.maximumTextBytes else { return nil }
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        let address = bytes[..<(slash ?? bytes.count)]
        if let v4 = Self.v4(address) {
            (isV6, bits) = (false, v4)
        } else if let v6 = Self.v6(address) {
            (isV6, bits) = (true, v6)
        } else {
            return nil
        }
        let maximum = isV6 ? 128 : 32
        guard let slash else {
            prefix = UInt8(maximum)
            return
        }
        guard let length = Self.number(bytes[(slash + 1)...], digits: 3, at: maximum) else {
            return nil
        }
        prefix = UInt8(length)
    }

    /// A decimal number without leading zeros of at most `maximum`.
    private static func number(_ text: ArraySlice<UInt8>, digits: Int, at maximum: Int) -> Int? {
        guard !text.isEmpty, text.count <= digits, text.allSatisfy(Identifier.isDigit) else {
            return nil
        }
        if text.count > 1 && text.first == UInt8(ascii: "0") { return nil }
        let number = text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return number <= maximum ? number : nil
    }

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt128? {
        let octets = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard octets.count == 4 else { return nil }
        var address: UInt128 = 0
        for octet in octets {
            guard let value = number(octet, digits: 3, at: 255) else { return nil }
            address = address << 8 | UInt128(value)
        }
        return address
    }

    /// Eight groups of 16 bits, or fewer with one `::`, which stands for at least one of zeros.
    private static func v6(_ text: ArraySlice<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var groups: [UInt128] = []
        let sides = text.split(separator: [colon, colon], omittingEmptySubsequences: false)
        guard sides.count <= 2 else { return nil }
        var gap: Int?
        for side in sides {
            if !side.isEmpty {
                for group in side.split(separator: colon, omittingEmptySubsequences: false) {
                    guard let value = Self.group(group) else { return nil }
                    groups.append(value)
                }
            }
            if gap == nil { gap = groups.count }
        }
        if sides.count == 2, let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        return groups.count == 8 ? groups.reduce(0) { $0 << 16 | $1 } : nil
    }

    /// One to four hexadecimal digits.
    private static func group(_ text: ArraySlice<UInt8>) -> UInt128? {
        guard (1...4).contains(text.count) else { return nil }
        var value: UInt128 = 0
        for byte in text {
            guard let digit = Identifier.hexDigit(byte) else { return nil }
            value = value << 4 | UInt128(digit)
        }
        return value
    }

    /// The order of sets: IPv4 first, then by address, then by prefix.
    public static func < (left: Self, right: Self) -> Bool {
        (left.isV6 ? 1 : 0, left.bits, left.prefix)
            < (right.isV6 ? 1 : 0, right.bits, right.prefix)
    }
}

extension IPAddress {
    /// Inside 127.0.0.0/8 or ::1/128.
    var isLoopback: Bool {
        isV6 ? bits == 1 && prefix == 128 : bits >> 24 == 127 && prefix >= 8
    }

    /// Inside 224.0.0.0/4 or ff00::/8.
    var isMulticast: Bool {
        isV6 ? bits >> 120 == 0xff && prefix >= 8 : bits >> 28 == 0xe && prefix >= 4
    }

    /// Whether every address of this range lies in the other, of the same family.
    func isInRange(_ other: IPAddress) -> Bool {
        guard isV6 == other.isV6, prefix >= other.prefix else { return false }
        let hostBits = (isV6 ? 128 : 32) - other.prefix
        return bits >> hostBits == other.bits >> hostBits
    }
}
