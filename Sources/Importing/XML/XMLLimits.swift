/// Limits on XML documents. Real invoices stay far below; what exceeds them was made to.
enum XMLLimits {
    /// Statements of a busy account over a year have some 10 MB.
    static let fileBytes = 16 << 20
    /// The deepest path of UBL 2.1 has some 15 elements, with signatures 25.
    static let depth = 64
    /// An invoice of 2 000 lines has some 60 000, a statement of 5 000 entries 300 000.
    static let elements = 400_000
    static let attributes = 64
    /// Schema locations are the longest there are.
    static let attributeBytes = 8_192
    /// Text of one element, attachments apart: a page of conditions has 4 000 characters.
    static let textBytes = 65_536
}
