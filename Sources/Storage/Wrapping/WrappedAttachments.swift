import Wire

/// An entry's attachments as they are stored: nothing of them can be read without the entry's key.
///
/// Row 0 is sealed as a whole: the directory of all parts, and behind it the parts that are small.
/// Each larger part is a row of its own, so that reading a few fields does not read a long document.
/// The parts are the disclosures, and then the sections in order. The entry's index, the row's
/// number and the part's name (none, for row 0) are authenticated with a row, so that none can stand in another's place.
struct WrappedAttachments: Sendable {
    /// Parts up to this many bytes lie together in row 0.
    static let smallBytes = 4096
    /// Row numbers have 16 bits.
    static let maximumRows = 1 << 16

    /// The rows by number, from 0 on.
    let rows: [[UInt8]]

    /// Seals `attachments` of the entry at `index` under `key`.
    init(_ attachments: Attachments, of index: Int64, key: WrapKey) {
        let context = RowContext(index: index)
        var large: [[UInt8]] = []
        var directory = PartDirectory(reserving: attachments.sections.count + 1)
        func add(_ name: String, _ bytes: [UInt8]) {
            if bytes.count <= Self.smallBytes {
                directory.append(name: name, row: 0, bytes)
            } else {
                directory.append(name: name, row: large.count + 1, bytes)
                large.append(
                    key.seal(bytes, context: context.bytes(large.count + 1, name)))
            }
        }
        add("", attachments.disclosures)
        for section in attachments.sections { add(section.name, section.bytes) }
        precondition(large.count < Self.maximumRows, "rows are numbered in 16 bits")

        // The parts that are small follow their directory in its order.
        let inLarge = large.reduce(0) { $0 + $1.count - WrapKey.overhead }
        var first = directory.bytes(reserving: attachments.byteCount - inLarge)
        if attachments.disclosures.count <= Self.smallBytes { first += attachments.disclosures }
        for section in attachments.sections where section.bytes.count <= Self.smallBytes {
            first += section.bytes
        }
        rows = [key.seal(first, context: context.bytes(0, ""))] + large
    }
}

/// The first row of an entry's attachments, opened: from here on it is known which rows the wanted
/// sections lie in.
struct OpenedDirectory {
    private let index: Int64
    private let key: WrapKey
    private let first: [UInt8]
    private let parts: [PartDirectory.Part]

    /// Bytes of the wanted parts.
    var byteCount: Int { parts.reduce(0) { $0 + $1.range.count } }

    /// Rows, besides the first, that hold wanted sections.
    var furtherRows: [Int] { parts.map(\.row).filter { $0 > 0 } }

    /// Opens the first row and picks the disclosures and the named sections, or all for `nil`.
    /// Throws ``StoreError/corrupt(_:_:)``.
    init(
        _ row: [UInt8], of index: Int64, key: WrapKey, sections: Set<String>?
    ) throws(StoreError) {
        let context = RowContext(index: index).bytes(0, "")
        guard let first = key.open(row, context: context) else {
            throw .corrupt(Self.place(index, Self.damaged(row, key: key)), .changed)
        }
        guard let directory = PartDirectory(parsing: first), let own = directory.parts.first else {
            throw .corrupt(.attachments(entry: index), .malformed)
        }
        (self.index, self.key, self.first) = (index, key, first)
        parts =
            [own] + directory.parts.dropFirst().filter { sections?.contains($0.name) ?? true }
    }

    /// The wanted parts, from the first row and those that `row` gives.
    /// Throws ``StoreError/corrupt(_:_:)``, naming the section.
    func attachments(_ row: (Int) -> [UInt8]?) throws(StoreError) -> Attachments {
        var attachments = Attachments()
        for (position, part) in parts.enumerated() {
            let bytes = part.row == 0 ? Array(first[part.range]) : try open(part, row(part.row))
            if position == 0 {
                attachments.disclosures = bytes
            } else {
                attachments.sections.append(.init(name: part.name, bytes: bytes))
            }
        }
        return attachments
    }

    private func open(
        _ part: PartDirectory.Part, _ row: [UInt8]?
    ) throws(StoreError) -> [UInt8] {
        let place = Self.place(index, part.name)
        guard let row else { throw .corrupt(place, .missing) }
        let context = RowContext(index: index).bytes(part.row, part.name)
        guard let bytes = key.open(row, context: context),
            bytes.count == part.range.count
        else { throw .corrupt(place, .changed) }
        return bytes
    }

    /// Which small part of a row that doesn't open is damaged, as far as that can be told.
    private static func damaged(_ row: [UInt8], key: WrapKey) -> String? {
        guard let first = key.decryptedUnchecked(row),
            let directory = PartDirectory(parsing: first)
        else { return nil }
        return directory.parts.first {
            $0.row == 0 && PartDirectory.check(Array(first[$0.range])) != $0.check
        }?.name
    }

    /// The part called `section`; all of them, where none is named.
    private static func place(_ index: Int64, _ section: String?) -> StorePlace {
        guard let section, !section.isEmpty else { return .attachments(entry: index) }
        return .section(section, entry: index)
    }
}

/// What is authenticated with a row: the label, the entry's index, the row's number, the part's name.
private struct RowContext {
    private let prefix: DomainSeparated

    init(index: Int64) {
        prefix = DomainSeparated(.wrap)
            .appending(withUnsafeBytes(of: index.bigEndian) { Array($0) })
    }

    func bytes(_ row: Int, _ name: String) -> [UInt8] {
        prefix.appending(withUnsafeBytes(of: UInt16(row).bigEndian) { Array($0) }).appending(name)
            .bytes
    }
}
