public import Sharing

/// A document of the way from an order to an invoice, as far as it names others.
public struct FlowDocument: Sendable, Hashable {
    public enum Stage: String, Sendable {
        case order
        /// What the buyer said of an order later.
        case change, cancellation
        /// The seller's answer that an order isn't accepted.
        case rejection
        case despatch
        /// What the customer says that came.
        case receipt
        case invoice
    }

    /// The record: `orders/2026-11#17`.
    public let id: String
    public let stage: Stage
    /// Days since 1970.
    public let issued: Int64
    /// Its own numbers.
    public let numbers: [String]
    /// The numbers that it names of an order, of a despatch advice and of a receipt advice.
    public let orders: [String]
    public let despatches: [String]
    public let receipts: [String]
    /// By what the other side is known: its VAT number, its name.
    public let partners: [String]
    public let lines: [Line]

    /// What is ordered, sent, come or invoiced of one article.
    public struct Line: Sendable, Hashable {
        /// The number of the order's line that it is about; of an order's own line its number.
        public let order: String?
        /// The numbers of the article.
        public let items: [String]
        public let quantity: ExactDecimal
        public let unit: String

        public init(order: String?, items: [String], quantity: ExactDecimal, unit: String) {
            self.order = order
            self.items = items
            self.quantity = quantity
            self.unit = unit
        }
    }

    public init(
        id: String, stage: Stage, issued: Int64, numbers: [String], orders: [String] = [],
        despatches: [String] = [], receipts: [String] = [], partners: [String] = [],
        lines: [Line] = []
    ) {
        func spelled(_ texts: [String]) -> [String] {
            texts.map(Spelling.joined).filter { !$0.isEmpty }
        }
        self.id = id
        self.stage = stage
        self.issued = issued
        self.numbers = spelled(numbers)
        self.orders = spelled(orders)
        self.despatches = spelled(despatches)
        self.receipts = spelled(receipts)
        self.partners = spelled(partners)
        self.lines = lines
    }
}

/// What belongs together of orders, deliveries, invoices and payments, and what is missing in between.
public struct FlowChain: Sendable, Hashable {
    public let order: String?
    public let despatches: [String]
    public let receipts: [String]
    public let invoices: [String]
    public let payments: [String]
    /// Days since 1970: the first document's.
    public let begun: Int64
    public let gaps: [FlowGap]
}

/// Something of which one document of a chain says more than the next, or says it alone.
public enum FlowGap: Sendable, Hashable {
    case cancelled, rejected
    /// A delivery or an invoice without an order.
    case noOrder
    case notDelivered
    /// Only where this customer confirms what came.
    case notReceived
    case notInvoiced
    case notPaid, partlyPaid
    /// Of a line of the order: another quantity than before.
    case quantity(Step, line: String, before: ExactDecimal, after: ExactDecimal, unit: String)

    /// Ordered and sent, sent and come, sent (or ordered) and invoiced.
    public enum Step: String, Sendable { case delivered, received, invoiced }
}

/// The chains of documents, `trine-match/1`: the same from the same records on every machine.
///
/// Documents belong together by the numbers that they name of each other, and of the same partner only;
/// where a number is of two documents, it joins nothing.
public struct Flow: Sendable {
    /// By the first document's day.
    public let chains: [FlowChain]

    public init(_ documents: [FlowDocument], _ matching: Matching) {
        let joining = FlowJoining(documents)
        let payments = Dictionary(grouping: matching.matches, by: \.claim)
        let open = Dictionary(
            zip(matching.claims, matching.open).map { ($0.id, $1) },
            uniquingKeysWith: { first, _ in first })
        var confirming: Set<String> = []
        for document in joining.documents where document.stage == .receipt {
            confirming.formUnion(document.partners)
        }
        chains = joining.groups.map { places in
            FlowGroup(places.map { joining.documents[$0] }, confirming, payments, open).chain
        }
    }
}

