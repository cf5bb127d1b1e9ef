/// What is owed by one document: an issued invoice, or a received bill seen from the other side.
///
/// Credit notes are negative.
public struct Claim: Sendable, Hashable {
    /// The record: `invoices/2026-11#17`.
    public let id: String
    /// The document's own number, and the reference that it asks payers for.
    public let number: String?
    public let reference: String?
    public let partner: String?
    public let currency: String
    public let units: Int64
    /// Days since 1970.
    public let issued: Int64
    public let due: Int64?

    public init(
        id: String, number: String?, reference: String?, partner: String?, currency: String,
        units: Int64, issued: Int64, due: Int64?
    ) {
        self.id = id
        self.number = number
        self.reference = reference
        self.partner = partner
        self.currency = currency
        self.units = units
        self.issued = issued
        self.due = due
    }
}

/// What was paid, by one entry of an account: positive in the direction of the claims.
public struct Payment: Sendable, Hashable {
    /// The record: `bank/2026-11#3`.
    public let id: String
    public let reference: String?
    public let text: String?
    public let partner: String?
    public let currency: String
    public let units: Int64
    public let booked: Int64

    public init(
        id: String, reference: String?, text: String?, partner: String?, currency: String,
        units: Int64, booked: Int64
    ) {
        self.id = id
        self.reference = reference
        self.text = text
        self.partner = partner
        self.currency = currency
        self.units = units
        self.booked = booked
    }
}

/// Why a payment is taken to settle a claim, the surest first.
public enum MatchReason: String, Sendable, Hashable, CaseIterable {
    /// The reference that the document asked for.
    case reference
    /// Its number in the text, with its amount, or those of all numbers there.
    case number
    /// Its number in the text, with less than its amount.
    case part
    /// The one set of a partner's open claims that has the amount.
    case group
    /// Only a suggestion: the one open claim of the partner with the amount, about when it is due.
    case amount
    /// Only a suggestion: the number in the text, and an amount that is short by a discount or a fee.
    case short

    public var isTaken: Bool { self != .amount && self != .short }
}

/// Some of a payment that settles some of a claim.
public struct Match: Sendable, Hashable {
    public let payment: String
    public let claim: String
    public let units: Int64
    public let reason: MatchReason
}

/// Which payments settle which claims, `trine-match/1`: the same result from the same records on every
/// machine, since it computes with whole numbers and in one order.
///
/// Nothing is allocated beyond what a payment or a claim has. Where two answers are as good as each other,
/// neither is taken.
public struct Matching: Sendable {
    public static let algorithm = "trine-match/1"

    public private(set) var matches: [Match] = []
    public private(set) var suggestions: [Match] = []
    /// What is open of each claim, and what is left of each payment, in their order.
    public private(set) var open: [Int64]
    public private(set) var left: [Int64]
    public let claims: [Claim]
    public let payments: [Payment]

    private let byReference: [String: [Int]]
    private let byNumber: [String: [Int]]
    private let byPartner: [String: [Int]]

    /// Shorter numbers, and such without a digit, stand in texts by accident.
    static let leastNumber = 4
    /// Words of a text of which a number may consist: `RE 2026 / 17`.
    private static let mostWords = 4
    /// Open claims of a partner of which all sets are looked at.
    private static let mostGrouped = 20
    private static let discountPercent: Int64 = 3
    private static let dueWindow: ClosedRange<Int64> = -5...120

    public init(_ claims: [Claim], _ payments: [Payment]) {
        self.claims = claims.sorted { ($0.issued, $0.id) < ($1.issued, $1.id) }
        self.payments = payments.sorted { ($0.booked, $0.id) < ($1.booked, $1.id) }
        open = self.claims.map(\.units)
        left = self.payments.map(\.units)
        byReference = Self.places(of: self.claims) { $0.reference }
        byNumber = Self.places(of: self.claims) { $0.number }.filter { Self.isTelling($0.key) }
        byPartner = Self.places(of: self.claims) { $0.partner }
        for place in self.payments.indices { settleByReference(place) }
        for place in self.payments.indices { settleByNumber(place) }
        for place in self.payments.indices { settleGroup(place) }
        for place in self.payments.indices { suggest(place) }
    }

