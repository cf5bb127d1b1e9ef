import Sharing
import Wire

/// Reads account reports, statements and notices of ISO 20022: camt.052, camt.053 and camt.054 in every
/// version.
///
/// Only what is booked becomes a record. What a notice says is said again by a statement, and so becomes
/// a record of another series, which nobody adds to the first.
struct CamtReader: DocumentReader {
    static let formats = ["camt", "camt-statement", "camt-notice"]
    static let mediaType = "application/xml"

    private static let namespace = "urn:iso:std:iso:20022:tech:xsd:camt."

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root, root.name == "Document" else { return false }
        return Message.allCases.contains { root.namespace.hasPrefix(namespace + $0.rawValue) }
    }

    /// A message, by the number behind `camt.`.
    private enum Message: String, CaseIterable {
        case report = "052.001."
        case statement = "053.001."
        case notice = "054.001."

        /// The element of the message, whose name had its version in the first one.
        func root(of namespace: String) -> String {
            let name =
                switch self {
                case .report: "BkToCstmrAcctRpt"
                case .statement: "BkToCstmrStmt"
                case .notice: "BkToCstmrDbtCdtNtfctn"
                }
            return namespace.hasSuffix(".001.01") ? name + "V01" : name
        }

        /// Where it has what it says about accounts.
        func path(of namespace: String) -> String {
            let name =
                switch self {
                case .report: "/Rpt"
                case .statement: "/Stmt"
                case .notice: "/Ntfctn"
                }
            return root(of: namespace) + name
        }
    }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let root = try file.markup(in: Markup.Vocabulary(namespaces: .beginning(namespace))).root
        guard
            let message = Message.allCases.first(where: {
                root.namespace.hasPrefix(namespace + $0.rawValue)
            })
        else { throw Finding(.malformed, at: root.place) }
        let path = message.path(of: root.namespace)
        let statements = root.all(path)
        guard !statements.isEmpty else {
            throw Finding(
                .missing(.init("account", of: .bankEntry)), at: root.place(ofMissing: path))
        }
        var drafts = BankDrafts(
            format: message == .notice ? "camt-notice" : "camt",
            statementFormat: message == .statement ? "camt-statement" : nil, file: file)
        for element in statements {
            if message == .notice {
                let head = message.root(of: root.namespace) + "/GrpHdr/CreDtTm"
                guard let created = element.filled("CreDtTm") ?? root.filled(head) else {
                    throw Finding(
                        .missing(.init(part: "notified_on")),
                        at: element.place(ofMissing: "CreDtTm"))
                }
                drafts.notified = try created.day(.init(part: "notified_on"))
            }
            try drafts.add(try CamtStatement(element).statement())
        }
        return drafts.drafts
    }
}

extension Element {
    /// The day of an `ISODate` or `ISODateTime`.
    fileprivate func day(_ term: ImportRefusal.Term) throws(Finding) -> CalendarDate {
        let text = text ?? ""
        guard let day = CalendarDate(String(text.prefix(10))),
            text.utf8.count == 10 || text.dropFirst(10).first == "T" || isTimeZone(text)
        else { throw Finding(.invalidDate(term), at: place) }
        return day
    }

    /// The day inside, which is there as `Dt` or `DtTm`.
    fileprivate func chosenDay(
        _ path: String, _ term: ImportRefusal.Term
    ) throws(Finding) -> CalendarDate? {
        try (filled(path + "/Dt") ?? filled(path + "/DtTm"))?.day(term)
    }

    private func isTimeZone(_ text: String) -> Bool {
        ["Z", "+", "-"].contains(text.dropFirst(10).first)
    }
}

/// One `Stmt`, `Rpt` or `Ntfctn`.
private struct CamtStatement {
    let element: Element

    init(_ element: Element) { self.element = element }

    func statement() throws(Finding) -> BankStatement {
        let number = ["IBAN", "Othr/Id", "BBAN", "UPIC", "PrtryAcct/Id"].lazy.compactMap {
            element.text("Acct/Id/" + $0)
        }.first
        guard let account = number else {
            throw Finding(
                .missing(.init("account", of: .bankEntry)), at: element.place(ofMissing: "Acct/Id"))
        }
        let bank = "Acct/Svcr/FinInstnId/"
        var statement = BankStatement(account: account, place: element.place)
        statement.servicer =
            element.text(bank + "BICFI") ?? element.text(bank + "BIC")
            ?? element.text(bank + "ClrSysMmbId/MmbId") ?? element.text(bank + "Othr/Id")
        statement.holder = holder()
        statement.id = element.text("Id")
        statement.sequence = element.text("ElctrncSeqNb")
        statement.opening = try balance(["OPBD", "PRCD"], "opening_balance")
        statement.closing = try balance(["CLBD"], "closing_balance")
        for entry in element.all("Ntry") {
            statement.entries += try CamtEntry(entry)?.entries() ?? []
        }
        return statement
    }

