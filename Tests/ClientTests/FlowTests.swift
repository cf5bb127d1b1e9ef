import Sharing
import TestSupport
import Testing
import Wire

@testable import Client

/// Orders, deliveries, invoices and payments that belong together, and what is missing in between.
@Suite struct FlowTests {
    private func line(
        _ order: String?, _ quantity: String, _ unit: String = "C62", items: [String] = []
    ) -> FlowDocument.Line {
        .init(order: order, items: items, quantity: ExactDecimal(quantity)!, unit: unit)
    }

    private func order(
        _ id: String, _ number: String, sales: String? = nil, partner: String = "Buyer AG",
        lines: [FlowDocument.Line] = []
    ) -> FlowDocument {
        FlowDocument(
            id: id, stage: .order, issued: 100, numbers: [number] + [sales].compactMap(\.self),
            partners: [partner], lines: lines)
    }

    private func later(
        _ id: String, _ stage: FlowDocument.Stage, number: String? = nil, order: String? = nil,
        despatch: String? = nil, receipt: String? = nil, partner: String = "buyer ag",
        issued: Int64 = 110, lines: [FlowDocument.Line] = []
    ) -> FlowDocument {
        FlowDocument(
            id: id, stage: stage, issued: issued, numbers: [number ?? id],
            orders: [order].compactMap(\.self), despatches: [despatch].compactMap(\.self),
            receipts: [receipt].compactMap(\.self), partners: [partner], lines: lines)
    }

    private func chains(
        _ documents: [FlowDocument], paid: [(invoice: String, units: Int64)] = []
    ) -> [FlowChain] {
        let claims = documents.filter { $0.stage == .invoice }.map {
            Claim(
                id: $0.id, number: "RE-2026-\($0.id)", reference: nil, partner: nil,
                currency: "EUR", units: 1_000, issued: 100, due: nil)
        }
        let payments = paid.enumerated().map { place, payment in
            Payment(
                id: "p\(place)", reference: nil, text: "RE-2026-\(payment.invoice)", partner: nil,
                currency: "EUR", units: payment.units, booked: 130)
        }
        let matching = Matching(claims, payments)
        let flow = Flow(documents, matching)
        #expect(Flow(documents.reversed(), matching).chains == flow.chains)
        return flow.chains
    }

