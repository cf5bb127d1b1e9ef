/// A number with four decimal places, of the extension type `decimal`.
public struct Decimal: Sendable, Hashable, Comparable {
    /// The number in ten-thousandths.
    public let tenThousandths: Int64

    public init(tenThousandths: Int64) { self.tenThousandths = tenThousandths }

    /// Reads `-?digits.digits` with one to four digits behind the point, from −922337203685477.5808
    /// to 922337203685477.5807. `nil` for anything else.
    public init?(parsing text: Text) {
        var reader = ByteReader(text)
        let negative = reader.skip(UInt8(ascii: "-"))
        guard let whole = reader.digits(), reader.skip(UInt8(ascii: ".")),
            let fraction = reader.digits(), fraction.count <= 4, reader.isAtEnd
        else { return nil }
        // Counted downwards, because the range reaches one further below zero than above.
        var value: Int64 = 0
        let padding = repeatElement(UInt8(ascii: "0"), count: 4 - fraction.count)
        for digit in whole + fraction + padding {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, below) = scaled.subtractingReportingOverflow(
                Int64(digit - UInt8(ascii: "0")))
            if overflow || below { return nil }
            value = next
        }
        if !negative {
            guard value != .min else { return nil }
            value = -value
        }
        tenThousandths = value
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.tenThousandths < right.tenThousandths
    }
}
