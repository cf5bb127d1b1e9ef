public import Wire

/// An enterprise erases a record's fields, or anybody the selective claims of a statement of its own.
public struct Erase: KindForm {
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
    public let reason: Reason

    public init(_ target: Target, _ reason: Reason) {
        self.target = target
        self.reason = reason
    }

    /// The record that is erased; `nil` where it is a statement.
    public var record: JTI? { if case .record(let jti) = target { jti } else { nil } }
    /// The statement that is erased; `nil` where it is a record.
    public var statement: JTI? { if case .statement(let jti) = target { jti } else { nil } }

    public var erases: JTI? { target.jti }

    public static let shape = Shape<Erase>(
        { (reason, record, statement) throws(ClaimError) in
            switch (record, statement) {
            case (.some(let record), nil): Erase(.record(record), reason)
            case (nil, .some(let statement)): Erase(.statement(statement), reason)
            case (nil, nil): throw .missing("statement")
            case (.some, .some): throw .unexpected("statement")
            }
        },
        .required("reason", \.reason, .code),
        .optional("record", \.record, .jti),
        .optional("statement", \.statement, .jti))

    public var pointers: Set<Reference> {
        switch target {
        case .record(let jti): [.record(jti)]
        case .statement(let jti): [.grant(jti)]
        }
    }
}