    /// The places of claims by one spelling of a text of theirs.
    private static func places(
        of claims: [Claim], _ text: (Claim) -> String?
    ) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for (place, claim) in claims.enumerated() {
            let key = text(claim).map(Spelling.joined) ?? ""
            if !key.isEmpty { places[key, default: []].append(place) }
        }
        return places
    }

    static func isTelling(_ number: String) -> Bool {
        number.utf8.count >= leastNumber && number.utf8.contains { (0x30...0x39).contains($0) }
    }

    // MARK: Passes

    private mutating func settleByReference(_ place: Int) {
        guard let reference = payments[place].reference.map(Spelling.joined),
            let claim = only(byReference[reference] ?? byNumber[reference] ?? [], place)
        else { return }
        settle(place, claim, .reference)
    }

    private mutating func settleByNumber(_ place: Int) {
        let named = claimsNamed(place).filter { isOpen($0, for: place) }
        guard left[place] > 0, !named.isEmpty, !isOfAnother(place, named) else { return }
        let sum = named.reduce(0) { $0 + open[$1] }
        if sum == left[place] {
            for claim in named { settle(place, claim, .number) }
        } else if named.count == 1, open[named[0]] > left[place] {
            if isShort(place, named[0]) {
                suggestions.append(match(place, named[0], left[place], .short))
            } else {
                settle(place, named[0], .part)
            }
        }
    }

    private mutating func settleGroup(_ place: Int) {
        guard left[place] > 0, left[place] == payments[place].units,
            let partner = payments[place].partner.map(Spelling.joined),
            !suggestions.contains(where: { $0.payment == payments[place].id })
        else { return }
        let open = (byPartner[partner] ?? []).filter { isOpen($0, for: place) }
        guard (2...Self.mostGrouped).contains(open.count),
            let group = onlySet(of: open, adding: left[place]), group.count > 1
        else { return }
        for claim in group { settle(place, claim, .group) }
    }

    private mutating func suggest(_ place: Int) {
        guard left[place] > 0, left[place] == payments[place].units,
            let partner = payments[place].partner.map(Spelling.joined)
        else { return }
        let fitting = (byPartner[partner] ?? []).filter { claim in
            let due = claims[claim].due ?? claims[claim].issued
            return isOpen(claim, for: place) && open[claim] == left[place]
                && Self.dueWindow.contains(payments[place].booked - due)
        }
        guard fitting.count == 1 else { return }
        suggestions.append(match(place, fitting[0], left[place], .amount))
    }

    // MARK: Claims of a payment

    private func isOpen(_ claim: Int, for place: Int) -> Bool {
        open[claim] > 0 && claims[claim].currency == payments[place].currency
    }

    private func only(_ claims: [Int], _ place: Int) -> Int? {
        let open = claims.filter { isOpen($0, for: place) }
        return open.count == 1 && left[place] > 0 ? open[0] : nil
    }

    /// The claims whose numbers stand in the text, each number of as many words as it can have; none where
    /// one number is of several claims.
    private func claimsNamed(_ place: Int) -> [Int] {
        let words = Spelling.words(payments[place].text ?? "")
        var found: [Int] = []
        var start = 0
        while start < words.count {
            var taken = 0
            for count in stride(from: min(Self.mostWords, words.count - start), to: 0, by: -1) {
                let number = words[start..<start + count].joined()
                guard let claims = byNumber[number] else { continue }
                guard claims.count == 1 else { return [] }
                if !found.contains(claims[0]) { found.append(claims[0]) }
                taken = count
                break
            }
            start += max(1, taken)
        }
        return found
    }

    /// Whether the payer is by its name the partner of other claims, and of none of these.
    private func isOfAnother(_ place: Int, _ named: [Int]) -> Bool {
        guard let partner = payments[place].partner.map(Spelling.joined),
            byPartner[partner] != nil
        else { return false }
        return !named.contains { claims[$0].partner.map(Spelling.joined) == partner }
    }

    /// Whether no more is missing than a discount.
    private func isShort(_ place: Int, _ claim: Int) -> Bool {
        (open[claim] - left[place]) * 100 <= claims[claim].units * Self.discountPercent
    }

    /// The one set of claims whose open amounts come to `sum`; `nil` where there is none or a second.
    /// Sums of either half of them are put together.
    private func onlySet(of claims: [Int], adding sum: Int64) -> [Int]? {
        let middle = claims.count / 2
        let (first, second) = (Array(claims[..<middle]), Array(claims[middle...]))
        var sums: [Int64: [UInt32]] = [:]
        for set in 0..<UInt32(1) << first.count {
            let added = self.sum(of: first, set)
            if added <= sum, sums[added, default: []].count < 2 {
                sums[added, default: []].append(set)
            }
        }
        var found: [Int]?
        for set in 0..<UInt32(1) << second.count {
            for other in sums[sum - self.sum(of: second, set)] ?? [] {
                guard found == nil else { return nil }
                found = chosen(first, other) + chosen(second, set)
            }
        }
        return found
    }

    private func chosen(_ claims: [Int], _ set: UInt32) -> [Int] {
        claims.indices.filter { set & (1 << $0) != 0 }.map { claims[$0] }
    }

    private func sum(of claims: [Int], _ set: UInt32) -> Int64 {
        chosen(claims, set).reduce(0) { $0 + open[$1] }
    }

    // MARK: Allocating

    private func match(
        _ place: Int, _ claim: Int, _ units: Int64, _ reason: MatchReason
    ) -> Match {
        Match(payment: payments[place].id, claim: claims[claim].id, units: units, reason: reason)
    }

    private mutating func settle(_ place: Int, _ claim: Int, _ reason: MatchReason) {
        let units = min(left[place], open[claim])
        guard units > 0 else { return }
        left[place] -= units
        open[claim] -= units
        matches.append(match(place, claim, units, reason))
    }
}

/// One spelling of names and numbers: ASCII letters as capitals and digits; other characters stay.
enum Spelling {
    static func joined(_ text: String) -> String { words(text).joined() }

    static func words(_ text: String) -> [String] {
        var words: [[UInt8]] = [[]]
        for byte in text.utf8 {
            switch byte {
            case 0x61...0x7a: words[words.count - 1].append(byte - 0x20)
            case 0x30...0x39, 0x41...0x5a, 0x80...: words[words.count - 1].append(byte)
            default: if words[words.count - 1].isEmpty == false { words.append([]) }
            }
        }
        return words.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    }
}
