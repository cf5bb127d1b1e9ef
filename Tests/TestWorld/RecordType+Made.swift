public import Sharing
public import Wire

extension RecordType {
    /// Another type or version, made by replacing texts in the document of this one: `"name":"order"`.
    /// Throws ``Sharing/RecordTypeError``.
    public func made(
        _ name: String? = nil, version: Int? = nil, series: String? = nil,
        replacing texts: [(String, String)] = [], of origin: Origin
    ) throws -> RecordType {
        var text = String(decoding: document(origin: origin), as: UTF8.self)
        func replace(_ old: String, _ new: String) {
            precondition(text.contains(old), "the document has no \(old)")
            text = text.replacing(old, with: new)
        }
        let (name, version) = (name ?? self.name, version ?? self.version)
        replace(vct(origin: origin), "https://\(origin)/types/\(name)/\(version)")
        replace("\"name\":\"\(self.name)\"", "\"name\":\"\(name)\"")
        replace("\"version\":\(self.version)", "\"version\":\(version)")
        if let series {
            replace("\"series\":\"\(self.series)\"", "\"series\":\"\(series)\"")
        }
        for (old, new) in texts { replace(old, new) }
        return try RecordType(document: Array(text.utf8), origin: origin)
    }
}
