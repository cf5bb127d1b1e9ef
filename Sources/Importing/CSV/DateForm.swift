public import Wire

/// How a program writes dates: `dd.MM.yyyy`, `yyyy-MM-dd`, `MM/dd/yy`, `yyyyMMdd`. A time behind the date
/// is passed over.
public struct DateForm: Hashable, Sendable {
    public let text: String
    private let parts: [Part]

    private enum Part: Hashable {
        case year(digits: Int)
        case month, day
        case sign(Character)

        var isSign: Bool { if case .sign = self { true } else { false } }
    }

    /// `nil` for what isn't made of a year (`yyyy` or `yy`), `MM`, `dd` and signs between them.
    public init?(_ text: String) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let first = rest.first {
            if rest.hasPrefix("yyyy") {
                parts.append(.year(digits: 4))
                rest = rest.dropFirst(4)
            } else if rest.hasPrefix("yy") {
                parts.append(.year(digits: 2))
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("MM") {
                parts.append(.month)
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("dd") {
                parts.append(.day)
                rest = rest.dropFirst(2)
            } else if "./- 年月日".contains(first) {
                parts.append(.sign(first))
                rest = rest.dropFirst()
            } else {
                return nil
            }
        }
        let years = parts.count { if case .year = $0 { true } else { false } }
        guard years == 1, parts.count(where: { $0 == .month }) == 1,
            parts.count(where: { $0 == .day }) == 1
        else { return nil }
        self.text = text
        self.parts = parts
    }

    /// The date that `text` begins with; `nil` where it isn't written so, or where something but a time
    /// follows. Months and days may have one digit where a sign follows.
    public func date(_ text: String) -> CalendarDate? {
        var rest = Substring(text.drop { $0 == " " })
        var (year, month, day) = (0, 0, 0)
        for (position, part) in parts.enumerated() {
            func digits(_ most: Int) -> Int? {
                let isSeparate =
                    position + 1 < parts.count
                    ? parts[position + 1].isSign : position > 0 && parts[position - 1].isSign
                let found = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
                guard found.count == most || (isSeparate && most == 2 && found.count == 1) else {
                    return nil
                }
                rest = rest.dropFirst(found.count)
                return Int(found)
            }
            switch part {
            case .year(let count):
                guard let number = digits(count) else { return nil }
                year = count == 4 ? number : number + (number < 80 ? 2000 : 1900)
            case .month:
                guard let number = digits(2) else { return nil }
                month = number
            case .day:
                guard let number = digits(2) else { return nil }
                day = number
            case .sign(let sign):
                guard rest.first == sign else { return nil }
                rest = rest.dropFirst()
            }
        }
        guard rest.isEmpty || rest.first == " " || rest.first == "T" else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }
}
