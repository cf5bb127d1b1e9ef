/// An IPv4 or IPv6 address or range, of the extension type `ipaddr`.
public struct IPAddress: Sendable, Hashable, Comparable {
    public let isV6: Bool
    /// The address, of IPv4 the lowest 32 of the 128 bits.
    public let high: UInt64
    public let low: UInt64
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
            (isV6, high, low) = (false, 0, UInt64(v4))
        } else if let v6 = Self.v6(address) {
            (isV6, high, low) = (true, v6.high, v6.low)
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

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let octets = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard octets.count == 4 else { return nil }
        var address: UInt32 = 0
        for octet in octets {
            guard let value = number(octet, digits: 3, at: 255) else { return nil }
            address = address << 8 | UInt32(value)
        }
        return address
    }

    private static func v6(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard var groups = v6Groups(text) else { return nil }
        if groups.gap == nil && groups.values.count != 8 { return nil }
        if let gap = groups.gap {
            // The gap stands for at least one group of zeros.
            guard groups.values.count < 8 else { return nil }
            let zeros = repeatElement(UInt16(0), count: 8 - groups.values.count)
            groups.values.insert(contentsOf: zeros, at: gap)
        }
        let high = groups.values[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups.values[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return (high, low)
    }

    /// The groups as written, and before which of them `::` stands.
    private static func v6Groups(_ text: ArraySlice<UInt8>) -> (values: [UInt16], gap: Int?)? {
        let colon = UInt8(ascii: ":")
        var values: [UInt16] = []
        var gap: Int?
        var position = text.startIndex
        while position < text.endIndex {
            if text[position] == colon {
                let next = position + 1
                let isDouble = next < text.endIndex && text[next] == colon
                if isDouble {
                    guard gap == nil else { return nil }
                    gap = values.count
                    position += 2
                    continue
                }
                // A single colon stands between two groups.
                guard !values.isEmpty, gap != values.count, next < text.endIndex else { return nil }
                position += 1
            } else if !values.isEmpty && text[position - 1] != colon {
                return nil
            }
            let start = position
            var value: UInt16 = 0
            while position < text.endIndex, let digit = hexDigit(text[position]) {
                guard position - start < 4 else { return nil }
                value = value << 4 | digit
                position += 1
            }
            guard position > start, values.count < 8 else { return nil }
            values.append(value)
        }
        return (values, gap)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The order of sets: IPv4 first, then by address, then by prefix.
    public static func < (left: Self, right: Self) -> Bool {
        (left.isV6 ? 1 : 0, left.high, left.low, left.prefix)
            < (right.isV6 ? 1 : 0, right.high, right.low, right.prefix)
    }
}

extension IPAddress {
    /// Inside 127.0.0.0/8 or ::1/128.
    var isLoopback: Bool {
        isV6 ? high == 0 && low == 1 && prefix == 128 : low >> 24 == 127 && prefix >= 8
    }

    /// Inside 224.0.0.0/4 or ff00::/8.
    var isMulticast: Bool {
        isV6 ? high >> 56 == 0xff && prefix >= 8 : low >> 28 == 0xe && prefix >= 4
    }

    /// Whether every address of this range lies in the other, of the same family.
    func isInRange(_ other: IPAddress) -> Bool {
        guard isV6 == other.isV6, prefix >= other.prefix else { return false }
        let width: UInt8 = isV6 ? 128 : 32
        let hostBits = width - other.prefix
        if hostBits >= 64 {
            return Self.network(high, hostBits - 64) == Self.network(other.high, hostBits - 64)
        }
        return high == other.high
            && Self.network(low, hostBits) == Self.network(other.low, hostBits)
    }

    private static func network(_ word: UInt64, _ hostBits: UInt8) -> UInt64 {
        hostBits >= 64 ? 0 : word >> hostBits
    }
}
