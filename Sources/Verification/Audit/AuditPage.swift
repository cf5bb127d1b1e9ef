import Rules
import Sharing
import Transparency
public import Wire

/// An audit as one self-contained HTML page: what was counted, in plots and in tables, and every
/// finding with its evidence. It needs no network and no script, and prints.
public struct AuditPage: Sendable {
    /// Findings whose evidence is in the page; of the others it names the place. An entry can have
    /// 64 KiB, and a page is to be read.
    public static let maximumEvidence = 500

    public let html: String

    /// A list of what happened, as the auditor was shown it.
    public struct List: Sendable {
        public let title: String
        public let headings: [String]
        public let rows: [[String]]

        public init(title: String, headings: [String], rows: [[String]]) {
            self.title = title
            self.headings = headings
            self.rows = rows
        }

        /// More rows than this aren't printed; how many there are is said.
        static let maximumRows = 2000
    }

    /// `log` names the log, `genesis` pins it; `auditor` made the audit with `program`, at the time `made`.
    /// `name` says what handles are called, `lists` what happened one by one.
    public init(
        _ report: AuditReport, of log: Origin, genesis: Digest<Digested.Genesis>,
        by auditor: Handle, naming name: (Handle) -> String = { $0.text },
        with program: String = "trine", lists: [List] = [],
        made: Timestamp
    ) {
        var page = Markup()
        page.raw(Self.head)
        page.element("title") { $0.text("Audit of \(log), \(report.size) entries") }
        page.raw("<style>\(Self.style)</style></head><body><main>")
        page.element("h1") { $0.text("Audit of \(log)") }
        Self.verdict(report, "\(name(auditor)), with \(program)", made, &page)
        Self.summary(report, genesis, name, &page)
        Self.findings(report, &page)
        Self.plots(report.facts, &page)
        Self.kinds(report.facts, &page)
        for list in lists { Self.list(list, &page) }
        Self.method(report, &page)
        Self.limits(&page)
        page.raw("</main></body></html>\n")
        html = page.text
    }