/// Which documents name which.
private struct FlowJoining {
    let documents: [FlowDocument]
    private var byNumber: [Key: [Int]] = [:]

    private struct Key: Hashable {
        let stage: FlowDocument.Stage
        let number: String
    }

    init(_ documents: [FlowDocument]) {
        self.documents = documents.sorted { ($0.issued, $0.id) < ($1.issued, $1.id) }
        for (place, document) in self.documents.enumerated() {
            for number in Set(document.numbers) {
                byNumber[Key(stage: document.stage, number: number), default: []].append(place)
            }
        }
    }

    /// The places of documents of each chain; an order is the first of its chain.
    var groups: [[Int]] {
        var members: [Int: [Int]] = [:]
        for place in documents.indices { members[root(of: place), default: []].append(place) }
        return members.sorted { $0.key < $1.key }.map { root, places in
            [root] + places.filter { $0 != root }
        }
    }

    /// The place of the document that a chain begins with.
    private func root(of place: Int) -> Int {
        let document = documents[place]
        if document.stage == .order { return place }
        if let order = only(.order, document.orders, of: document) { return order }
        if document.stage == .despatch { return place }
        if let despatch = only(.despatch, document.despatches, of: document) {
            return root(of: despatch)
        }
        if document.stage == .receipt { return place }
        if let receipt = only(.receipt, document.receipts, of: document) {
            return root(of: receipt)
        }
        return place
    }

    /// The one document of a stage that has one of these numbers and the same partner.
    private func only(
        _ stage: FlowDocument.Stage, _ numbers: [String], of document: FlowDocument
    ) -> Int? {
        let found = Set(numbers.flatMap { byNumber[Key(stage: stage, number: $0)] ?? [] })
        let fitting = found.filter { place in
            let partners = documents[place].partners
            return partners.isEmpty || document.partners.isEmpty
                || !Set(partners).isDisjoint(with: document.partners)
        }
        return fitting.count == 1 ? fitting.first : nil
    }
}

/// The documents of one chain.
private struct FlowGroup {
    private let documents: [FlowDocument]
    private let confirming: Set<String>
    private let payments: [String: [Match]]
    private let open: [String: Int64]

    init(
        _ documents: [FlowDocument], _ confirming: Set<String>, _ payments: [String: [Match]],
        _ open: [String: Int64]
    ) {
        self.documents = documents
        self.confirming = confirming
        self.payments = payments
        self.open = open
    }

    private func all(_ stage: FlowDocument.Stage) -> [FlowDocument] {
        documents.filter { $0.stage == stage }
    }

    var chain: FlowChain {
        let paid = all(.invoice).flatMap { payments[$0.id] ?? [] }.map(\.payment)
        return FlowChain(
            order: all(.order).first?.id, despatches: all(.despatch).map(\.id),
            receipts: all(.receipt).map(\.id), invoices: all(.invoice).map(\.id),
            payments: paid.enumerated().filter { paid.firstIndex(of: $1) == $0 }.map(\.element),
            begun: documents.map(\.issued).min() ?? 0, gaps: gaps)
    }

    private var gaps: [FlowGap] {
        var gaps: [FlowGap] = []
        let (sent, come) = (all(.despatch), all(.receipt))
        let isEnded = !all(.cancellation).isEmpty || !all(.rejection).isEmpty
        if !all(.cancellation).isEmpty { gaps.append(.cancelled) }
        if !all(.rejection).isEmpty { gaps.append(.rejected) }
        if all(.order).isEmpty { gaps.append(.noOrder) }
        if !isEnded {
            let isOfGoods = !all(.order).isEmpty
            if isOfGoods && sent.isEmpty && come.isEmpty { gaps.append(.notDelivered) }
            if all(.invoice).isEmpty { gaps.append(.notInvoiced) }
        }
        if come.isEmpty && sent.contains(where: { !confirming.isDisjoint(with: $0.partners) }) {
            gaps.append(.notReceived)
        }
        if let state = payment { gaps.append(state) }
        return gaps + (isEnded ? [] : quantities)
    }

