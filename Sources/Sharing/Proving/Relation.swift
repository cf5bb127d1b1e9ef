import Commitments
import Wire

/// How records of two series can belong together, so that it can be proven without a value being shown.
public enum Relation: String, Sendable, Hashable, CaseIterable {
    /// A bank's statement, and all its entries.
    case balances
    /// An order, and the invoices for it.
    case bills
    /// A delivery, and the invoices for it.
    case despatches
    /// A bank's statement, and the one after it.
    case follows
    /// An order, and its deliveries.
    case fulfils
    /// Invoices, and what was paid for them, by the amounts alone.
    case settles
    /// The same, where the payments name the invoices' reference, too.
    case settlesByReference = "settles-by-reference"

    /// What has to hold of each group of records: those on its first side, and those on its second.
    public var form: Form {
        switch self {
        case .balances:
            Form(
                "statements", "bank", .oneAndAny,
                keys: [("account", "account"), ("statement_id", "statement_id")],
                first: [("opening_balance", 1), ("closing_balance", -1)], second: [("amount", 1)],
                count: "entries")
        case .bills:
            Form(
                "orders", "invoices", .oneAndSome,
                keys: [("number", "order_reference"), ("buyer_vat_id", "buyer_vat_id")],
                days: ("issue_date", "issue_date"))
        case .despatches:
            Form(
                "deliveries", "invoices", .oneAndSome, keys: [("number", "despatch_reference")],
                days: ("issue_date", "issue_date"))
        case .follows:
            Form(
                "statements", "statements", .pair, keys: [("account", "account")],
                first: [("closing_balance", 1)], second: [("opening_balance", -1)],
                days: ("period_end", "period_start"))
        case .fulfils:
            Form(
                "orders", "deliveries", .oneAndSome, keys: [("number", "order_reference")],
                days: ("issue_date", "issue_date"))
        case .settles: Self.payments(keys: [])
        case .settlesByReference:
            Self.payments(keys: [("payment_reference", "creditor_reference")])
        }
    }

    private static func payments(keys: [(String, String)]) -> Form {
        Form(
            "invoices", "bank", .oneOnASide, keys: keys, first: [("payable_amount", 1)],
            second: [("amount", -1)], isPositive: true, days: ("due_date", "booking_date"))
    }
}

extension Relation {
    /// What has to hold of a group.
    public struct Form: Sendable {
        /// How many records a group has on its sides.
        public enum Sides: Sendable {
            case pair, oneAndSome, oneAndAny
            /// One at least on either side, and only one on one of them.
            case oneOnASide

            public func allows(_ first: Int, _ second: Int) -> Bool {
                switch self {
                case .pair: first == 1 && second == 1
                case .oneAndSome: first == 1 && second >= 1
                case .oneAndAny: first == 1
                case .oneOnASide: min(first, second) == 1
                }
            }
        }

        /// A field of every record of a side, and what it is multiplied with.
        public typealias Term = (field: String, weight: Int64)

        public let first: Series
        public let second: Series
        public let sides: Sides
        /// Fields of a first and of a second record that are equal as keys.
        public let keys: [(first: String, second: String)]
        /// The amounts of the first and of the second records that come to nothing together.
        public let firstTerms: [Term]
        public let secondTerms: [Term]
        /// Whether each of these amounts is above zero.
        public let isPositive: Bool
        /// The field of the first record that says how many second ones there are.
        public let count: String?
        /// The dates of a first and of a second record between which days are counted.
        public let days: (first: String, second: String)?

        fileprivate init(
            _ first: String, _ second: String, _ sides: Sides, keys: [(String, String)],
            first firstTerms: [(String, Int64)] = [], second secondTerms: [(String, Int64)] = [],
            isPositive: Bool = false, count: String? = nil, days: (String, String)? = nil
        ) {
            guard let firstSeries = Series(rawValue: first),
                let secondSeries = Series(rawValue: second)
            else { preconditionFailure("names of books") }
            self.first = firstSeries
            self.second = secondSeries
            self.sides = sides
            self.keys = keys
            self.firstTerms = firstTerms
            self.secondTerms = secondTerms
            self.isPositive = isPositive
            self.count = count
            self.days = days
        }

        /// The unit of the field that counts records.
        static let pieces = CommittedUnit.measure("C62")
    }
}

/// Records of which a relation holds, those of its first side and those of its second.
public struct LinkedGroup: Hashable, Sendable {
    public let first: [RecordNumber]
    public let second: [RecordNumber]

    /// Either side in ascending order.
    public init(_ first: [RecordNumber], _ second: [RecordNumber]) {
        self.first = first.sorted()
        self.second = second.sorted()
    }

    init(asListed sides: [[RecordNumber]]) {
        self.first = sides[0]
        self.second = sides[1]
    }

    public var records: [RecordNumber] { first + second }

    /// Each of the first with each of the second.
    public var pairs: [(RecordNumber, RecordNumber)] {
        first.flatMap { first in second.map { (first, $0) } }
    }
}
