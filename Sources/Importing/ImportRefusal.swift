public import Sharing

/// What importing one file gives: its records, or why there are none. Other files go on.
public typealias ImportOutcome = Result<[Record], ImportRefusal>

/// Why a file was not imported: which file, where in it, and the reason.
///
/// Carries no value of the document but names of elements, formats and encodings, so it can be
/// logged.
public struct ImportRefusal: Error, Equatable, Sendable {
    public let file: String
    /// `nil` where the whole file is meant.
    public let place: Place?
    public let reason: Reason

    public init(file: String, place: Place?, reason: Reason) {
        self.file = file
        self.place = place
        self.reason = reason
    }

    /// A place in a document.
    public struct Place: Equatable, Sendable {
        /// Element names from the root, with a position where several siblings share a name:
        /// `/Invoice/InvoiceLine[2]/Price/PriceAmount`. Empty where only the line is known, or where it
        /// isn't XML.
        public let path: String
        /// From 1 on.
        public let line: Int
    }

    /// A term of a record type, by field name and the number that its standard gives it.
    public struct Term: Equatable, Sendable {
        /// The name of a field, or of a part of the business key.
        public let name: String
        public let businessTerm: String?

        public init(_ field: FieldName, of type: RecordType) {
            name = field.text
            businessTerm = type.field(field)?.businessTerm
        }

        init(part: String) {
            name = part
            businessTerm = nil
        }
    }

    /// A limit on documents, each there so that a small file cannot cost much time or memory.
    public enum Limit: String, Equatable, Sendable, CaseIterable {
        case depth, elements, attributes, attributeLength, textLength, cells, rows
    }

    public enum Reason: Error, Equatable, Sendable {
        case empty
        case tooLarge(bytes: Int, limit: Int)
        case unsupportedFormat(DocumentFormat)
        /// The name as declared, cut to what a name may be.
        case unsupportedEncoding(String)
        /// The declared encoding is not the one the bytes are in.
        case contradictoryEncoding(String)
        /// Bytes that the encoding doesn't have, or the character U+0000.
        case invalidText
        /// `<!DOCTYPE`, which can name other files and grow without bound.
        case documentTypeDeclaration
        /// `&name;` for anything but the five names that XML itself defines.
        case undefinedEntity
        /// Not well-formed XML with namespaces.
        case malformed
        /// A field of a SWIFT message, by its tag, that isn't written as one.
        case malformedField(String)
        /// A row of a table that has another number of cells than its header, or quotes that aren't
        /// closed.
        case malformedRow
        /// A row that would become a record, where the mapping says that the rows are over.
        case rowBehindEnd
        /// The mapping names a type that the log doesn't have.
        case unknownType(String)
        /// The log has no type that takes what is read from this format.
        case noType(format: String)
        /// The mapping names a type whose records aren't made of tables.
        case notFromTables(String)
        /// A PDF that opens with a password only.
        case encrypted
        /// A PDF that is damaged, or made to cost more than reading one may.
        case damaged
        /// A PDF with several invoices inside, of which readers could take either.
        case ambiguousAttachment
        /// A table, of whose header there is no mapping.
        case mappingNeeded
        case limitExceeded(Limit, limit: Int)
        case missing(Term)
        /// A term that a document has once is there several times.
        case repeated(Term)
        case invalidDate(Term)
        case invalidAmount(Term, AmountError)
        /// An amount in another currency than the document's.
        case foreignCurrency(Term)
        /// No registered identifier of the enterprise is the seller's or the buyer's. Their schemes are
        /// named: what may be registered.
        case notAParty(schemes: [String])
        /// The enterprise goes, on its own word, by an identifier in the document, which by these schemes
        /// is another entity's.
        case anotherEntity([String])
        /// Registered identifiers are on both sides.
        case bothParties
        /// The account isn't among the registered identifiers of the enterprise.
        case notOwnAccount
        /// A credit note by type code, in an Invoice with a negative total: it could mean either sign.
        case ambiguousSign
        /// The totals contradict each other by a rule of EN 16931.
        case inconsistent(TotalsRule)
        /// The entries of a bank statement don't lead from its opening to its closing balance.
        case balancesDisagree
        /// Issued before 2000 or after April 2341.
        case dateOutOfRange
        case recordTooLarge(bytes: Int, limit: Int)
        /// The format gives a term in a way that the record type doesn't have.
        case unfit(Term, type: String)
    }
}

/// A rule on the totals of a document (EN 16931-1 §6.4.2).
public enum TotalsRule: String, Equatable, Sendable, CaseIterable {
    /// Line total = sum of the lines' net amounts.
    case lineTotal = "BR-CO-10"
    /// Allowance total = sum of the allowances.
    case allowanceTotal = "BR-CO-11"
    /// Charge total = sum of the charges.
    case chargeTotal = "BR-CO-12"
    /// Total without tax = line total − allowances + charges.
    case taxExclusive = "BR-CO-13"
    /// Total tax = sum over the tax breakdown.
    case taxTotal = "BR-CO-14"
    /// Total with tax = total without tax + tax.
    case taxInclusive = "BR-CO-15"
    /// Amount to pay = total with tax − prepaid + rounding.
    case payable = "BR-CO-16"
}

/// A refusal that doesn't know the file's name yet.
struct Finding: Error {
    let place: ImportRefusal.Place?
    let reason: ImportRefusal.Reason

    init(_ reason: ImportRefusal.Reason, at place: ImportRefusal.Place? = nil) {
        self.reason = reason
        self.place = place
    }
}
