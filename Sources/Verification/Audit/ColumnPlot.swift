/// A plot of amounts over time as columns, one or two kinds stacked, with an axis, and once more as
/// a table for who can't see it.
struct ColumnPlot {
    /// What one part of each column stands for. The second is also told by its outline, in print.
    struct Part {
        let name: String
        let amounts: [Int]
    }

    let title: String
    /// Of each column, in the order of time.
    let times: [String]
    let parts: [Part]

    private static let (left, right, top, bottom, height) = (64, 790, 12, 196, 226)
    private static let fills = ["#2f5d8a", "#d9e4ef"]

    func draw(_ page: inout Markup) {
        page.open("figure", [:])
        page.element("figcaption") { body in body.element("strong") { $0.text(title) } }
        if times.isEmpty {
            page.element("p") { $0.text("None.") }
        } else {
            svg(&page)
            page.open("details", [:])
            page.element("summary") { $0.text("as a table") }
            AuditPage.table(
                &page, caption: title, [""] + parts.map(\.name),
                times.indices.map { time in
                    [times[time]] + parts.map { "\($0.amounts[time])" }
                }, numeric: Set(1...parts.count))
            page.close("details")
        }
        page.close("figure")
    }

    private func svg(_ page: inout Markup) {
        let totals = times.indices.map { time in parts.reduce(0) { $0 + $1.amounts[time] } }
        let top = Self.ceiling(of: totals.max() ?? 0)
        let ends = parts.map { "\($0.name) \($0.amounts[times.count - 1])" }
        page.open(
            "svg",
            [
                "role": "img", "viewBox": "0 0 800 \(Self.height)",
                "aria-label":
                    "\(title), from \(times[0]) to \(times[times.count - 1]). At the end: "
                    + ends.joined(separator: ", "),
            ])
        for value in Set([0, top / 2, top]).sorted() { gridLine(value, of: top, &page) }
        let step = Double(Self.right - Self.left) / Double(times.count)
        let width = min(48, max(2, step * 0.8))
        for time in times.indices {
            let x = Double(Self.left) + step * (Double(time) + 0.5) - width / 2
            var below = 0
            for (number, part) in parts.enumerated() {
                let amount = part.amounts[time]
                if amount > 0 {
                    column(x, width, from: below, to: below + amount, of: top, number, &page)
                }
                below += amount
            }
        }
        labels(step, &page)
        page.close("svg")
        if parts.count > 1 { legend(&page) }
    }

    private func column(
        _ x: Double, _ width: Double, from: Int, to: Int, of top: Int, _ part: Int,
        _ page: inout Markup
    ) {
        let (low, high) = (Self.y(from, of: top), Self.y(to, of: top))
        page.open(
            "rect",
            [
                "x": Self.text(x), "y": Self.text(high), "width": Self.text(width),
                "height": Self.text(max(1, low - high)), "fill": Self.fills[part % 2],
                "stroke": Self.fills[0],
            ])
        page.close("rect")
    }

    private func gridLine(_ value: Int, of top: Int, _ page: inout Markup) {
        let y = Self.text(Self.y(value, of: top))
        page.open(
            "line",
            [
                "x1": "\(Self.left)", "x2": "\(Self.right)", "y1": y, "y2": y,
                "stroke": value == 0 ? "#1a1a1a" : "#ccc",
            ])
        page.close("line")
        page.open(
            "text",
            [
                "x": "\(Self.left - 8)", "y": Self.text(Self.y(value, of: top) + 4),
                "text-anchor": "end", "font-size": "13",
            ])
        page.text("\(value)")
        page.close("text")
    }

    /// As many times as fit, the first and the last among them.
    private func labels(_ step: Double, _ page: inout Markup) {
        let every = max(1, Int((110 / step).rounded(.up)))
        var shown = Array(stride(from: 0, to: times.count, by: every))
        if let last = shown.last, last != times.count - 1 {
            if times.count - 1 - last < every, shown.count > 1 { shown.removeLast() }
            shown.append(times.count - 1)
        }
        for time in shown {
            page.open(
                "text",
                [
                    "x": Self.text(Double(Self.left) + step * (Double(time) + 0.5)),
                    "y": "\(Self.bottom + 20)", "text-anchor": "middle", "font-size": "13",
                ])
            page.text(times[time])
            page.close("text")
        }
    }

    private func legend(_ page: inout Markup) {
        page.open("p", ["class": "legend"])
        for (number, part) in parts.enumerated() {
            page.open("span", ["class": number == 0 ? "first" : "second"])
            page.close("span")
            page.text(" \(part.name) ")
        }
        page.close("p")
    }

    /// The next round number: the axis ends there.
    private static func ceiling(of most: Int) -> Int {
        var unit = 1
        while true {
            for factor in [1, 2, 5] where unit * factor >= most { return unit * factor }
            unit *= 10
        }
    }

    private static func y(_ value: Int, of top: Int) -> Double {
        Double(bottom) - Double(bottom - Self.top) * Double(value) / Double(max(1, top))
    }

    /// With one decimal.
    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
