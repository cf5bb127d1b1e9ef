import Client
import Custody
import Sharing
import Wire

/// Named lists of fields, so that nobody types the same fifteen each time: one for each purpose that
/// reads, and those that a home has of its own.
struct FieldBundles {
    /// What each purpose usually needs, within what the policies that a log begins with let be read.
    static let standard: [(name: String, fields: [FieldName])] = [
        ("credit-assessment", figures), ("credit-monitoring", figures), ("guarantee", figures),
        (
            "receivables-financing",
            figures + counterparties + fields("number", "payment_account", "payment_reference")
        ),
        ("supply-chain-financing", figures + counterparties + fields("number", "order_reference")),
        ("inspection", figures + counterparties + fields("number", "tax_amount")),
        ("audit", figures + counterparties + fields("number", "tax_amount", "tax_breakdown")),
    ].map { ($0.0, $0.1.sorted()) }

    private static let figures = fields(
        "document_kind", "issue_date", "due_date", "currency", "tax_exclusive_amount",
        "payable_amount")
    private static let counterparties = fields("seller_name", "buyer_name", "buyer_vat_id")

    private static func fields(_ names: String...) -> [FieldName] {
        names.compactMap { FieldName($0) }
    }

    /// Those of the home, by name.
    private(set) var own: [String: [FieldName]] = [:]
    private let path: String

    /// The file has a line for each: the name, a space, the fields with commas between.
    private static let fileName = "bundles"
    private static let maximumBytes = 1 << 16
    private static let maximumNameBytes = 50

    init(in home: Home) throws {
        path = home.directory + "/" + Self.fileName
        let bytes = try PrivateFile.read(path, limit: Self.maximumBytes) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty && line.first != "#" {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, Self.isName(parts[0]),
                let list = NameList<FieldName>(argument: parts[1])
            else {
                throw Complaint.home("line \(number + 1) of \(path) isn't a name and fields")
                    .named("bundles-malformed")
                    .hint("a bundle is written so: monthly issue_date,payable_amount")
            }
            own[parts[0]] = list.names.sorted()
        }
    }

    /// An own bundle before a standard one of the same name.
    subscript(name: String) -> [FieldName]? {
        own[name] ?? Self.standard.first { $0.name == name }?.fields
    }

    var all: [(name: String, fields: [FieldName], isOwn: Bool)] {
        let others = Self.standard.filter { own[$0.name] == nil }
        return own.sorted { $0.key < $1.key }.map { ($0.key, $0.value, true) }
            + others.map { ($0.name, $0.fields, false) }
    }

    mutating func name(_ name: String, _ fields: [FieldName]) throws {
        guard Self.isName(name) else {
            throw Complaint.usage("'\(name)' can't be a bundle's name")
                .hint("use letters, digits and hyphens")
        }
        own[name] = fields.sorted()
        try save()
    }

    mutating func forget(_ name: String) throws {
        guard own.removeValue(forKey: name) != nil else { throw unknown(name) }
        try save()
    }

    func unknown(_ name: String) -> Complaint {
        Complaint.usage("no bundle of fields is called \(name)").named("no-bundle")
            .hint(
                Likeness.hint(name, among: all.map(\.name)) ?? "list them: trine bundles")
    }

    private func save() throws {
        let lines = own.sorted { $0.key < $1.key }.map { name, fields in
            "\(name) \(fields.map(\.text).joined(separator: ","))\n"
        }
        try PrivateFile.replace(path, with: Array(lines.joined().utf8))
    }

    private static func isName(_ text: String) -> Bool {
        (1...maximumNameBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte == 0x2d || (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
            }
    }
}