    /// Nothing is fetched and nothing runs, whatever the evidence contains.
    static let head = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        """

    static let style = """
        body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0}
        main{max-width:60rem;margin:0 auto;padding:1rem}
        table{border-collapse:collapse;margin:.5rem 0}
        th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ccc;\
        vertical-align:top}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.5rem;\
        font-size:.8rem}
        caption{text-align:left;font-weight:bold;padding:.4rem 0}
        td{overflow-wrap:anywhere}
        .legend span{display:inline-block;width:.9rem;height:.9rem;border:1px solid #2f5d8a;\
        vertical-align:-.1rem}.legend .first{background:#2f5d8a}\
        .legend .second{background:#d9e4ef;margin-left:1rem}
        figure{margin:1rem 0;break-inside:avoid}svg{width:100%;height:auto}
        .clean{border-left:.4rem solid #1b6e3c;padding-left:.8rem}
        .found{border-left:.4rem solid #a11d1d;padding-left:.8rem}
        details{break-inside:avoid}
        @media print{details{display:block}main{max-width:none}a{color:inherit}}
        """

    // MARK: What came of it

    private static func verdict(
        _ report: AuditReport, _ auditor: String, _ made: Timestamp, _ page: inout Markup
    ) {
        page.open("p", ["class": report.isClean ? "clean" : "found"])
        let count = report.findingCount
        page.element("strong") {
            $0.text(
                report.isClean
                    ? (report.stopped == nil
                        ? "No finding." : "No finding as far as it was judged.")
                    : "\(count) finding\(count == 1 ? "" : "s").")
        }
        if let stopped = report.stopped {
            page.element("strong") {
                $0.text(
                    " From entry \(stopped.index) on the log is under rules \(stopped.rules), which "
                        + "this program doesn't know: nothing from there on was judged. Update it.")
            }
        }
        page.text(
            " \(report.size) entries were replayed, \(report.facts.complete) of them with all that "
                + "belongs to them. Made by \(auditor), \(made).")
        page.close("p")
    }

    private static func summary(
        _ report: AuditReport, _ genesis: Digest<Digested.Genesis>, _ name: (Handle) -> String,
        _ page: inout Markup
    ) {
        let suspended = report.facts.suspended.sorted().map(name).joined(separator: ", ")
        let periods = report.facts.calendar.periods
        let period = [periods.first?.name, periods.last?.name].compactMap(\.self)
        table(
            &page, caption: "The log", ["", ""],
            [
                ["pin: the digest of the first entry", genesis.text],
                ["period", period.isEmpty ? "–" : Set(period).sorted().joined(separator: " to ")],
                ["root over all entries", report.root.base64],
                [
                    "largest checkpoint that agrees",
                    report.newest.map { "\($0.size) entries" } ?? "none",
                ],
                ["log time after the last entry", report.facts.time.map { "\($0)" } ?? "–"],
                ["participants", "\(report.facts.participants)"],
                ["suspended", suspended.isEmpty ? "none" : suspended],
                [
                    "grants",
                    "\(report.facts.grants): \(report.facts.liveGrants) standing, "
                        + "\(report.facts.revoked) revoked, \(report.facts.expired) ended",
                ],
                [
                    "erased",
                    "\(report.facts.erasedRecords) records, "
                        + "\(report.facts.erasedStatements) statements",
                ],
            ]
                + report.facts.otherCounts.sorted { $0.key < $1.key }.map {
                    [$0.key, "\($0.value)"]
                }
                + report.facts.policies.map {
                    ["policies in force from entry \($0.index) on", $0.what.text]
                }
                + report.facts.types.map {
                    [
                        "record type from entry \($0.index) on",
                        "\($0.what.name) \($0.what.version), \($0.what.digest)",
                    ]
                }
                + report.facts.charters.map {
                    [
                        "charter in force from entry \($0.index) on",
                        "\($0.what.threshold) of "
                            + $0.what.authorities.map(name).joined(separator: ", "),
                    ]
                }
                + report.facts.upgrades.map {
                    [
                        "upgrade announced by entry \($0.index)",
                        "rules \($0.what.rules), from entry \($0.what.from) on at the earliest",
                    ]
                })
    }

    private static func findings(_ report: AuditReport, _ page: inout Markup) {
        page.element("h2") { $0.text("Findings") }
        guard !report.isClean else {
            return page.element("p") { $0.text("None.") }
        }
        table(
            &page, caption: "Findings by kind", ["finding", "how often"],
            report.findingCounts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { [$0.key, "\($0.value)"] }, numeric: [1])
        for (number, finding) in report.findings.enumerated() {
            page.open("section", [:])
            page.element("h3") {
                $0.text(
                    "\(number + 1). \(finding.what.name)"
                        + (finding.index.map { " at \($0)" } ?? ""))
            }
            page.element("p") { $0.text(finding.what.meaning) }
            if !finding.what.detail.isEmpty {
                page.element("p") { body in body.element("code") { $0.text(finding.what.detail) } }
            }
            if number < maximumEvidence {
                evidence(finding.evidence, &page)
            } else {
                page.element("p") { $0.text("Its evidence is in the report as JSON.") }
            }
            page.close("section")
        }
        if report.findingCount > report.findings.count {
            page.element("p") {
                $0.text("\(report.findingCount - report.findings.count) more aren't listed.")
            }
        }
    }

    /// The entry as signed, and what it says; checkpoints as the log signed them.
    private static func evidence(_ evidence: AuditFinding.Evidence, _ page: inout Markup) {
        guard evidence.entry != nil || !evidence.checkpoints.isEmpty else { return }
        page.open("details", ["open": ""])
        page.element("summary") { $0.text("Evidence") }
        if let entry = evidence.entry {
            if let jws = try? JWS(parsing: entry) {
                page.element("p") { $0.text("The statement, as signed by the key in its header:") }
                page.element("pre") { $0.text(String(decoding: jws.payload, as: UTF8.self)) }
            }
            let isASCII = entry.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
            page.element("p") {
                $0.text(isASCII ? "The entry:" : "The entry, as base64url:")
            }
            page.element("pre") {
                $0.text(
                    isASCII ? String(decoding: entry, as: UTF8.self) : Base64URL.encode(entry))
            }
        }
        for note in evidence.checkpoints {
            page.element("p") { $0.text("A checkpoint, as signed:") }
            page.element("pre") { $0.text(String(decoding: note.bytes, as: UTF8.self)) }
        }
        page.close("details")
    }

    // MARK: What was counted

    private static func plots(_ facts: AuditFacts, _ page: inout Markup) {
        page.element("h2") { $0.text("What happened") }
        let periods = facts.calendar.periods
        ColumnPlot(
            title: "Entries over time", times: periods.map(\.name),
            parts: [.init(name: "entries", amounts: periods.map(\.count.entries))]
        ).draw(&page)
        ColumnPlot(
            title: "Books over time", times: periods.map(\.name),
            parts: [
                .init(name: "closed", amounts: periods.map(\.booksClosed)),
                .init(name: "open", amounts: periods.map(\.booksOpen)),
            ]
        ).draw(&page)
        BarPlot(
            title: "Grants by purpose", unit: "grants",
            bars: facts.purposes.sorted { $0.key.number < $1.key.number }
                .map { ($0.key.rawValue, $0.value) }
        ).draw(&page)
        var accesses = facts.accesses.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key.text, $0.value) }
        if facts.accessesOfUnknown > 0 { accesses.append(("undisclosed", facts.accessesOfUnknown)) }
        BarPlot(title: "Accesses by grantee", unit: "accesses", bars: accesses).draw(&page)
    }

    private static func kinds(_ facts: AuditFacts, _ page: inout Markup) {
        table(
            &page, caption: "Entries by kind", ["kind", "entries"],
            facts.kinds.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
                .map { [$0.key.rawValue, "\($0.value)"] }, numeric: [1])
    }

    private static func method(_ report: AuditReport, _ page: inout Markup) {
        page.element("h2") { $0.text("How this was found") }
        page.element("p") {
            $0.text(
                "Every entry was read in order: its signature, the rules, and the policies that were "
                    + "in force at its place were evaluated anew, and the tree over all entries was "
                    + "compared with the checkpoints that the log signed and with the one this "
                    + "auditor kept from its last audit. No field of any record was read.")
        }
    }

    private static func list(_ list: List, _ page: inout Markup) {
        page.element("h2") { $0.text(list.title) }
        guard !list.rows.isEmpty else { return page.element("p") { $0.text("None.") } }
        table(
            &page, caption: "\(list.title): \(list.rows.count)", list.headings,
            Array(list.rows.prefix(List.maximumRows)))
        guard list.rows.count > List.maximumRows else { return }
        page.element("p") {
            $0.text("The first \(List.maximumRows) are printed; the program lists all of them.")
        }
    }

    /// What nobody can find in this way.
    private static func limits(_ page: inout Markup) {
        page.element("h2") { $0.text("What an audit can't see") }
        page.element("ul") { list in
            for limit in [
                "Whether what records say is true: nobody reads them here, and who reads them sees "
                    + "what their enterprise registered.",
                "Documents that were never registered.",
                "A host and a grantee who act together: they can hide that something was read to "
                    + "which this grantee had the keys.",
                "What grantees do with what they have read.",
                "Requests and calls that the host never entered.",
                "Another history, shown to somebody else, unless checkpoints are compared or "
                    + "witnesses cosign.",
            ] { list.element("li") { $0.text(limit) } }
        }
    }

    static func table(
        _ page: inout Markup, caption: String, _ head: [String], _ rows: [[String]],
        numeric: Set<Int> = []
    ) {
        page.open("table", [:])
        page.element("caption") { $0.text(caption) }
        if head.contains(where: { !$0.isEmpty }) {
            page.open("tr", [:])
            for (column, name) in head.enumerated() {
                page.open("th", ["scope": "col"].merging(cell(column, numeric)) { $1 })
                page.text(name)
                page.close("th")
            }
            page.close("tr")
        }
        for row in rows {
            page.open("tr", [:])
            for (column, text) in row.enumerated() {
                let name = column == 0 ? "th" : "td"
                page.open(
                    name,
                    (column == 0 ? ["scope": "row"] : [:]).merging(cell(column, numeric)) { $1 })
                page.text(text)
                page.close(name)
            }
            page.close("tr")
        }
        page.close("table")
    }

    private static func cell(_ column: Int, _ numeric: Set<Int>) -> [String: String] {
        numeric.contains(column) ? ["class": "n"] : [:]
    }
}

extension AuditFinding.What {
    /// What a finding means, for a reader who didn't write this.
    var meaning: String {
        switch self {
        case .genesisNotPinned: "The log begins with another first entry than this auditor pinned."
        case .malformed: "The entry isn't a well-formed statement."
        case .refused: "The rules don't admit this entry at its place."
        case .againstPolicy:
            "The policies in force at its place forbid this, and the gateway admitted it all the same."
        case .disclosuresWithheld:
            "What belongs to this entry was kept from this auditor, who has a right to it."
        case .disclosuresWrong:
            "What was shown as belonging to this entry isn't what it commits to."
        case .backdated:
            "The host dated a checkpoint long after the date of its own statement, and it isn't in it."
        case .checkpointRefused:
            "This checkpoint isn't signed as this auditor's trust policy demands."
        case .rootWrong: "The entries don't give the root that the log signed."
        case .fork: "The log signed two histories."
        case .entriesMissing: "The log signed for more entries than it shows."
        case .rolledBack: "By the host's own dates the log was larger before."
        case .unplaced: "A checkpoint came too late in the replay to be compared."
        }
    }
}