    @Test func aWholeChainHasNoGap() {
        let found = chains(
            [
                order("o", "PO-1", lines: [line("1", "3"), line("2", "1.5", "KGM")]),
                later(
                    "d", .despatch, order: "po 1",
                    lines: [line("1", "3"), line("2", "1.50", "KGM")]),
                later(
                    "r", .receipt, despatch: "d", lines: [line("1", "3"), line("2", "1.5", "KGM")]),
                later(
                    "1701", .invoice, order: "PO1",
                    lines: [line("1", "3"), line("2", "1.5", "KGM")]),
            ], paid: [("1701", 1_000)])
        #expect(
            found == [
                FlowChain(
                    order: "o", despatches: ["d"], receipts: ["r"], invoices: ["1701"],
                    payments: ["p0"], begun: 100, gaps: [])
            ])
    }

    @Test func everyGapHasItsWord() {
        func gaps(_ documents: [FlowDocument], paid: Int64? = nil) -> [FlowGap] {
            let all = chains(documents, paid: paid.map { [("1701", $0)] } ?? [])
            #expect(all.count == 1)
            return all.flatMap(\.gaps)
        }
        let wanted = order("o", "PO-1", lines: [line("1", "10")])
        #expect(gaps([wanted]) == [.notDelivered, .notInvoiced])
        #expect(gaps([wanted, later("c", .cancellation, order: "PO-1")]) == [.cancelled])
        #expect(gaps([wanted, later("c", .rejection, order: "PO-1")]) == [.rejected])
        let sent = later("d", .despatch, order: "PO-1", lines: [line("1", "8")])
        let less = FlowGap.quantity(
            .delivered, line: "1", before: ExactDecimal(10), after: ExactDecimal(8), unit: "C62")
        #expect(gaps([wanted, sent]) == [.notInvoiced, less])
        // A change of the order counts in the place of its lines.
        let change = later("c", .change, order: "PO-1", lines: [line("1", "8")])
        #expect(gaps([wanted, change, sent]) == [.notInvoiced])
        let come = later("r", .receipt, order: "PO-1", lines: [line("1", "7")])
        let short = FlowGap.quantity(
            .received, line: "1", before: ExactDecimal(8), after: ExactDecimal(7), unit: "C62")
        #expect(gaps([wanted, change, sent, come]) == [.notInvoiced, short])
        let invoice = later("1701", .invoice, despatch: "d", lines: [line("1", "9")])
        let more = FlowGap.quantity(
            .invoiced, line: "1", before: ExactDecimal(8), after: ExactDecimal(9), unit: "C62")
        #expect(gaps([wanted, change, sent, invoice]) == [.notPaid, more])
        #expect(gaps([wanted, change, sent, invoice], paid: 400) == [.partlyPaid, more])
        #expect(gaps([wanted, change, sent, invoice], paid: 1_000) == [more])
        #expect(gaps([invoice], paid: 1_000) == [.noOrder])
        // A customer who confirms others didn't confirm this one.
        let others = chains([
            sent, later("d2", .despatch, partner: "Other AG"),
            later("r2", .receipt, despatch: "d3"),
        ])
        #expect(
            others.map(\.gaps) == [
                [.noOrder, .notInvoiced, .notReceived], [.noOrder, .notInvoiced],
                [.noOrder, .notInvoiced],
            ])
    }

    @Test func numbersJoinWithinAPartnerAndWhereTheyAreOfOne() {
        // Two customers have the same number of an order.
        let both = [order("a", "1"), order("b", "1", partner: "Other AG")]
        let found = chains(both + [later("d", .despatch, order: "1", partner: "Other AG")])
        #expect(found.map(\.despatches) == [[], ["d"]])
        // A stranger's delivery doesn't belong to it.
        let stranger = chains([order("a", "1"), later("d", .despatch, order: "1", partner: "X")])
        #expect(stranger.map(\.order) == ["a", nil])
        // Of two orders of one number neither is taken.
        let twins = chains([order("a", "1"), order("b", "1"), later("d", .despatch, order: "1")])
        #expect(twins.map(\.despatches) == [[], [], ["d"]])
        // The seller's own number of the order is as good, and so is that of what the invoice names.
        let sales = chains([
            order("a", "1", sales: "S-9"), later("d", .despatch, order: "S 9"),
            later("r", .receipt, number: "R-2", despatch: "d"),
            later("17", .invoice, receipt: "R-2"),
        ])
        #expect(sales.map(\.invoices) == [["17"]] && sales[0].order == "a")
    }

    @Test func quantitiesAreComparedWhereTheyCanBe() {
        func gaps(
            _ ordered: [FlowDocument.Line], _ sent: [FlowDocument.Line]
        ) -> [FlowGap] {
            chains([
                order("o", "1", lines: ordered),
                later("d", .despatch, order: "1", lines: sent),
                later("17", .invoice, order: "1"),
            ])[0].gaps.filter { if case .quantity = $0 { true } else { false } }
        }
        // By the number of an article; in another unit, or of a line that nobody knows, nothing is said.
        #expect(gaps([line("1", "3", items: ["A"])], [line(nil, "3", items: ["A"])]) == [])
        #expect(gaps([line("1", "3", items: ["A"])], [line(nil, "2", items: ["A"])]).count == 1)
        #expect(gaps([line("1", "3")], [line("1", "2", "KGM")]).isEmpty)
        #expect(gaps([line("1", "3")], [line("1", "3"), line("9", "2")]).isEmpty)
        #expect(gaps([line("1", "3"), line("1", "4")], [line("1", "2")]).isEmpty)
        // Parts add up.
        #expect(gaps([line("1", "3")], [line("1", "1.5"), line("1", "1.5")]).isEmpty)
    }

    /// A year with known truth: each document is in the chain that it was made for, and whatever was left
    /// out is told.
    @Test(arguments: [1, 2] as [UInt64]) func aYearIsJoined(seed: UInt64) {
        var year = MadeFlow(seed: seed)
        year.make(1_500)
        let found = chains(year.documents.shuffled(), paid: year.paid)
        var right = 0
        for chain in found {
            guard let order = chain.order, let truth = year.truth[order] else { continue }
            let isSame =
                chain.despatches.sorted() == truth.despatches.sorted()
                && chain.invoices.sorted() == truth.invoices.sorted()
            #expect(isSame, "\(order)")
            #expect(Set(chain.gaps.map { "\($0)" }) == truth.gaps, "\(order)")
            right += 1
        }
        #expect(right == 1_500)
    }
}

