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
        let padding = repeatElement(UInt8(ascii: "0"), count: 4 - fraction.count)
        let digits = String(decoding: whole + fraction + padding, as: UTF8.self)
        guard let value = Int64((negative ? "-" : "") + digits) else { return nil }
        tenThousandths = value
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.tenThousandths < right.tenThousandths
    }
}
