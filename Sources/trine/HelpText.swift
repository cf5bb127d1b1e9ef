/// The help of a command as it is printed: the example, which stands in the discussion, comes last and
/// on one line, so that it can be copied and run.
enum HelpText {
    private static let mark = "Example: "

    static func arranged(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard let start = lines.firstIndex(where: { $0.hasPrefix(mark) }) else {
            return lines.joined(separator: "\n")
        }
        let end = lines[start...].firstIndex(of: "") ?? lines.endIndex
        let example = lines[start..<end].joined(separator: " ").dropFirst(mark.count)
        // The empty line behind the example goes with it.
        lines.removeSubrange(start..<min(end + 1, lines.endIndex))
        return lines.joined(separator: "\n") + "\n\nEXAMPLE:\n  " + example
    }
}
