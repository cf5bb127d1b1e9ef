/// What a file that no reader takes is, as far as its first bytes or its root element tell.
public enum DocumentFormat: Equatable, Sendable {
    /// A UBL document, by its root element.
    case otherUBL(String)
    /// UN/CEFACT Cross Industry Invoice.
    case crossIndustryInvoice
    /// An ISO 20022 bank statement or notification, by its message name: `camt.053`.
    case bankStatement(String)
    /// Any other XML, by its root element's local name.
    case otherXML(String)
    case json
    case pdf
    case zip
    case ofx
    /// An interim report of SWIFT, MT942.
    case interimReport
    /// Fields of a SWIFT message, and not those of a statement.
    case partOfStatement
    /// A table of separated values.
    case table
    /// None of these.
    case unknown

    init(_ file: SourceFile) {
        if let root = file.xml?.root {
            self.init(root: root.name, namespace: root.namespace)
        } else {
            let format = DocumentFormat(signature: file.bytes) ?? .unknown
            if format != .unknown {
                self = format
            } else if let message = SwiftMessage.unread(file.bytes) {
                self = message.kind == .interim ? .interimReport : .partOfStatement
            } else {
                self = TableForm(file.bytes) == nil ? .unknown : .table
            }
        }
    }

    /// The format of the XML document with this root element.
    private init(root name: String, namespace: String) {
        let camt = "urn:iso:std:iso:20022:tech:xsd:camt."
        if namespace.hasPrefix("urn:oasis:names:specification:ubl:schema:xsd:") {
            self = .otherUBL(Self.bounded(name))
        } else if namespace.hasPrefix("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:") {
            self = .crossIndustryInvoice
        } else if namespace.hasPrefix(camt) {
            self = .bankStatement("camt." + namespace.dropFirst(camt.count).prefix(3))
        } else {
            self = .otherXML(Self.bounded(name))
        }
    }

    /// The format of a file that isn't XML; `nil` where it may be: where its first character is `<`,
    /// after a byte-order mark and white space, in any encoding.
    init?(signature bytes: [UInt8]) {
        let skipped: Set<UInt8> = [0xef, 0xbb, 0xbf, 0xfe, 0xff, 0x00, 0x20, 0x09, 0x0a, 0x0d]
        let start = bytes.drop { skipped.contains($0) }
        func starts(_ text: String) -> Bool { start.starts(with: text.utf8) }
        if starts("%PDF-") {
            self = .pdf
        } else if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
            self = .zip
        } else if starts("{1:") || starts("{2:") || starts("{4:") {
            // Blocks of a SWIFT message, which no object of JSON begins like.
            self = .unknown
        } else if starts("{") || starts("[") {
            self = .json
        } else if starts("OFXHEADER") || starts("<OFX>") || starts("<?OFX") {
            self = .ofx
        } else if starts("<") {
            return nil
        } else {
            self = .unknown
        }
    }

    /// What a file is kept as of which nothing but its first bytes is known.
    static func mediaType(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) { return "image/png" }
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
        return switch DocumentFormat(signature: bytes) {
        case .pdf: "application/pdf"
        case .zip: "application/zip"
        case .json: "application/json"
        case nil: "application/xml"
        default: "application/octet-stream"
        }
    }

    private static func bounded(_ name: String) -> String { String(name.prefix(64)) }
}

extension DocumentFormat: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherUBL(let name): "a UBL \(name)"
        case .crossIndustryInvoice: "a UN/CEFACT Cross Industry Invoice"
        case .bankStatement(let message): "an ISO 20022 \(message) message"
        case .otherXML("CrossIndustryDocument"): "an invoice of ZUGFeRD 1.0"
        case .otherXML("SCRDMCCBDACIOMessageStructure"): "an order of Order-X"
        case .otherXML(let name): "an XML document with the root “\(name)”"
        case .json: "JSON"
        case .pdf: "PDF"
        case .zip: "a ZIP archive"
        case .ofx: "OFX"
        case .interimReport: "an interim report of SWIFT (MT942)"
        case .partOfStatement: "a part of a SWIFT message, and no statement (MT940)"
        case .table: "a table"
        case .unknown: "a file of a format that is not recognised"
        }
    }
}
