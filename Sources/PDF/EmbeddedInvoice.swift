import CQPDF

/// Why no invoice is taken out of a PDF.
public enum PDFFault: UInt8, Error, CaseIterable, Sendable {
    /// Not a PDF, or a damaged one; nothing is repaired.
    case malformed = 65
    case encrypted = 66
    /// There is no file in it that is called as an invoice's XML is.
    case nothingInside = 67
    /// There are several, and two readers could take either.
    case several = 68
    /// The XML is larger than ``EmbeddedInvoice/maximumBytes``.
    case tooLarge = 69
}

/// The XML that Factur-X, ZUGFeRD and XRechnung attach to the PDF of an invoice.
///
/// A PDF can be made to cost any amount of memory and time. This is called in a process of its own, which
/// may use little of either.
public enum EmbeddedInvoice {
    public static let maximumBytes = 4 << 20

    /// The names that the standards give it, in small letters.
    static let names: Set<String> = [
        "factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml",
    ]

    /// The one attachment that is called as an invoice's XML is. Throws ``PDFFault``.
    public static func xml(in pdf: [UInt8]) throws(PDFFault) -> [UInt8] {
        guard let document = PDFDocument(pdf) else { throw .malformed }
        if document.isEncrypted { throw .encrypted }
        var found: [Int32: qpdf_oh] = [:]
        for file in document.attachments where names.contains(file.name.lowercased()) {
            found[file.object] = file.stream
        }
        guard let stream = found.values.first else { throw .nothingInside }
        guard found.count == 1 else { throw .several }
        guard let bytes = document.content(of: stream) else { throw .malformed }
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        return bytes
    }
}

/// A PDF that libqpdf has read.
private final class PDFDocument {
    struct Attachment {
        let name: String
        let stream: qpdf_oh
        /// The number of the stream's object, by which two mentions of it are one.
        let object: Int32
    }

    private let data: qpdf_data
    /// libqpdf reads from these bytes for as long as it is used.
    private let bytes: UnsafeMutableBufferPointer<CChar>

    /// Deeper trees of names, and larger ones, are made to cost time.
    private static let maximumDepth = 32
    private static let maximumNodes = 10_000

    /// `nil` for what isn't a PDF, or a damaged one.
    init?(_ pdf: [UInt8]) {
        guard let data = qpdf_init() else { return nil }
        self.data = data
        bytes = .allocate(capacity: pdf.count)
        _ = bytes.initialize(from: pdf.map { CChar(bitPattern: $0) })
        qpdf_silence_errors(data)
        qpdf_set_suppress_warnings(data, 1)
        qpdf_set_attempt_recovery(data, 0)
        let result = qpdf_read_memory(data, "pdf", bytes.baseAddress, UInt64(pdf.count), nil)
        guard result & 2 == 0 else { return nil }
    }

    deinit {
        // What is wrong with the file was seen by what it gave; libqpdf says on the error output what
        // nobody asked it for.
        while qpdf_has_error(data) != 0 { _ = qpdf_get_error(data) }
        var data: qpdf_data? = data
        qpdf_cleanup(&data)
        bytes.deallocate()
    }

    var isEncrypted: Bool { qpdf_is_encrypted(data) != 0 }

    /// The files that the document names, in its tree of names and as associated files.
    var attachments: [Attachment] {
        let root = qpdf_get_root(data)
        var found: [Attachment] = []
        if let names = value(root, "/Names"), let tree = value(names, "/EmbeddedFiles") {
            var nodes = 0
            collect(tree, 0, &nodes, &found)
        }
        if let associated = value(root, "/AF") {
            for file in items(associated) { add(file, to: &found) }
        }
        return found
    }

    /// The content of a stream, decoded; `nil` where it can't be.
    func content(of stream: qpdf_oh) -> [UInt8]? {
        var isDecoded: QPDF_BOOL = 0
        var buffer: UnsafeMutablePointer<UInt8>?
        var count = 0
        let result = qpdf_oh_get_stream_data(
            data, stream, qpdf_dl_generalized, &isDecoded, &buffer, &count)
        guard let buffer else { return nil }
        defer { free(buffer) }
        guard result & 2 == 0, isDecoded != 0 else { return nil }
        return Array(UnsafeBufferPointer(start: buffer, count: count))
    }

    private func collect(
        _ node: qpdf_oh, _ depth: Int, _ nodes: inout Int, _ found: inout [Attachment]
    ) {
        nodes += 1
        guard depth < Self.maximumDepth, nodes < Self.maximumNodes else { return }
        if let names = value(node, "/Names") {
            // Names and files take turns.
            for (place, item) in items(names).enumerated() where place % 2 == 1 {
                add(item, to: &found)
            }
        }
        if let kids = value(node, "/Kids") {
            for kid in items(kids) { collect(kid, depth + 1, &nodes, &found) }
        }
    }

    private func add(_ file: qpdf_oh, to found: inout [Attachment]) {
        guard qpdf_oh_is_dictionary(data, file) != 0, let files = value(file, "/EF"),
            let stream = value(files, "/UF") ?? value(files, "/F"),
            qpdf_oh_is_stream(data, stream) != 0,
            let name = (value(file, "/UF") ?? value(file, "/F")).flatMap(text)
        else { return }
        found.append(
            Attachment(
                name: name, stream: stream, object: qpdf_oh_get_object_id(data, stream)))
    }

    private func value(_ object: qpdf_oh, _ key: String) -> qpdf_oh? {
        guard qpdf_oh_is_dictionary(data, object) != 0,
            qpdf_oh_has_key(data, object, key) != 0
        else { return nil }
        return qpdf_oh_get_key(data, object, key)
    }

    private func items(_ object: qpdf_oh) -> [qpdf_oh] {
        guard qpdf_oh_is_array(data, object) != 0 else { return [] }
        let count = min(qpdf_oh_get_array_n_items(data, object), Int32(Self.maximumNodes))
        return (0..<count).map { qpdf_oh_get_array_item(data, object, $0) }
    }

    private func text(_ object: qpdf_oh) -> String? {
        guard qpdf_oh_is_string(data, object) != 0 else { return nil }
        return qpdf_oh_get_utf8_value(data, object).map { String(cString: $0) }
    }
}
