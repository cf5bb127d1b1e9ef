import Sharing

/// What field 86 of a statement says of an entry. There are three ways of writing it: with subfields
/// `?20`, as German and Polish banks do; with words between strokes, `/REMI/`; and plain.
struct MT940Details {
    private(set) var values: [(FieldName, String)] = []

    init(_ lines: [String]) {
        let joined = lines.joined()
        if let subfields = Self.subfields(joined) {
            read(subfields)
        } else if let words = Self.words(joined) {
            read(words)
        } else {
            let text = lines.joined(separator: " ")
            set("remittance", text)
        }
    }

    private mutating func set(_ field: FieldName, _ text: String?) {
        let words = (text ?? "").split(separator: " ").joined(separator: " ")
        if !words.isEmpty { values.append((field, words)) }
    }

    // MARK: Subfields

    /// `166?00GUTSCHRIFT?20EREF+…`: a code of three digits, then a sign before each number.
    private static func subfields(_ text: String) -> [(Int, String)]? {
        let rest = text.drop { $0 == " " }
        guard rest.prefix(3).utf8.count == 3, rest.prefix(3).allSatisfy(\.isNumber) else {
            return nil
        }
        let body = rest.dropFirst(3)
        guard let sign = body.first, !sign.isLetter, !sign.isNumber, sign != " ",
            body.dropFirst().prefix(2).utf8.count == 2,
            body.dropFirst().prefix(2).allSatisfy(\.isNumber)
        else { return nil }
        var found: [(Int, String)] = [(-1, String(rest.prefix(3)))]
        for part in body.split(separator: sign) {
            // A sign that isn't before a number belongs to the text.
            if let number = Int(part.prefix(2)), part.prefix(2).utf8.count == 2 {
                found.append((number, String(part.dropFirst(2))))
            } else {
                found[found.count - 1].1 += String(sign) + part
            }
        }
        return found
    }

    private mutating func read(_ subfields: [(Int, String)]) {
        func joined(_ numbers: Set<Int>) -> String {
            subfields.filter { numbers.contains($0.0) }.map(\.1).joined()
        }
        set("transaction_code", joined([-1]))
        set("counterpart_name", joined([32, 33]))
        set("counterpart_account", joined([31]))
        set("counterpart_bank", joined([30]))
        let text = joined(Set(20...29).union(60...63))
        let tagged = Self.tagged(text)
        set("remittance", tagged["SVWZ"] ?? tagged[""] ?? joined([0]))
        set("end_to_end_id", Self.given(tagged["EREF"]))
        set("mandate_id", tagged["MREF"])
        set("ultimate_counterpart", tagged["ABWA"] ?? tagged["ABWE"])
        set("purpose_code", tagged["PURP"])
        if let account = tagged["IBAN"] { set("counterpart_account", account) }
        if let bank = tagged["BIC"] { set("counterpart_bank", bank) }
    }

    private static let tags = [
        "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC", "PURP",
        "COAM", "OAMT", "DDAT",
    ]

    /// `EREF+X SVWZ+Y` by tag; what stands before the first under `""`.
    private static func tagged(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        var tag = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            if let next = tags.first(where: { rest.hasPrefix($0 + "+") }) {
                tag = next
                rest = rest.dropFirst(next.count + 1)
                found[tag, default: ""] += ""
            } else {
                found[tag, default: ""].append(rest.removeFirst())
            }
        }
        return found
    }

    private static func given(_ text: String?) -> String? {
        text.flatMap { ["NOTPROVIDED", "NONREF"].contains($0) ? nil : $0 }
    }

    // MARK: Words between strokes

    private static let codes: Set<String> = [
        "TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "MARF", "CSID", "ORDP", "BENM", "RTRN",
        "PURP", "ISDT", "ADDR", "UDTR", "UCRD", "CNTP", "PREF", "SVCL", "ID", "CDTRREF",
        "CDTRREFTP",
        "USTD", "STRD", "OCMT", "CHGS", "IREF",
    ]

    /// `/EREF/X/REMI/Y`: what follows each code, up to the next.
    private static func words(_ text: String) -> [String: String]? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard text.hasPrefix("/"), parts.count > 2, codes.contains(parts[1]) else { return nil }
        var found: [String: String] = [:]
        var code = ""
        for part in parts.dropFirst() {
            if codes.contains(part), found[part] == nil {
                code = part
                found[code] = ""
            } else if let before = found[code] {
                found[code] = before.isEmpty ? part : before + "/" + part
            }
        }
        return found
    }

    private mutating func read(_ words: [String: String]) {
        // ING puts account, bank and name behind one code.
        let counterpart = words["CNTP"]?.split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        func part(_ position: Int) -> String? {
            counterpart.flatMap { $0.indices.contains(position) ? $0[position] : nil }
        }
        set("counterpart_name", words["NAME"] ?? part(2))
        set("counterpart_account", words["IBAN"] ?? part(0))
        set("counterpart_bank", words["BIC"] ?? part(1))
        let reference = words["CDTRREF"]
        set("creditor_reference", reference)
        set("remittance", Self.trimmed(words["USTD"]) ?? Self.trimmed(words["REMI"]))
        set("end_to_end_id", Self.given(Self.trimmed(words["EREF"])))
        set("mandate_id", Self.trimmed(words["MARF"]))
        set("return_reason", Self.trimmed(words["RTRN"]))
        set("purpose_code", Self.trimmed(words["PURP"]))
        set("ultimate_counterpart", Self.trimmed(words["UDTR"]) ?? Self.trimmed(words["UCRD"]))
    }

    private static func trimmed(_ text: String?) -> String? {
        guard var rest = text.map({ Substring($0) }) else { return nil }
        while rest.last == "/" { rest.removeLast() }
        while rest.first == "/" { rest.removeFirst() }
        return rest.isEmpty ? nil : String(rest)
    }
}
