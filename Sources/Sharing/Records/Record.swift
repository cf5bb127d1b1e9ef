public import Wire

/// Why values don't make a record.
public enum RecordError: Error, Equatable, Sendable {
    case unknownField(FieldName)
    case missing(field: FieldName)
    case malformed(field: FieldName)
    /// The business key lacks this part of the type's, or has it although the type's has not.
    case businessKey(part: String)
    /// The date has no book: before 2000 or after April 2341.
    case dateOutOfRange
    /// More than ``Record/maximumContentBytes``.
    case tooLarge(bytes: Int)
}

/// What identifies a business document, whatever file it comes in: of an invoice the seller, the
/// number and date the seller gave it, whether it is an invoice or a credit note, and a place among
/// equal ones. The record's type says what it consists of.
///
/// The same invoice in another encoding, format or signature has the same business key.
public struct BusinessKey: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    public let parts: [Part]

    /// The key of a record of `type`. Throws ``RecordError/businessKey(part:)`` where `values` lacks a
    /// part of the type's key or has one more.
    public init(of type: RecordType, _ values: [String: String]) throws(RecordError) {
        var parts: [Part] = []
        for name in type.businessKeyParts {
            guard let value = values[name] else { throw .businessKey(part: name) }
            parts.append(Part(name: name, value: value))
        }
        for name in values.keys.sorted() where !type.businessKeyParts.contains(name) {
            throw .businessKey(part: name)
        }
        self.parts = parts
    }

    /// The key of an invoice, a credit note or a bill. `ordinal` counts from 1 on and tells apart
    /// documents that agree in everything else.
    public init(
        documentKind: String, seller: String, number: String, date: CalendarDate, ordinal: Int = 1
    ) {
        parts = [
            Part(name: "document_kind", value: documentKind), Part(name: "seller", value: seller),
            Part(name: "number", value: number), Part(name: "issue_date", value: "\(date)"),
            Part(name: "ordinal", value: "\(ordinal)"),
        ]
    }

    public subscript(part: String) -> String? { parts.first { $0.name == part }?.value }

    /// What a record's `source` is computed over.
    public var bytes: [UInt8] {
        parts.reduce(DomainSeparated(.source)) { $0.appending($1.value) }.bytes
    }
}

/// One business document as a record: every field of its type, absent ones ``FieldValue/null``.
public struct Record: Sendable, Hashable {
    /// The canonical JSON of all values together. In base64url and padded, it leaves a sealed record
    /// below 4 MiB.
    public static let maximumContentBytes = 3_000_000

    public let type: RecordType
    /// The day it was issued, which decides its book.
    public let date: CalendarDate
    public let month: Month
    /// A value for every field of the type, no more.
    public let values: [FieldName: FieldValue]
    public let businessKey: BusinessKey

    /// The only way to make a record. Fields that `values` leaves out are null.
    ///
    /// Throws ``RecordError`` for a field the type doesn't have, a mandatory one that is null, a value
    /// of another kind than its field's, the business key of another type, a date without a book, or
    /// too much content.
    public init(
        type: RecordType, date: CalendarDate, values: [FieldName: FieldValue],
        businessKey: BusinessKey
    ) throws(RecordError) {
        guard let month = date.bookMonth else { throw .dateOutOfRange }
        let parts = businessKey.parts.map(\.name)
        if parts != type.businessKeyParts {
            let odd = Set(parts).symmetricDifference(type.businessKeyParts).min()
            throw .businessKey(part: odd ?? parts[0])
        }
        for name in values.keys.sorted() where type.field(name) == nil {
            throw .unknownField(name)
        }
        var complete: [FieldName: FieldValue] = [:]
        for field in type.fields {
            let value = values[field.name] ?? .null
            if field.mandatory && value == .null { throw .missing(field: field.name) }
            guard value.fits(field) else { throw .malformed(field: field.name) }
            complete[field.name] = value
        }
        let bytes = complete.values.reduce(0) { $0 + $1.contentBytes }
        guard bytes <= Self.maximumContentBytes else { throw .tooLarge(bytes: bytes) }
        self.type = type
        self.date = date
        self.month = month
        self.values = complete
        self.businessKey = businessKey
    }

    /// The book of its month, where it goes unless that book is closed.
    public var book: BookName { BookName(series: type.series, month: month) }

    /// The value of the field called `name`; null for what isn't a field of the type.
    public subscript(name: FieldName) -> FieldValue { values[name] ?? .null }
}

extension FieldValue {
    /// The size of the canonical JSON; of a document, without making it.
    fileprivate var contentBytes: Int {
        if case .document(let mediaType, let bytes) = self {
            return (bytes.count * 4 + 2) / 3 + mediaType.utf8.count + 64
        }
        return json.canonicalBytes.count
    }
}
