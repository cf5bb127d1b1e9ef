extension Markup {
    /// What a format has of its own.
    struct Vocabulary {
        /// Which namespaces the elements that mean something to its reader are in.
        let namespaces: Namespaces
        /// Elements that are left out with all they contain, by local name.
        var passedOver: Set<String> = []
        /// Elements whose text may be of any length, by local name.
        var longTexts: Set<String> = []

        enum Namespaces {
            case these(Set<String>)
            case beginning(String)

            func contains(_ namespace: String) -> Bool {
                switch self {
                case .these(let namespaces): namespaces.contains(namespace)
                case .beginning(let start): namespace.hasPrefix(start)
                }
            }
        }
    }

    /// Parses a document. Throws a ``Finding`` for anything but well-formed XML with namespaces,
    /// within ``XMLLimits``, without a document type declaration and without references to entities.
    init(parsing text: DecodedText, in vocabulary: Vocabulary) throws(Finding) {
        var reader = MarkupReader(text, in: vocabulary)
        while try reader.step() {}
        nodes = try reader.finish()
    }

    /// The root element of a document, of which no more is read than its start tag. Throws as above.
    static func root(of text: DecodedText) throws(Finding) -> Element {
        var reader = MarkupReader(text, in: Vocabulary(namespaces: .these([])))
        while reader.nodes.isEmpty {
            if try !reader.step() { throw reader.scanner.refusal(.malformed) }
        }
        return Markup(nodes: reader.nodes).root
    }
}

/// Reads an XML document into elements in one pass (XML 1.0 fifth edition, Namespaces in XML 1.0).
///
/// It knows no document type declarations and no entities but the five predefined ones. So nothing in
/// a document can name another file or grow when it is read, and what a receiver sees is what stands
/// there.
private struct MarkupReader {
    private(set) var scanner: MarkupScanner
    private(set) var nodes: [Markup.Node] = []
    private let vocabulary: Markup.Vocabulary
    private var open: [OpenElement] = []
    /// The prefixes in force, the innermost last; `""` is the default namespace.
    private var namespaces = [(prefix: "xml", uri: Self.xml), (prefix: "", uri: "")]
    private var elements = 0

    private struct OpenElement {
        let name: Range<Int>
        /// `nil` inside an element that is passed over.
        let node: Int?
        /// How many of ``namespaces`` are the outer elements'.
        let outerNamespaces: Int
        var text: [UInt8] = []
    }

    private static let xml = "http://www.w3.org/XML/1998/namespace"
    private static let xmlns = "http://www.w3.org/2000/xmlns/"

    init(_ text: DecodedText, in vocabulary: Markup.Vocabulary) {
        scanner = MarkupScanner(text.utf8, firstLine: text.firstLine)
        self.vocabulary = vocabulary
    }

    /// Reads a piece of markup, or the text up to the next; `false` at the end.
    mutating func step() throws(Finding) -> Bool {
        guard let byte = scanner.next else { return false }
        if byte == UInt8(ascii: "<") {
            try markup()
        } else if byte == UInt8(ascii: "&") {
            let character = try scanner.reference()
            if open.isEmpty { throw scanner.refusal(.malformed) }
            try append(character.utf8)
        } else if !open.isEmpty {
            let range = try scanner.characters()
            try append(scanner[range])
        } else if try !scanner.skipSpace() {
            throw scanner.refusal(.malformed)
        }
        return true
    }

