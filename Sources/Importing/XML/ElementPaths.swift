import Sharing
import Wire

extension Markup {
    /// Appends the elements of the vocabulary called `name` inside the element at `index`.
    fileprivate func appendTerms(of index: Int, named name: String, to found: inout [Int]) {
        var position = index + 1
        while position < nodes[index].end {
            if nodes[position].isTerm && nodes[position].name == name { found.append(position) }
            position = nodes[position].end
        }
    }
}

extension Element {
    /// The elements of the vocabulary at the end of `path`, such as `PartyTaxScheme/TaxScheme/ID`.
    func all(_ path: String) -> [Element] {
        var found = [index]
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            let parents = found
            found = []
            for parent in parents {
                markup.appendTerms(of: parent, named: String(Substring(name)), to: &found)
            }
        }
        return found.map { Element(markup: markup, index: $0) }
    }

    func first(_ path: String) -> Element? { all(path).first }

    /// The first element at `path` that has text; empty elements are as good as none.
    func filled(_ path: String) -> Element? { all(path).first { $0.text != nil } }

    /// The text of the first element at `path` that has any.
    func text(_ path: String) -> String? { filled(path)?.text }

    /// The one element at `path` that has text, or `nil`. Throws where there are several.
    func single(_ path: String, _ term: ImportRefusal.Term) throws(Finding) -> Element? {
        let found = all(path).filter { $0.text != nil }
        if found.count > 1 { throw Finding(.repeated(term), at: found[1].place) }
        return found.first
    }

    /// This element's text as a date (`xs:date`, whose time zone doesn't change the day).
    func date(_ term: ImportRefusal.Term) throws(Finding) -> CalendarDate {
        let text = text ?? ""
        guard let date = Self.date(text) else { throw Finding(.invalidDate(term), at: place) }
        return date
    }

    /// This element's text as a date of UN/CEFACT: `20261122`, its format 102.
    func compactDate(_ term: ImportRefusal.Term) throws(Finding) -> CalendarDate {
        let text = text ?? ""
        guard attribute("format") ?? "102" == "102", text.utf8.count == 8,
            let date = CalendarDate(
                "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
        else { throw Finding(.invalidDate(term), at: place) }
        return date
    }

    /// The one element at `path`, or `nil`. Throws where there are several.
    func sole(_ path: String, _ term: ImportRefusal.Term) throws(Finding) -> Element? {
        let found = all(path)
        if found.count > 1 { throw Finding(.repeated(term), at: found[1].place) }
        return found.first
    }

    private static func date(_ text: String) -> CalendarDate? {
        isTimeZone(text.dropFirst(10)) ? CalendarDate(String(text.prefix(10))) : nil
    }

    private static func isTimeZone(_ text: Substring) -> Bool {
        if text.isEmpty || text == "Z" { return true }
        let bytes = Array(text.utf8)
        return bytes.count == 6 && (bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"))
            && bytes[3] == UInt8(ascii: ":")
            && [1, 2, 4, 5].allSatisfy { (0x30...0x39).contains(bytes[$0]) }
    }
}