    /// What is open of the invoices together.
    private var payment: FlowGap? {
        let due = all(.invoice).filter { open[$0.id] ?? 0 > 0 }
        guard !due.isEmpty else { return nil }
        let isPartly = all(.invoice).contains { !(payments[$0.id] ?? []).isEmpty }
        return isPartly ? .partlyPaid : .notPaid
    }

    // MARK: Quantities

    /// What is wanted: the order's lines as they were changed last.
    private var wanted: [FlowDocument.Line] {
        let change = all(.change).last { !$0.lines.isEmpty }
        return (change ?? all(.order).first)?.lines ?? []
    }

    private var quantities: [FlowGap] {
        let wanted = FlowLines(wanted)
        let sent = wanted.sums(of: all(.despatch))
        let come = wanted.sums(of: all(.receipt))
        let invoiced = wanted.sums(of: all(.invoice))
        var gaps: [FlowGap] = []
        for line in wanted.lines {
            func compare(_ step: FlowGap.Step, _ before: ExactDecimal?, _ after: ExactDecimal?) {
                guard let before, let after, before != after else { return }
                gaps.append(
                    .quantity(
                        step, line: line.order, before: before, after: after, unit: line.unit))
            }
            compare(.delivered, line.quantity, sent[line.order] ?? nil)
            let before = all(.despatch).isEmpty ? line.quantity : sent[line.order] ?? nil
            compare(.received, before, come[line.order] ?? nil)
            compare(.invoiced, before, invoiced[line.order] ?? nil)
        }
        return gaps
    }
}

/// The lines of an order, and what other documents say of them.
private struct FlowLines {
    struct Line {
        let order: String
        let quantity: ExactDecimal
        let unit: String
    }

    /// Those that have a number of their own.
    let lines: [Line]
    private let units: [String: String]
    private let byItem: [String: Set<String>]

    /// Sums of more lines aren't made.
    private static let mostLines = 10_000

    init(_ all: [FlowDocument.Line]) {
        let named = Dictionary(grouping: all.prefix(Self.mostLines)) { $0.order ?? "" }
        lines = all.prefix(Self.mostLines).compactMap { line in
            guard let order = line.order, named[order]?.count == 1 else { return nil }
            return Line(order: order, quantity: line.quantity, unit: line.unit)
        }
        units = Dictionary(lines.map { ($0.order, $0.unit) }, uniquingKeysWith: { $1 })
        var byItem: [String: Set<String>] = [:]
        for line in all.prefix(Self.mostLines) {
            for item in line.items { byItem[item, default: []].insert(line.order ?? "") }
        }
        self.byItem = byItem
    }

    /// What the documents have of each line together; `nil` inside where one has it in another unit, and no
    /// value for all lines where one can't be told to which it belongs.
    func sums(of documents: [FlowDocument]) -> [String: ExactDecimal?] {
        let all = documents.flatMap { $0.lines.prefix(Self.mostLines) }
        // Of one whose lines nobody knows nothing is known.
        guard !documents.isEmpty, documents.allSatisfy({ !$0.lines.isEmpty }),
            all.count <= Self.mostLines
        else { return [:] }
        var sums: [String: ExactDecimal?] = [:]
        for line in lines { sums[line.order] = .some(.zero) }
        for line in all {
            guard let order = order(of: line) else { return [:] }
            guard let sum = sums[order] ?? nil, units[order] == line.unit else {
                sums[order] = .some(nil)
                continue
            }
            sums[order] = .some(sum + line.quantity)
        }
        return sums
    }

    /// By its number, or else by that of an article which one line alone has.
    private func order(of line: FlowDocument.Line) -> String? {
        if let order = line.order { return units[order] == nil ? nil : order }
        let found = line.items.reduce(into: Set<String>()) { $0.formUnion(byItem[$1] ?? []) }
        guard found.count == 1, let order = found.first, units[order] != nil else { return nil }
        return order
    }
}