    /// The numbers of the legal entity whose account it is.
    private func holder() -> Set<RegisteredIdentifier> {
        let schemes = ["TXID": ["vat", "tax"], "DUNS": ["duns"], "EANG": ["gln"]]
        var found = Set(
            [element.text("Acct/Ownr/Id/OrgId/LEI")].compactMap(\.self).compactMap {
                RegisteredIdentifier(scheme: "lei", id: $0)
            })
        for other in element.all("Acct/Ownr/Id/OrgId/Othr") {
            guard let id = other.text("Id") else { continue }
            for scheme in schemes[other.text("SchmeNm/Cd") ?? ""] ?? [] {
                if let known = RegisteredIdentifier(scheme: scheme, id: id) { found.insert(known) }
            }
        }
        return found
    }

    /// The first balance of one of these kinds.
    private func balance(
        _ codes: [String], _ field: FieldName
    ) throws(Finding) -> BankStatement.Balance? {
        let term = ImportRefusal.Term(field, of: .bankStatement)
        let balances = element.all("Bal")
        for code in codes {
            let found = balances.filter { $0.text("Tp/CdOrPrtry/Cd") == code }
            guard let balance = found.first else { continue }
            if found.count > 1 { throw Finding(.repeated(term), at: found[1].place) }
            guard let date = try balance.chosenDay("Dt", term) else {
                throw Finding(.missing(term), at: balance.place(ofMissing: "Dt"))
            }
            return .init(date: date, amount: try balance.signedAmount(term), place: balance.place)
        }
        return nil
    }
}

extension Element {
    /// The amount at `path` with its currency.
    fileprivate func amount(
        _ path: String, _ term: ImportRefusal.Term
    ) throws(Finding) -> Amount? {
        guard let found = filled(path) else { return nil }
        do {
            return try Amount(
                parsing: found.text ?? "", currency: found.attribute("Ccy") ?? "")
        } catch { throw Finding(.invalidAmount(term, error), at: found.place) }
    }

    /// `Amt` with the sign that `CdtDbtInd` gives it.
    fileprivate func signedAmount(_ term: ImportRefusal.Term) throws(Finding) -> Amount {
        guard let amount = try amount("Amt", term) else {
            throw Finding(.missing(term), at: place(ofMissing: "Amt"))
        }
        return try isDebit(term) ? -amount : amount
    }

    fileprivate func isDebit(_ term: ImportRefusal.Term) throws(Finding) -> Bool {
        switch text("CdtDbtInd") {
        case "DBIT": return true
        case "CRDT": return false
        default: throw Finding(.missing(term), at: place(ofMissing: "CdtDbtInd"))
        }
    }
}

/// One `Ntry`.
private struct CamtEntry {
    let element: Element
    private let isDebit: Bool
    private let amount: Amount

    /// `nil` for what isn't booked: it is pending, or for information.
    init?(_ element: Element) throws(Finding) {
        let status = element.text("Sts/Cd") ?? element.text("Sts")
        guard status == "BOOK" else { return nil }
        let term = ImportRefusal.Term("amount", of: .bankEntry)
        self.element = element
        isDebit = try element.isDebit(term)
        amount = try element.signedAmount(term)
    }

    /// The entry, or the payments of which a batch consists, where each has its amount and they add up to
    /// the entry's.
    func entries() throws(Finding) -> [BankStatement.Entry] {
        // The first version has them in the entry itself.
        let details = element.all("NtryDtls/TxDtls") + element.all("TxDtls")
        guard details.count > 1 else { return [try entry(details.first, amount, parts: [])] }
        let amounts = details.map { part(of: $0) }
        let sum = amounts.reduce(ExactDecimal.zero) { $0 + ($1?.value ?? .zero) }
        guard !amounts.contains(nil), sum == amount.value else {
            return [try entry(nil, amount, parts: details)]
        }
        var entries: [BankStatement.Entry] = []
        for (detail, amount) in zip(details, amounts.compactMap(\.self)) {
            entries.append(try entry(detail, amount, parts: []))
        }
        return entries
    }

    /// The amount of one payment of a batch, in the entry's currency and sign; `nil` where the bank
    /// doesn't say.
    private func part(of detail: Element) -> Amount? {
        for path in ["Amt", "AmtDtls/TxAmt/Amt"] {
            guard let found = detail.filled(path), found.attribute("Ccy") == amount.currency,
                let value = try? Amount(parsing: found.text ?? "", currency: amount.currency)
            else { continue }
            let debit = detail.text("CdtDbtInd").map { $0 == "DBIT" } ?? isDebit
            return debit ? -value : value
        }
        return nil
    }

