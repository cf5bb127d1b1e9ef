import Foundation

/// How the values of options are spelled: told to who wrote one otherwise.
enum Spelling {
    private static let ofOptions: [String: String] = [
        "--amount": "two amounts: 1000..5000; one of them may be left out",
        "--balances": "two months, the earlier first, or one: 2026-01..2026-12",
        "--books": "a series and months: bank/2026-01..2026-03",
        "--country": "two capital letters: DE",
        "--fields": "names with commas between: due_date,tax_exclusive_amount",
        "--fingerprint": "the 26 characters that trine fingerprint shows",
        "--handle": "3 to 64 small letters, digits and hyphens: bearings",
        "--id": "a scheme and an identifier: vat:DE123456789, lei:…, gln:…",
        "--in": "a day, a month or a year: 2026-03-17, 2026-03, 2026",
        "--listen": "an address and a port: 127.0.0.1:8087",
        "<book>": "a series and a month: invoices/2026-11",
        "<fingerprint>": "the 26 characters that trine fingerprint shows",
        "<handle>": "3 to 64 small letters, digits and hyphens: bearings",
        "<record>": "a book and a number: invoices/2026-11#17",
        "--paid": "two months, the earlier first, or one: 2026-01..2026-12",
        "--settled": "two months, the earlier first, or one: 2026-01..2026-12",
        "--months": "two months, the earlier first, or one: 2026-01..2026-12",
    ]

    private static let span = "a number and h, d, w or y: 12h, 30d, 2w, 1y"
    private static let day = "a day, a month or a year: 2026-03-17, 2026-03, 2026"

    /// What to say about the message that a value is invalid; `nil` for another message, and where the
    /// message itself lists what there is.
    static func hint(_ message: String, _ command: [String]) -> String? {
        guard message.hasPrefix("The value '"), let name = option(in: message) else { return nil }
        switch name {
        case "--for":
            return "it is " + (command.contains("unlock") ? "a number and s, m or h: 8h" : span)
        case "--keep", "--ends": return "it is " + span
        case "--since", "--until": return "it is " + day
        default: return ofOptions[name].map { "it is " + $0 }
        }
    }

    /// `--months` in `… is invalid for '--months <months>'`, `<book>` in `… for '<book>'`.
    private static func option(in message: String) -> String? {
        guard let place = message.range(of: "is invalid for '") else { return nil }
        return message[place.upperBound...].split(whereSeparator: { $0 == " " || $0 == "'" })
            .first.map(String.init)
    }
}
