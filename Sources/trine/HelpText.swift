/// The help of a command as it is printed: the examples, which stand in the discussion, come last and
/// on one line each, so that they can be copied and run.
enum HelpText {
    private static let mark = "Example: "

    static func arranged(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        var examples: [String] = []
        while let start = lines.firstIndex(where: { $0.hasPrefix(mark) }) {
            let end = lines[start...].firstIndex(of: "") ?? lines.endIndex
            let example = lines[start..<end].joined(separator: " ").dropFirst(mark.count)
            examples.append("  " + example)
            // The empty line behind the example goes with it.
            lines.removeSubrange(start..<min(end + 1, lines.endIndex))
        }
        guard !examples.isEmpty else { return lines.joined(separator: "\n") }
        return (lines + ["", examples.count == 1 ? "EXAMPLE:" : "EXAMPLES:"] + examples)
            .joined(separator: "\n")
    }
}
