import Wire

/// Writes HTML. Text and attribute values are escaped here, and nowhere else.
struct Markup {
    private(set) var text = ""

    /// Markup of our own, without anything received in it.
    mutating func raw(_ markup: String) { text += markup }

    mutating func text(_ words: String) { text += Self.escaped(words) }

    mutating func open(_ name: String, _ attributes: [String: String]) {
        text += "<\(name)"
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            text += " \(key)=\"\(Self.escaped(value))\""
        }
        text += ">"
    }

    mutating func close(_ name: String) { text += "</\(name)>\n" }

    mutating func element(_ name: String, _ body: (inout Markup) -> Void) {
        open(name, [:])
        body(&self)
        close(name)
    }

    /// Control characters become U+FFFD, but for ends of lines and tabs.
    static func escaped(_ words: String) -> String {
        var result = ""
        result.reserveCapacity(words.utf8.count)
        for scalar in words.replacingControls(except: ["\n", "\t"]).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A plot of amounts as horizontal bars, with the numbers written beside them and once more as a
/// table for who can't see it.
struct BarPlot {
    let title: String
    let unit: String
    let bars: [(name: String, amount: Int)]

    /// More bars than this are drawn in groups of neighbours: one can't read a hundred.
    static let maximumBars = 60
    private static let rowHeight = 22

    func draw(_ page: inout Markup) {
        page.open("figure", [:])
        page.element("figcaption") { body in body.element("strong") { $0.text(title) } }
        if bars.isEmpty {
            page.element("p") { $0.text("None.") }
        } else {
            let drawn = grouped
            svg(drawn, &page)
            page.open("details", [:])
            page.element("summary") { $0.text("as a table") }
            AuditPage.table(
                &page, caption: title, ["", unit], bars.map { [$0.name, "\($0.amount)"] },
                numeric: [1])
            page.close("details")
        }
        page.close("figure")
    }

    private var grouped: [(name: String, amount: Int)] {
        guard bars.count > Self.maximumBars else { return bars }
        let size = (bars.count + Self.maximumBars - 1) / Self.maximumBars
        return stride(from: 0, to: bars.count, by: size).map { start in
            let group = bars[start..<min(bars.count, start + size)]
            let (first, last) = (group[group.startIndex].name, group[group.endIndex - 1].name)
            return (
                first == last ? first : "\(first) – \(last)", group.reduce(0) { $0 + $1.amount }
            )
        }
    }

    private func svg(_ bars: [(name: String, amount: Int)], _ page: inout Markup) {
        let height = bars.count * Self.rowHeight + 8
        let most = max(1, bars.map(\.amount).max() ?? 1)
        let description =
            "\(title): " + bars.map { "\($0.name) \($0.amount)" }.joined(separator: ", ")
        page.open(
            "svg",
            ["role": "img", "aria-label": description, "viewBox": "0 0 800 \(height)"])
        for (row, bar) in bars.enumerated() {
            let y = row * Self.rowHeight + 4
            let width = bar.amount == 0 ? 0 : max(1, 440 * bar.amount / most)
            page.open(
                "text",
                ["x": "250", "y": "\(y + 14)", "text-anchor": "end", "font-size": "13"])
            page.text(bar.name)
            page.close("text")
            page.open(
                "rect",
                [
                    "x": "260", "y": "\(y)", "width": "\(width)", "height": "16",
                    "fill": "#2f5d8a",
                ])
            page.close("rect")
            page.open("text", ["x": "\(268 + width)", "y": "\(y + 14)", "font-size": "13"])
            page.text("\(bar.amount)")
            page.close("text")
        }
        page.close("svg")
    }
}
