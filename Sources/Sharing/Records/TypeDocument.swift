public import Wire

/// The document of a record type at its address, byte for byte what the log names by its digest:
/// canonical JSON.
extension RecordType {
    /// Reads the document that a log whose origin is `origin` has of a type. Throws
    /// ``RecordTypeError``.
    public init(document bytes: [UInt8], origin: Origin) throws(RecordTypeError) {
        let root = try Self.root(.canonical, bytes)
        let published: PublishedType
        do { published = try PublishedType.shape.read(root) } catch { throw .claim(error) }
        try self.init(published.text)
        guard published.vct == vct(origin: origin) else { throw .otherAddress(published.vct) }
    }

    /// The document of this type in the log whose origin is `origin`.
    public func document(origin: Origin) -> [UInt8] {
        PublishedType.shape.bytes(
            of: PublishedType(vct: vct(origin: origin), text: text), reserving: 16 << 10)
    }

    /// Reads the text of a type that no log has yet: JSON in any spelling, without an address.
    /// Throws ``RecordTypeError``.
    public init(parsing bytes: [UInt8]) throws(RecordTypeError) {
        let root = try Self.root(.lenient, bytes)
        let text: RecordTypeText
        do { text = try RecordTypeText.shape.read(root) } catch { throw .claim(error) }
        try self.init(text)
    }

    private static func root(
        _ mode: JSONDocument.Mode, _ bytes: [UInt8]
    ) throws(RecordTypeError) -> JSONValue {
        guard bytes.count <= RecordTypeText.maximumBytes else { throw .tooLarge }
        do { return try JSONDocument(mode, bytes).root } catch { throw .json(error) }
    }
}

/// A type's text and its address.
private struct PublishedType: Shaped {
    let vct: String
    let text: RecordTypeText

    static let shape = Shape<PublishedType>(
        PublishedType.init(vct:text:),
        .required("vct", \.vct, .text(1...300)), .part(\.text, RecordTypeText.shape))
}
