import Foundation
import FoundationXML

extension Markup {
    /// Elements that are passed over with all they contain.
    private static let ignored: Set<String> = ["UBLExtensions"]

    /// Parses a file. Throws a ``Finding`` for anything but well-formed XML with namespaces, within
    /// ``XMLLimits``, without a document type declaration and without references to entities.
    init(parsing bytes: [UInt8]) throws(Finding) {
        let text = try DecodedText(bytes)
        try MarkupScan.check(text)
        let builder = MarkupBuilder(ignoring: Self.ignored)
        let parser = XMLParser(data: Data(text.utf8))
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        let complete = parser.parse()
        if let finding = builder.finding { throw finding }
        guard complete, builder.isComplete else {
            throw Finding(.malformed, at: .init(path: "", line: max(1, parser.lineNumber)))
        }
        nodes = builder.nodes
    }
}

/// Collects what the XML parser reports; stops it at the first thing to refuse.
private final class MarkupBuilder: NSObject, XMLParserDelegate {
    private(set) var nodes: [Markup.Node] = []
    private(set) var finding: Finding?

    private let ignored: Set<String>
    private var open: [Int] = []
    /// The text of the innermost open element, as UTF-8, with that of the elements around it below.
    private var texts: [[UInt8]] = []
    /// How many elements deep inside an ignored one; 0 outside.
    private var ignoredDepth = 0

    init(ignoring ignored: Set<String>) { self.ignored = ignored }

    var isComplete: Bool { !nodes.isEmpty && open.isEmpty && ignoredDepth == 0 }

    private func stop(_ parser: XMLParser, _ reason: ImportRefusal.Reason) {
        if finding == nil {
            finding = Finding(reason, at: .init(path: "", line: max(1, parser.lineNumber)))
        }
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        if finding != nil { return }
        if ignoredDepth > 0 || (!open.isEmpty && ignored.contains(elementName)) {
            ignoredDepth += 1
            return
        }
        nodes.append(
            .init(
                parent: open.last ?? 0, namespace: namespaceURI ?? "", name: elementName,
                attributes: attributes.filter {
                    !$0.key.utf8.contains(UInt8(ascii: ":")) && $0.key != "xmlns"
                },
                line: parser.lineNumber))
        open.append(nodes.count - 1)
        texts.append([])
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        append(Array(string.utf8), parser)
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        append(Array(block), parser)
    }

    private func append(_ bytes: [UInt8], _ parser: XMLParser) {
        guard finding == nil, ignoredDepth == 0, let index = open.last else { return }
        texts[texts.count - 1] += bytes
        if texts[texts.count - 1].count > XMLLimits.textBytes
            && nodes[index].name != "EmbeddedDocumentBinaryObject"
        {
            stop(parser, .limitExceeded(.textLength, limit: XMLLimits.textBytes))
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        if finding != nil { return }
        if ignoredDepth > 0 {
            ignoredDepth -= 1
            return
        }
        guard let index = open.popLast(), let text = texts.popLast() else {
            return stop(parser, .malformed)
        }
        nodes[index].end = nodes.count
        nodes[index].text = String(decoding: text, as: UTF8.self)
    }

    func parser(
        _ parser: XMLParser, resolveExternalEntityName name: String, systemID: String?
    ) -> Data? {
        stop(parser, .documentTypeDeclaration)
        return nil
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        if finding == nil {
            finding = Finding(.malformed, at: .init(path: "", line: max(1, parser.lineNumber)))
        }
    }
}