    func finish() throws(Finding) -> [Markup.Node] {
        guard !nodes.isEmpty, open.isEmpty else { throw scanner.refusal(.malformed) }
        return nodes
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(Finding) {
        let last = open.count - 1
        guard let node = open[last].node else { return }
        open[last].text += bytes
        if open[last].text.count > XMLLimits.textBytes,
            !vocabulary.longTexts.contains(nodes[node].name)
        {
            throw scanner.refusal(.limitExceeded(.textLength, limit: XMLLimits.textBytes))
        }
    }

    private mutating func markup() throws(Finding) {
        if scanner.skip("<!--") {
            _ = try scanner.skip(behind: "--")
            try scanner.require(">")
        } else if scanner.skip("<?") {
            try processingInstruction()
        } else if scanner.follows("<!") && !scanner.follows("<![CDATA[") {
            let word = scanner.upcoming(9).dropFirst(2).map { $0 & 0xdf }
            throw scanner.refusal(
                word == Array("DOCTYPE".utf8) ? .documentTypeDeclaration : .malformed)
        } else if open.isEmpty && !nodes.isEmpty {
            throw scanner.refusal(.malformed)
        } else if scanner.skip("</") {
            try endTag()
        } else if scanner.skip("<![CDATA[") {
            guard !open.isEmpty else { throw scanner.refusal(.malformed) }
            let range = try scanner.skip(behind: "]]>")
            try append(scanner[range])
        } else {
            try startTag()
        }
    }

    /// `<?target …?>`, which means nothing here. A second XML declaration is none (XML 1.0 §2.6).
    private mutating func processingInstruction() throws(Finding) {
        let target = try scanner.part()
        guard target.lowercased() != "xml" else { throw scanner.refusal(.malformed) }
        if scanner.skip("?>") { return }
        guard try scanner.skipSpace() else { throw scanner.refusal(.malformed) }
        _ = try scanner.skip(behind: "?>")
    }

    // MARK: Elements

    private mutating func startTag() throws(Finding) {
        try scanner.require("<")
        elements += 1
        if elements > XMLLimits.elements {
            throw scanner.refusal(.limitExceeded(.elements, limit: XMLLimits.elements))
        }
        if open.count >= XMLLimits.depth {
            throw scanner.refusal(.limitExceeded(.depth, limit: XMLLimits.depth))
        }
        let name = try scanner.name()
        var attributes: [(name: MarkupScanner.Name, value: String)] = []
        while true {
            let isSpaced = try scanner.skipSpace()
            if scanner.follows("/") || scanner.follows(">") { break }
            guard isSpaced else { throw scanner.refusal(.malformed) }
            if attributes.count == XMLLimits.attributes {
                throw scanner.refusal(.limitExceeded(.attributes, limit: XMLLimits.attributes))
            }
            let attribute = try scanner.name()
            attributes.append((attribute, try scanner.assignedValue()))
        }
        let isEmpty = scanner.skip("/")
        let outerNamespaces = namespaces.count
        for (name, value) in attributes { try declare(name, value) }
        let node = try add(name, try values(of: attributes))
        try scanner.require(">")
        open.append(OpenElement(name: name.range, node: node, outerNamespaces: outerNamespaces))
        if isEmpty { close() }
    }

    private mutating func endTag() throws(Finding) {
        let name = try scanner.name()
        _ = try scanner.skipSpace()
        try scanner.require(">")
        guard let element = open.last, scanner[element.name] == scanner[name.range] else {
            throw scanner.refusal(.malformed)
        }
        close()
    }

    private mutating func close() {
        let element = open.removeLast()
        namespaces.removeLast(namespaces.count - element.outerNamespaces)
        guard let node = element.node else { return }
        nodes[node].end = nodes.count
        nodes[node].text = String(decoding: element.text, as: UTF8.self)
    }

    /// The element's place among ``nodes``; `nil` where it is passed over.
    private mutating func add(
        _ name: MarkupScanner.Name, _ attributes: [String: String]
    ) throws(Finding) -> Int? {
        let namespace = try namespace(of: name.prefix)
        var parent = 0
        if let outer = open.last {
            guard let node = outer.node, !vocabulary.passedOver.contains(name.local) else {
                return nil
            }
            parent = node
        }
        nodes.append(
            .init(
                parent: parent, namespace: namespace, name: name.local,
                isTerm: vocabulary.namespaces.contains(namespace), attributes: attributes,
                line: scanner.line))
        return nodes.count - 1
    }

    // MARK: Namespaces

    /// Takes a declaration of a namespace in (Namespaces in XML 1.0 §3).
    private mutating func declare(
        _ name: MarkupScanner.Name, _ uri: String
    ) throws(Finding) {
        let prefix: String
        if name.prefix == "xmlns" {
            prefix = name.local
            guard prefix != "xmlns", !uri.isEmpty else { throw scanner.refusal(.malformed) }
        } else if name.prefix.isEmpty && name.local == "xmlns" {
            prefix = ""
        } else {
            return
        }
        guard (prefix == "xml") == (uri == Self.xml), uri != Self.xmlns else {
            throw scanner.refusal(.malformed)
        }
        namespaces.append((prefix, uri))
    }

    private func namespace(of prefix: String) throws(Finding) -> String {
        guard let known = namespaces.last(where: { $0.prefix == prefix }) else {
            throw scanner.refusal(.malformed)
        }
        return known.uri
    }

    /// The attributes without a prefix, by name. Throws where two have the same name and namespace.
    private func values(
        of attributes: [(name: MarkupScanner.Name, value: String)]
    ) throws(Finding) -> [String: String] {
        var values: [String: String] = [:]
        var others: Set<String> = []
        for (name, value) in attributes {
            if name.prefix.isEmpty {
                guard values.updateValue(value, forKey: name.local) == nil else {
                    throw scanner.refusal(.malformed)
                }
            } else {
                // A local name has no space.
                let isDeclaration = name.prefix == "xmlns"
                let namespace = isDeclaration ? Self.xmlns : try namespace(of: name.prefix)
                guard others.insert(name.local + " " + namespace).inserted else {
                    throw scanner.refusal(.malformed)
                }
            }
        }
        values["xmlns"] = nil
        return values
    }
}
