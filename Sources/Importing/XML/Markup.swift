/// The elements of an XML document, in its order, without comments and what its format passes over.
struct Markup {
    var nodes: [Node] = []

    struct Node {
        let parent: Int
        let namespace: String
        let name: String
        /// Whether the namespace is one of the format's vocabulary.
        let isTerm: Bool
        /// By name, those without a prefix.
        let attributes: [String: String]
        let line: Int
        var text = ""
        /// The index behind the last element inside this one.
        var end = 0
    }

    var root: Element { Element(markup: self, index: 0) }
}

/// One element: a view into its ``Markup``.
struct Element {
    let markup: Markup
    let index: Int

    var name: String { markup.nodes[index].name }
    var namespace: String { markup.nodes[index].namespace }
    var line: Int { markup.nodes[index].line }

    /// The text without white space around it; `nil` where nothing is left.
    var text: String? {
        let text = markup.nodes[index].text
        func isInk(_ byte: UInt8) -> Bool {
            byte != 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d
        }
        guard let first = text.utf8.firstIndex(where: isInk),
            let last = text.utf8.lastIndex(where: isInk)
        else { return nil }
        return String(text[first..<text.utf8.index(after: last)])
    }

    func attribute(_ name: String) -> String? {
        markup.nodes[index].attributes[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    var children: [Element] {
        var children: [Element] = []
        var position = index + 1
        while position < markup.nodes[index].end {
            children.append(Element(markup: markup, index: position))
            position = markup.nodes[position].end
        }
        return children
    }

    /// Element names from the root; a position where several siblings share a name.
    var path: String {
        guard index > 0 else { return "/" + name }
        let parent = Element(markup: markup, index: markup.nodes[index].parent)
        let same = parent.children.filter { $0.name == name && $0.namespace == namespace }
        let position = (same.firstIndex { $0.index == index } ?? 0) + 1
        return parent.path + "/" + name + (same.count > 1 ? "[\(position)]" : "")
    }

    var place: ImportRefusal.Place { .init(path: path, line: line) }

    /// The place of a child that should be there.
    func place(ofMissing path: String) -> ImportRefusal.Place {
        .init(path: self.path + "/" + path, line: line)
    }
}