    private func entry(
        _ detail: Element?, _ amount: Amount, parts: [Element]
    ) throws(Finding) -> BankStatement.Entry {
        var entry = BankStatement.Entry(amount: amount, place: .init(path: "", line: element.line))
        entry.booked = try element.chosenDay("BookgDt", .init("booking_date", of: .bankEntry))
        let valued = try element.chosenDay("ValDt", .init("value_date", of: .bankEntry))
        entry.values["value_date"] = valued.map { .date($0) }
        func set(_ field: FieldName, _ text: String?) {
            if let text { entry.values[field] = .text(text) }
        }
        set("entry_reference", element.text("NtryRef"))
        set(
            "servicer_reference",
            detail?.text("Refs/AcctSvcrRef") ?? element.text("AcctSvcrRef"))
        set("transaction_code", code(detail) ?? code(element))
        let charges = "Chrgs/TtlChrgsAndTaxAmt"
        let term = ImportRefusal.Term("charges", of: .bankEntry)
        var charged = try detail?.amount(charges, term)
        if charged == nil { charged = try element.amount(charges, term) }
        entry.values["charges"] = charged.map { .amount($0) }
        guard let detail else {
            let names = parts.compactMap { Self.counterpart($0, isDebit).name }
            set("remittance", element.text("AddtlNtryInf"))
            if !parts.isEmpty {
                entry.values["details"] = .json(
                    .array(
                        parts.enumerated().map { place, part in
                            summary(part, names.count == parts.count ? names[place] : nil)
                        }))
            }
            return entry
        }
        let side = Self.counterpart(detail, isDebit)
        set("counterpart_name", side.name)
        set("ultimate_counterpart", side.ultimate)
        set("counterpart_account", side.account)
        set("counterpart_bank", side.bank)
        set(
            "end_to_end_id",
            detail.text("Refs/EndToEndId").flatMap { $0 == "NOTPROVIDED" ? nil : $0 })
        set("mandate_id", detail.text("Refs/MndtId"))
        set("transaction_id", detail.text("Refs/UETR") ?? detail.text("Refs/TxId"))
        set("creditor_reference", detail.text("RmtInf/Strd/CdtrRefInf/Ref"))
        set("purpose_code", detail.text("Purp/Cd"))
        set("return_reason", detail.text("RtrInf/Rsn/Cd") ?? detail.text("RtrInf/Rsn/Prtry"))
        let words = detail.all("RmtInf/Ustrd").compactMap(\.text).joined(separator: " ")
        set(
            "remittance",
            words.isEmpty ? detail.text("AddtlTxInf") ?? element.text("AddtlNtryInf") : words)
        let instructed = try detail.amount(
            "AmtDtls/InstdAmt/Amt", .init("instructed_amount", of: .bankEntry))
        entry.values["instructed_amount"] = instructed.map { .amount($0) }
        let named = detail.all("RmtInf/Strd/RfrdDocInf").map(Self.named)
        if !named.isEmpty { entry.values["details"] = .json(.array(named)) }
        return entry
    }

    /// The other side: who paid what came in, or was paid what went out.
    private static func counterpart(
        _ detail: Element, _ isDebit: Bool
    ) -> (name: String?, ultimate: String?, account: String?, bank: String?) {
        let side = isDebit ? "Cdtr" : "Dbtr"
        let parties = "RltdPties/"
        func name(_ party: String) -> String? {
            detail.text(parties + party + "/Nm") ?? detail.text(parties + party + "/Pty/Nm")
                ?? detail.text(parties + party + "/Agt/FinInstnId/Nm")
        }
        let account = parties + side + "Acct/Id/"
        let bank = "RltdAgts/" + side + "Agt/FinInstnId/"
        return (
            name(side), name("Ultmt" + side),
            detail.text(account + "IBAN") ?? detail.text(account + "Othr/Id"),
            detail.text(bank + "BICFI") ?? detail.text(bank + "BIC")
                ?? detail.text(bank + "ClrSysMmbId/MmbId") ?? detail.text(bank + "Nm")
        )
    }

    /// `PMNT-RCDT-DMCT`, or the bank's own code.
    private func code(_ element: Element?) -> String? {
        guard let element else { return nil }
        let path = "BkTxCd/Domn/"
        let parts = ["Cd", "Fmly/Cd", "Fmly/SubFmlyCd"].compactMap { element.text(path + $0) }
        return parts.count == 3
            ? parts.joined(separator: "-") : element.text("BkTxCd/Prtry/Cd")
    }

    /// A document that the payer named.
    private static func named(_ element: Element) -> JSON {
        var object: [String: JSON] = [:]
        object["number"] = element.text("Nb").map { .string($0) }
        object["date"] = element.text("RltdDt").map { .string($0) }
        return .object(object)
    }

    /// One payment of a batch that stays one entry.
    private func summary(_ part: Element, _ name: String?) -> JSON {
        var object: [String: JSON] = [:]
        object["amount"] = self.part(of: part).map { .string($0.text) }
        object["name"] = name.map { .string($0) }
        object["end_to_end_id"] = part.text("Refs/EndToEndId").map { .string($0) }
        return .object(object)
    }
}
