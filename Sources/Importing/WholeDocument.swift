public import Sharing
public import Wire

/// What an enterprise says of files that are kept as they are.
public struct DocumentTerms: Sendable, Hashable {
    /// What it is called; the file's name where `nil`.
    public let title: String?
    public let dated: CalendarDate
    public let kind: Kind
    /// A number that it goes by.
    public let reference: String?
    /// Whether only the digest is kept, and not the file.
    public let digestOnly: Bool

    public enum Kind: String, Sendable, CaseIterable {
        case contract, certificate, design, photo, report, permit, other
    }

    public init(
        title: String? = nil, dated: CalendarDate, kind: Kind = .other, reference: String? = nil,
        digestOnly: Bool = false
    ) {
        self.title = title
        self.dated = dated
        self.kind = kind
        self.reference = reference
        self.digestOnly = digestOnly
    }
}

extension Importer {
    /// The record of a file as it is, whatever is in it: its digest, and itself where the terms don't
    /// leave it out.
    public static func document(
        _ bytes: [UInt8], named name: String, as terms: DocumentTerms,
        of types: RecordTypes = .standard
    ) -> ImportOutcome {
        do {
            return .success([try document(bytes, name, terms, types)])
        } catch {
            return .failure(ImportRefusal(file: name, place: error.place, reason: error.reason))
        }
    }

    private static func document(
        _ bytes: [UInt8], _ name: String, _ terms: DocumentTerms, _ types: RecordTypes
    ) throws(Finding) -> Record {
        if bytes.isEmpty { throw Finding(.empty) }
        let limit = terms.digestOnly ? maximumFileBytes : SourceFile.keptBytes
        if bytes.count > limit { throw Finding(.tooLarge(bytes: bytes.count, limit: limit)) }
        let fitting = types.all.filter { $0.direction == .own && $0.importers.contains("file") }
        guard let type = fitting.max(by: { $0.version < $1.version }) else {
            throw Finding(.unknownType("document/1"))
        }
        let file = SourceFile(plain: bytes)
        let title = terms.title ?? name.split(separator: "/").last.map(String.init) ?? name
        let mediaType = DocumentFormat.mediaType(bytes)
        guard let size = try? Quantity(parsing: "\(bytes.count)", unit: "AD") else {
            preconditionFailure("a file in memory has a size")
        }
        var values: [FieldName: FieldValue] = [
            "title": .text(title), "dated": .date(terms.dated),
            "document_kind": .text(terms.kind.rawValue), "media_type": .text(mediaType),
            "size": .quantity(size), "digest": .text(file.digest),
        ]
        values["reference"] = terms.reference.map { .text($0) }
        if !terms.digestOnly {
            values["document"] = .document(mediaType: mediaType, bytes: bytes)
        }
        let draft = Draft(
            format: "file", date: terms.dated, sides: .own,
            businessKey: ["digest": file.digest, "ordinal": "1"], values: values,
            place: .init(path: "", line: 1))
        return try draft.record(as: type, of: file, kept: mediaType)
    }
}
