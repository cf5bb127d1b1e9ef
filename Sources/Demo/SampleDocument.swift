import Wire

/// An invoice or credit note between two sample companies, with totals that agree. All amounts are in
/// hundredths of a euro.
struct SampleDocument {
    struct Line {
        let product: SampleProduct
        let quantity: Int
        var net: Int { product.price * quantity }
    }

    /// Lines of one tax category and rate together.
    struct TaxGroup {
        let category: TaxCategory
        var taxable: Int
        /// Rounded to the nearest hundredth, halves up.
        var tax: Int { (taxable * category.rate + 50) / 100 }
    }

    struct TaxCategory: Equatable {
        /// UN/ECE 5305: S, K (supply within the EU) or G (export).
        let code: String
        let rate: Int
        var exemption: String? {
            switch code {
            case "K": "Intra-community supply"
            case "G": "Export outside the EU"
            default: nil
            }
        }
    }

    let number: String
    let date: CalendarDate
    let seller: SampleParty
    let buyer: SampleParty
    let lines: [Line]
    /// The document's number and date that this one credits; makes it a credit note.
    var credits: (number: String, date: CalendarDate)?
    /// Percent off all lines, as an allowance of the document.
    var discount = 0
    /// Percent of the total with tax that was paid in advance.
    var advance = 0
    var days = 30
    var orderReference: String?
    /// A small file inside the document.
    var hasAttachment = false

    var isCreditNote: Bool { credits != nil }
    var dueDate: CalendarDate { CalendarDate(daysSince1970: date.daysSince1970 + days) }
    var deliveryDate: CalendarDate { CalendarDate(daysSince1970: date.daysSince1970 - 2) }

    func category(of product: SampleProduct) -> TaxCategory {
        if seller.country == buyer.country { return .init(code: "S", rate: product.rate) }
        return .init(code: buyer.country == "GB" ? "G" : "K", rate: 0)
    }

    /// By category in the order of the lines; the allowance is taken from the first.
    var taxGroups: [TaxGroup] {
        var groups: [TaxGroup] = []
        for line in lines {
            let category = category(of: line.product)
            if let index = groups.firstIndex(where: { $0.category == category }) {
                groups[index].taxable += line.net
            } else {
                groups.append(.init(category: category, taxable: line.net))
            }
        }
        if !groups.isEmpty { groups[0].taxable -= allowance }
        return groups
    }

    var lineTotal: Int { lines.reduce(0) { $0 + $1.net } }
    /// Taken off the lines of the first line's category.
    var allowance: Int {
        guard discount > 0, let first = lines.first else { return 0 }
        let category = category(of: first.product)
        let base = lines.filter { self.category(of: $0.product) == category }
            .reduce(0) { $0 + $1.net }
        return base * discount / 100
    }
    var taxExclusive: Int { lineTotal - allowance }
    var tax: Int { taxGroups.reduce(0) { $0 + $1.tax } }
    var taxInclusive: Int { taxExclusive + tax }
    var prepaid: Int { taxInclusive * advance / 100 }
    var payable: Int { taxInclusive - prepaid }
}
