import Sharing

/// The types that come with the program and whose fields readers name in refusals.
extension RecordType {
    static let bankEntry = standardType("bank-entry")
    static let bankStatement = standardType("bank-statement")
    static let order = standardType("order")
    static let delivery = standardType("delivery")

    private static func standardType(_ name: String) -> RecordType {
        guard let type = RecordTypes.standard.type(name, 1) else {
            preconditionFailure("a type that comes with the program")
        }
        return type
    }
}
