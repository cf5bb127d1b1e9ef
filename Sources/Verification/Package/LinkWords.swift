import Sharing
import Wire

extension LinkedStatement {
    /// What is true of the groups, and which they are.
    func sentences(of groups: [LinkedGroup]) -> [String] {
        let lines = groups.prefix(Self.mostShown).map { group in
            let sides = [group.first, group.second].map { $0.isEmpty ? "none" : $0.words }
            return "  " + sides.joined(separator: ": ")
        }
        let more = groups.count - lines.count
        return [sentence(groups.count) + ":"] + lines
            + (more > 0 ? ["  and \(more) more"] : [])
    }

    private static let mostShown = 12

    private func sentence(_ count: Int) -> String {
        switch relation {
        case .balances:
            "The opening balance and the amounts of the entries come to the closing balance of "
                + "\(counted(count, "bank statement")); the entries are as many as the statement says,"
                + " of its account and with its number"
        case .bills:
            "The invoices name the number of their order, and the same buyer, for "
                + "\(counted(count, "order"))\(later("issued", "its issue"))"
        case .despatches:
            "The invoices name the number of their delivery, for "
                + "\(counted(count, "delivery", "deliveries"))\(later("issued", "its issue"))"
        case .follows:
            "A bank statement begins with the balance with which the one before it ends, of the same"
                + " account, \(counted(count, "time"))\(later("beginning", "its end"))"
        case .fulfils:
            "The deliveries name the number of their order, for "
                + "\(counted(count, "order"))\(later("issued", "its issue"))"
        case .settles:
            "What the bank booked comes to what was to be paid, by the amounts alone, in "
                + "\(counted(count, "group")) of invoices and entries"
                + "\(later("booked", "the due date")); each of the amounts is above zero"
        case .settlesByReference:
            "What the bank booked comes to what was to be paid, and names the reference to pay with, in "
                + "\(counted(count, "group")) of invoices and entries"
                + "\(later("booked", "the due date")); each of the amounts is above zero"
        }
    }

    /// `, booked at most 60 days after the due date`.
    private func later(_ verb: String, _ date: String) -> String {
        guard let days else { return "" }
        let bound =
            days.lowerBound == -Self.maximumDays
            ? "at most \(days.upperBound)" : "between \(days.lowerBound) and \(days.upperBound)"
        return ", \(verb) \(bound) days after \(date)"
    }

    private func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count) \(count == 1 ? one : many ?? one + "s")"
    }
}

extension [RecordNumber] {
    /// `bank/2026-03#1..97, bank/2026-04#2`: records that follow each other as ranges, of many the first.
    fileprivate var words: String {
        let ranges = compactMap {
            RecordRange(book: $0.book, from: Int64($0.number), to: Int64($0.number))
        }.merged
        let shown = ranges.prefix(Self.mostRanges).map { range in
            "\(range.book)#\(range.from)" + (range.from == range.to ? "" : "..\(range.to)")
        }
        let more = ranges.dropFirst(shown.count).reduce(0) { $0 + $1.numbers.count }
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    private static var mostRanges: Int { 8 }
}

extension [ProofStatement] {
    /// What a reader might take linked records to prove, and they don't.
    var unproven: [String] {
        let relations = Set(
            compactMap { statement -> Relation? in
                if case .linked(let link) = statement { link.relation } else { nil }
            })
        var lines: [String] = []
        if !relations.isDisjoint(with: [.settles, .settlesByReference]) {
            lines.append("that another grant doesn't use the same payments for other invoices")
        }
        if relations.contains(.settles) {
            lines.append("that those paid who were billed, where only the amounts agree")
        }
        if !relations.isDisjoint(with: [.balances, .follows, .settles, .settlesByReference]) {
            lines.append(
                "that the bank's books say so: entries and statements are the enterprise's own record"
            )
        }
        if !relations.isDisjoint(with: [.balances, .follows]) {
            lines.append("that there are no other statements and accounts")
        }
        return lines
    }
}

extension LinkList {
    /// Groups of two lists of records each.
    var json: JSON {
        .array(
            groups.map { group in
                .array(
                    [group.first, group.second].map { side in
                        .array(side.map { .string($0.description) })
                    })
            })
    }
}
