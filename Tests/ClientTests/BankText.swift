/// Files of a bank, made up.
enum BankText {
    static let account = "DE00100000000000000123"

    struct Entry {
        let cents: Int
        let day: String
        let reference: String
        var text = "payment"
    }

    enum Message: String {
        case report = "052"
        case statement = "053"
        case notice = "054"

        fileprivate var names: (root: String, part: String) {
            switch self {
            case .report: ("BkToCstmrAcctRpt", "Rpt")
            case .statement: ("BkToCstmrStmt", "Stmt")
            case .notice: ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
            }
        }
    }

    /// A message of `entries`; a statement begins with a balance of `opening` cents.
    static func file(
        _ message: Message, _ id: String, from: String, to: String, opening: Int = 0,
        _ entries: [Entry]
    ) -> [UInt8] {
        let names = message.names
        let closing = entries.reduce(opening) { $0 + $1.cents }
        let balances =
            message == .statement
            ? balance("OPBD", opening, from) + balance("CLBD", closing, to) : ""
        let text = """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.\(message.rawValue).001.08">
            <\(names.root)><GrpHdr><MsgId>\(id)</MsgId><CreDtTm>\(to)T20:00:00Z</CreDtTm></GrpHdr>
            <\(names.part)><Id>\(id)</Id><CreDtTm>\(to)T20:00:00Z</CreDtTm>
            <Acct><Id><IBAN>\(account)</IBAN></Id></Acct>\(balances)
            \(entries.map(entry).joined())
            </\(names.part)></\(names.root)></Document>
            """
        return Array(text.utf8)
    }

    private static func amount(_ cents: Int) -> String {
        let digits = "\(abs(cents) % 100)"
        return """
            <Amt Ccy="EUR">\(abs(cents) / 100).\(digits.count == 1 ? "0" : "")\(digits)</Amt>\
            <CdtDbtInd>\(cents < 0 ? "DBIT" : "CRDT")</CdtDbtInd>
            """
    }

    private static func balance(_ code: String, _ cents: Int, _ day: String) -> String {
        """
        <Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp>\(amount(cents))\
        <Dt><Dt>\(day)</Dt></Dt></Bal>
        """
    }

    private static func entry(_ entry: Entry) -> String {
        """
        <Ntry>\(amount(entry.cents))<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>\(entry.day)</Dt></BookgDt>\
        <ValDt><Dt>\(entry.day)</Dt></ValDt><AcctSvcrRef>\(entry.reference)</AcctSvcrRef>\
        <NtryDtls><TxDtls><RmtInf><Ustrd>\(entry.text)</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
        """
    }
}
