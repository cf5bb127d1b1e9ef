import Custody
import Wire

/// Values of one kind as rows of a view: those that changed since are in memory, the others are read when
/// they are asked for.
struct KeptList<Value: Shaped>: Sendable {
    private let family: String
    private var changed: [String: Value?] = [:]

    /// `family` is what the keys of the rows begin with.
    init(_ family: String) { self.family = family + "/" }

    /// Throws ``HomeError``, as all that follows does.
    func value(_ key: String, in rows: KeptRows) throws(HomeError) -> Value? {
        if let known = changed[key] { return known }
        guard let bytes = try rows.value(family + key) else { return nil }
        return try Self.read(bytes, family + key)
    }

    mutating func set(_ key: String, _ value: Value?) { changed[key] = .some(value) }

    /// Those of `span`, in the order of the keys.
    func values(
        in span: RowSpan = .under(""), of rows: KeptRows
    ) throws(HomeError) -> [(key: String, value: Value)] {
        var values: [(key: String, value: Value)] = []
        for (key, bytes) in try rows.values(in: span.behind(family)) {
            let name = String(key.dropFirst(family.count))
            if changed[name] == nil { values.append((name, try Self.read(bytes, key))) }
        }
        let kept = values.count
        for (key, value) in changed where span.contains(key) {
            if let value { values.append((key, value)) }
        }
        if values.count > kept { values.sort { $0.key < $1.key } }
        return values
    }

    /// Hands what changed to the rows.
    mutating func settle(in rows: inout KeptRows) {
        for (key, value) in changed {
            rows.set(family + key, value.map { Value.shape.bytes(of: $0) })
        }
        changed = [:]
    }

    private static func read(_ bytes: [UInt8], _ key: String) throws(HomeError) -> Value {
        guard let document = try? JSONDocument(.canonical, bytes),
            let value = try? Value.shape.read(document.root)
        else { throw .viewDamaged(path: key) }
        return value
    }
}
