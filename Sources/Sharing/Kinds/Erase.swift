public import Wire

/// An enterprise erases a record's fields, or anybody the selective claims of a statement of its own.
public struct Erase: KindForm {
    public typealias Selective = StatedReason
    public static let kind = Kind.erase
    public static let scope = KeyScope.erase

    public enum Target: Hashable, Sendable {
        case record(JTI)
        case statement(JTI)

        public var jti: JTI {
            switch self {
            case .record(let jti), .statement(let jti): jti
            }
        }
    }

    public let target: Target

    public init(_ target: Target) { self.target = target }

    /// The record that is erased; `nil` where it is a statement.
    public var record: JTI? { if case .record(let jti) = target { jti } else { nil } }
    /// The statement that is erased; `nil` where it is a record.
    public var statement: JTI? { if case .statement(let jti) = target { jti } else { nil } }

    public var erases: JTI? { target.jti }

    public static let shape = Shape<Erase>(
        { (record, statement) throws(ClaimError) in
            switch (record, statement) {
            case (.some(let record), nil): Erase(.record(record))
            case (nil, .some(let statement)): Erase(.statement(statement))
            case (nil, nil): throw .missing("statement")
            case (.some, .some): throw .unexpected("statement")
            }
        },
        .optional("record", \.record, .jti),
        .optional("statement", \.statement, .jti))

    public var pointers: Set<Reference> {
        switch target {
        case .record(let jti): [.record(jti)]
        case .statement(let jti): [.grant(jti)]
        }
    }
}
