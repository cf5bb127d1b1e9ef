public import Importing
public import Wire

/// A small manufacturer of bearings that doesn't exist, and its paperwork: what demo and tests run on.
///
/// The same seed and month give the same documents, byte for byte, whatever months are asked for
/// beside it.
public enum SampleEnterprise {
    public static let name = business.enterprise.name
    private static let business = SampleBusiness.usual

    /// The identifiers under which it appears on its documents.
    public static let identifiers = RegisteredIdentifiers(
        [
            RegisteredIdentifier(scheme: "vat", id: business.enterprise.vatID),
            RegisteredIdentifier(scheme: "register", id: business.enterprise.registrationID),
            RegisteredIdentifier(scheme: "email", id: business.enterprise.mail),
        ].compactMap { $0 })

    public static let usualSeed: UInt64 = 17

    /// Two years.
    public static let usualMonths: ClosedRange<Month> = {
        guard let first = Month(year: 2025, month: 1), let last = Month(year: 2026, month: 12)
        else {
            preconditionFailure("these are months")
        }
        return first...last
    }()

    /// The documents of `months` as UBL 2.1 files: some ten invoices a month, six bills, and a credit
    /// note now and then on either side. All of them import.
    public static func documents(
        seed: UInt64 = usualSeed, months: ClosedRange<Month> = usualMonths
    ) -> [(name: String, xml: [UInt8])] {
        months.flatMap { month in
            var random = SampleRandom(seed: seed &* 0x2545_f491_4f6c_dd1d &+ UInt64(month.number))
            return (issued(in: month, &random) + received(in: month, &random)).map {
                ("\($0.date)-\($0.number).xml", $0.xml)
            }
        }
    }

    private static func date(_ month: Month, _ day: Int) -> CalendarDate {
        guard let date = CalendarDate(year: month.year, month: month.monthOfYear, day: day) else {
            preconditionFailure("every month has \(day) days")
        }
        return date
    }

    private static func number(_ prefix: String, _ month: Month, _ count: Int) -> String {
        let digits = "\(1000 + count)".dropFirst()
        return "\(prefix)-\(month)-\(digits)"
    }

    private static func issued(in month: Month, _ random: inout SampleRandom) -> [SampleDocument] {
        let count = random.number(8...12)
        let days = (0..<count).map { _ in random.number(1...24) }.sorted()
        var documents = days.enumerated().map { index, day in
            invoice(number("EXB", month, index + 1), date(month, day), &random)
        }
        if random.once(in: 2) {
            let original = random.pick(documents)
            let line = original.lines[0]
            documents.append(
                SampleDocument(
                    number: number("EXC", month, 1), date: date(month, random.number(25...28)),
                    seller: business.enterprise, buyer: original.buyer,
                    lines: [.init(product: line.product, quantity: max(1, line.quantity / 7))],
                    credits: (original.number, original.date)))
        }
        return documents
    }

    private static func invoice(
        _ number: String, _ date: CalendarDate, _ random: inout SampleRandom
    ) -> SampleDocument {
        var products = business.products
        let lines = (0..<random.number(1...4)).map { _ in
            let product = products.remove(at: random.number(0...products.count - 1))
            let most = product.unit == "HUR" ? 16 : max(12, 420_000 / product.price)
            return SampleDocument.Line(product: product, quantity: random.number(3...most))
        }
        var document = SampleDocument(
            number: number, date: date, seller: business.enterprise,
            buyer: random.pick(business.customers), lines: lines)
        document.days = random.pick([14, 30, 30, 45, 60])
        document.orderReference = "PO-\(document.buyer.prefix)-\(random.number(10_000...99_999))"
        if random.once(in: 6) { document.discount = random.number(2...5) }
        if random.once(in: 12) { document.advance = 30 }
        document.hasAttachment = random.once(in: 15)
        return document
    }

    private static func received(in month: Month, _ random: inout SampleRandom) -> [SampleDocument]
    {
        var documents = business.suppliers.map { supplier in
            let product = random.pick(supplier.products)
            return SampleDocument(
                number: number(supplier.party.prefix, month, random.number(1...99)),
                date: date(month, random.number(1...24)), seller: supplier.party,
                buyer: business.enterprise,
                lines: [
                    .init(product: product, quantity: random.number(supplier.least...supplier.most))
                ])
        }
        if random.once(in: 5), let original = documents.first {
            documents.append(
                SampleDocument(
                    number: number("NSC", month, 1), date: date(month, 28),
                    seller: original.seller, buyer: business.enterprise,
                    lines: [.init(product: original.lines[0].product, quantity: 1)],
                    credits: (original.number, original.date)))
        }
        return documents
    }
}