/// Orders of a year, what became of each, and what has to be found.
private struct MadeFlow {
    struct Truth {
        var despatches: [String] = []
        var invoices: [String] = []
        var gaps: Set<String> = []
    }

    private(set) var documents: [FlowDocument] = []
    private(set) var paid: [(invoice: String, units: Int64)] = []
    private(set) var truth: [String: Truth] = [:]
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func below(_ limit: Int) -> Int { random.number(0...(limit - 1)) }

    mutating func make(_ count: Int) {
        for number in 0..<count { makeOrder(number) }
    }

    private mutating func makeOrder(_ number: Int) {
        // Every customer counts its orders for itself.
        let partner = "Partner \(number % 40) AG"
        let (id, name) = ("o\(number)", "PO-\(number / 40)")
        let quantity = 3 + below(20)
        var truth = Truth()
        add(id, .order, name, partner, day: number % 365, numbers: [name], quantity)
        if below(20) == 0 {
            add("c\(number)", .cancellation, name, partner, day: number % 365 + 1, orders: [name])
            truth.gaps = ["cancelled"]
            self.truth[id] = truth
            return
        }
        var sent = 0
        let parts = below(10) == 0 ? 0 : 1 + below(2)
        for part in 0..<parts {
            let last = part == parts - 1
            let piece = last ? quantity - sent - (below(8) == 0 ? 1 : 0) : quantity / 2
            sent += piece
            let despatch = "d\(number)-\(part)"
            truth.despatches.append(despatch)
            add(
                despatch, .despatch, despatch, partner, day: number % 365 + 5 + part,
                orders: [name], piece)
        }
        func exact(_ number: Int) -> ExactDecimal { ExactDecimal(Int32(number)) }
        if parts == 0 {
            truth.gaps.insert("notDelivered")
        } else if sent != quantity {
            let gap = FlowGap.quantity(
                .delivered, line: "1", before: exact(quantity), after: exact(sent), unit: "C62")
            truth.gaps.insert("\(gap)")
        }
        if below(10) == 0 {
            truth.gaps.insert("notInvoiced")
        } else {
            let invoice = "\(10_000 + number)"
            truth.invoices.append(invoice)
            let before = parts == 0 ? quantity : sent
            let more = below(12) == 0 ? 1 : 0
            let names = parts == 1 && below(2) == 0
            add(
                invoice, .invoice, invoice, partner, day: number % 365 + 9,
                orders: names ? [] : [name], despatches: names ? ["d\(number)-0"] : [],
                before + more)
            if more > 0 {
                let gap = FlowGap.quantity(
                    .invoiced, line: "1", before: exact(before), after: exact(before + 1),
                    unit: "C62")
                truth.gaps.insert("\(gap)")
            }
            switch below(3) {
            case 0: truth.gaps.insert("notPaid")
            case 1:
                paid.append((invoice, 400))
                truth.gaps.insert("partlyPaid")
            default: paid.append((invoice, 1_000))
            }
        }
        self.truth[id] = truth
    }

    private mutating func add(
        _ id: String, _ stage: FlowDocument.Stage, _ number: String, _ partner: String, day: Int,
        numbers: [String]? = nil, orders: [String] = [], despatches: [String] = [],
        _ quantity: Int = 0
    ) {
        let line = FlowDocument.Line(
            order: "1", items: [], quantity: ExactDecimal(Int32(quantity)), unit: "C62")
        documents.append(
            FlowDocument(
                id: id, stage: stage, issued: Int64(day), numbers: numbers ?? [number],
                orders: orders, despatches: despatches, partners: [partner],
                lines: quantity > 0 ? [line] : []))
    }
}
