public import Sharing
import Verification
public import Wire

/// Two statements of an account, one after the other, of which the second doesn't begin with the balance
/// with which the first ends: something between them is missing.
public struct BalanceGap: Sendable, Hashable {
    public let account: String
    /// The records of the two.
    public let earlier: String
    public let later: String
    public let closed: CalendarDate
    public let closing: Amount
    public let opened: CalendarDate
    public let opening: Amount
}

/// What a statement says of its account.
private struct Balances {
    let record: String
    let opened: CalendarDate
    let opening: Amount
    let closed: CalendarDate
    let closing: Amount
}

/// An account, which some banks keep in several currencies.
private struct Account: Hashable, Comparable {
    let number: String
    let currency: String

    static func < (left: Account, right: Account) -> Bool {
        (left.number, left.currency) < (right.number, right.currency)
    }
}

extension Enterprise {
    /// The gaps between the statements of these accounts, by account and time.
    func balanceGaps(after accounts: Set<String>) async throws -> [BalanceGap] {
        guard !accounts.isEmpty else { return [] }
        let view = await session.view
        let names: [FieldName] = [
            "account", "period_start", "period_end", "opening_balance", "closing_balance",
        ]
        let statements = view.types.series.filter { series in
            guard let type = view.types.fields(of: series) else { return false }
            return names.allSatisfy { type.field($0) != nil }
        }
        var found: [Account: [Balances]] = [:]
        for series in statements {
            let records = try view.records(ofBooks: { $0.series == series }).filter(\.isHead)
            try await read(records, fields: names) { record in
                guard let values = record.fields?.values,
                    case .text(let account)? = values["account"], accounts.contains(account),
                    case .date(let opened)? = values["period_start"],
                    case .date(let closed)? = values["period_end"],
                    case .amount(let opening)? = values["opening_balance"],
                    case .amount(let closing)? = values["closing_balance"]
                else { return }
                found[Account(number: account, currency: closing.currency), default: []].append(
                    Balances(
                        record: "\(record.claims.book)#\(record.claims.number)", opened: opened,
                        opening: opening, closed: closed, closing: closing))
            }
        }
        return found.keys.sorted().flatMap { key in
            Self.gaps(of: key.number, found[key] ?? [])
        }
    }

    /// A statement inside the time of another one, such as that of a day in that of its month, is no
    /// part of the chain.
    private static func gaps(of account: String, _ statements: [Balances]) -> [BalanceGap] {
        let ordered = statements.sorted {
            ($0.opened, $1.closed) < ($1.opened, $0.closed)
        }
        var gaps: [BalanceGap] = []
        var last: Balances?
        for statement in ordered {
            guard let earlier = last else {
                last = statement
                continue
            }
            if statement.closed < earlier.closed
                || (statement.closed == earlier.closed && statement.opened >= earlier.opened
                    && statement.closing == earlier.closing)
            {
                continue
            }
            if statement.opening != earlier.closing {
                gaps.append(
                    BalanceGap(
                        account: account, earlier: earlier.record, later: statement.record,
                        closed: earlier.closed, closing: earlier.closing,
                        opened: statement.opened, opening: statement.opening))
            }
            last = statement
        }
        return gaps
    }
}
