import Sharing
public import Wire

/// Verified evidence as one page that prints: what it proves in words, the values that it shows, and the
/// evidence itself, from which anybody can make the same page again and compare.
public struct EvidencePage: Sendable {
    public let html: String

    /// `evidence` is the file; `genesis` pins its log.
    init(
        title: String, lines: [String], records: [VerifiedRecord], fields: [FieldName],
        evidence: [UInt8], log: Origin, genesis: Digest<Digested.Genesis>
    ) {
        var page = Markup()
        page.raw(AuditPage.head)
        page.element("title") { $0.text(title) }
        page.raw("<style>\(AuditPage.style)</style></head><body><main>")
        page.element("h1") { $0.text(title) }
        page.element("ul") { list in
            for line in lines { list.element("li") { $0.text(line) } }
        }
        Self.values(records, fields, &page)
        page.element("h2") { $0.text("How to check this") }
        page.element("p") {
            $0.text(
                "This page carries what it is about. The command trine verify, given the page and the "
                    + "pin of the log, verifies that, makes the page again from it, and says so where one "
                    + "byte differs. Ask for the pin by another way than this page: printed here it proves "
                    + "nothing.")
        }
        AuditPage.table(
            &page, caption: "The log", ["", ""],
            [["name", log.text], ["pin, the digest of its first entry", genesis.text]])
        page.raw(Self.opening + Base64URL.encode(evidence) + Self.closing)
        page.raw("</main></body></html>\n")
        html = page.text
    }

    /// A browser runs nothing of it and shows nothing of it.
    private static let opening = "<script type=\"application/trine-evidence\">"
    private static let closing = "</script>\n"

    /// The evidence that `page` carries; `nil` where it isn't such a page.
    public static func evidence(in page: [UInt8]) -> [UInt8]? {
        let text = String(decoding: page, as: UTF8.self)
        let parts = text.split(separator: opening, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2,
            let end = parts[1].firstIndex(of: "<"), parts[1][end...].hasPrefix("</script>")
        else { return nil }
        return Base64URL.decode(Array(parts[1][..<end].utf8))
    }

    private static func values(
        _ records: [VerifiedRecord], _ fields: [FieldName], _ page: inout Markup
    ) {
        guard !records.isEmpty else { return }
        AuditPage.table(
            &page, caption: "Records", ["record", "entry"] + fields.map(\.text) + [""],
            records.map { record in
                let values = record.fields?.values ?? [:]
                let state =
                    record.erasedAt.map { "erased by entry \($0)" }
                    ?? (record.replacedBy == nil ? "" : "replaced")
                return ["\(record.claims.book)#\(record.claims.number)", "\(record.index)"]
                    + fields.map { values[$0]?.printed ?? "" } + [state]
            }, numeric: [1])
    }
}

extension VerifiedPackage {
    /// `package` as a page; `genesis` pins its log.
    public func page(genesis: Digest<Digested.Genesis>) -> EvidencePage {
        EvidencePage(
            title: "What \(verdict.enterprise) let \(verdict.grantee) "
                + (proven == nil ? "read" : "know"),
            lines: verdict.lines(), records: proven == nil ? records : [],
            fields: verdict.fields, evidence: package.bytes, log: verdict.origin,
            genesis: genesis)
    }
}

extension VerifiedCertificate {
    public func page(genesis: Digest<Digested.Genesis>) -> EvidencePage {
        EvidencePage(
            title: "Registered by \(enterprise)", lines: lines(), records: records, fields: fields,
            evidence: certificate.bytes, log: origin, genesis: genesis)
    }
}

extension VerifiedContradiction {
    /// `evidence` is the contradiction's own file.
    public func page(
        of evidence: Contradiction, log: Origin, genesis: Digest<Digested.Genesis>
    ) -> EvidencePage {
        EvidencePage(
            title: "A contradiction signed by \(enterprise)", lines: lines(), records: [],
            fields: [], evidence: evidence.bytes, log: log, genesis: genesis)
    }
}

extension FieldValue {
    /// For a page: amounts with their currency, what is long only by its size.
    fileprivate var printed: String {
        switch self {
        case .null: ""
        case .text(let text): text
        case .date(let date): date.description
        case .amount(let amount): "\(amount.text) \(amount.currency)"
        case .quantity(let quantity): "\(quantity.text) \(quantity.unit)"
        case .json(let json): json.canonicalText
        case .document(let mediaType, let bytes): "\(mediaType), \(bytes.count) bytes"
        }
    }
}
