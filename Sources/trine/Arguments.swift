public import ArgumentParser
import Foundation
public import Gateway
public import Importing
public import Rules
public import Sharing
public import Wire

// Words of the command line that have a meaning of their own: each is parsed once, here.

/// `2026-01..2026-12`, or one month.
struct MonthRange: ExpressibleByArgument {
    let months: ClosedRange<Month>

    public init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: true).map {
            Month(String($0))
        }
        guard argument.contains("..") ? ends.count == 2 : ends.count == 1,
            let first = ends[0], let last = ends[ends.count - 1], first <= last
        else { return nil }
        months = first...last
    }
}

/// `30d`, `12h`, `2w`, `1y`.
struct Span: ExpressibleByArgument {
    let seconds: Int64

    public init?(argument: String) {
        let units: [Character: Int64] = [
            "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400,
        ]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let number = Int64(argument.dropLast()),
            number >= 1, number <= Limits.dataLifeSeconds / unit
        else { return nil }
        seconds = number * unit
    }
}

/// Names with commas between: `due_date,tax_exclusive_amount`.
struct NameList<Name: LosslessStringConvertible>: ExpressibleByArgument {
    let names: [Name]

    public init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        names = parts.compactMap { part in Name(String(part.drop { $0 == " " })) }
        guard names.count == parts.count else { return nil }
    }
}

extension FieldName: LosslessStringConvertible, ExpressibleByArgument {}

/// `invoices/2026-11#17` or `invoices/2026-11#17..20`.
struct RecordSpan: ExpressibleByArgument {
    let range: RecordRange

    public init?(argument: String) {
        let parts = argument.components(separatedBy: "..")
        guard (1...2).contains(parts.count), let first = RecordNumber(parts[0]) else { return nil }
        let last = parts.count == 2 ? Int64(parts[1]) : Int64(first.number)
        guard let last,
            let range = RecordRange(book: first.book, from: Int64(first.number), to: last)
        else { return nil }
        self.range = range
    }
}

/// A reference to a file or case of an authority's or regulator's own.
struct CaseReference: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard (1...Limits.identifierBytes).contains(argument.utf8.count), argument.hasNoControls
        else { return nil }
        text = argument
    }
}

/// What is read from its own text.
public protocol TextArgument: ExpressibleByArgument {
    init?(_ text: String)
}

extension TextArgument {
    public init?(argument: String) { self.init(argument) }
}

extension RecordNumber: TextArgument {}
extension BookName: TextArgument {}
extension Handle: TextArgument {}
extension Origin: TextArgument {}
extension ListenAddress: TextArgument {}
extension RegisteredIdentifier: TextArgument {}
extension CalendarDate: TextArgument {}
extension DateForm: TextArgument {}
extension DocumentTerms.Kind: ExpressibleByArgument {}

extension Mapping.Constant: TextArgument {
    /// `account=DE02100100100006820101`.
    public init?(_ text: String) {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        self.init(
            field: String(text[..<sign]), value: String(text[text.index(after: sign)...]))
    }
}

extension Fingerprint: ExpressibleByArgument {
    public init?(argument: String) { self.init(typed: argument) }
}

/// `vat:DE123456789`.
extension LegalIdentifier: ExpressibleByArgument {
    public init?(argument: String) {
        guard let colon = argument.firstIndex(of: ":"),
            let scheme = IdentifierScheme(rawValue: String(argument[..<colon]))
        else { return nil }
        self.init(scheme: scheme, id: String(argument[argument.index(after: colon)...]))
    }
}

extension Role: ExpressibleByArgument {}
extension Right: ExpressibleByArgument {}
extension PolicyAction: ExpressibleByArgument {}
extension SizeClass: ExpressibleByArgument {}
extension Purpose: ExpressibleByArgument {}
extension Reason: ExpressibleByArgument {}

extension Series: ExpressibleByArgument {
    /// Those that there are records of: `invoices or bills`.
    static var words: String {
        RecordTypes.standard.series.map(\.rawValue).joined(separator: " or ")
    }
}
