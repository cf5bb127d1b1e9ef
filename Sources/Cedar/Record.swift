/// A record: values under names.
public struct Record: Sendable {
    public struct Field: Sendable, Equatable {
        public let name: Text
        public let value: Value

        public init(_ name: Text, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    fileprivate final class Storage: Sendable {
        let fields: [Field]
        /// The hash of each field's name: looking one up reads these, and only then a name.
        let hashes: [Int]

        init(_ fields: [Field]) {
            self.fields = fields
            hashes = fields.map(\.name.storedHash)
        }
    }

    private let storage: Storage

    /// The fields, ascending by name.
    public var fields: [Field] { storage.fields }

    public static let empty = Record(sorted: [])

    private init(sorted: [Field]) { storage = Storage(sorted) }

    /// `nil` where a name occurs twice.
    public init?(_ fields: [Field]) {
        let sorted = fields.sorted { $0.name < $1.name }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.name == right.name {
            return nil
        }
        self.init(sorted: sorted)
    }

    public init(_ fields: [Text: Value]) {
        self.init(sorted: fields.map { Field($0, $1) }.sorted { $0.name < $1.name })
    }

    @inline(__always)
    public subscript(name: Text) -> Value? {
        guard let position = storage.position(of: name) else { return nil }
        return storage.fields[position].value
    }

    package func has(_ name: Text) -> Bool { storage.position(of: name) != nil }
}

extension Record.Storage {
    fileprivate func position(of name: Text) -> Int? {
        if hashes.count > Self.linearSearchLimit {
            return fields.position { Text.order($0.name, name) }
        }
        let hash = name.storedHash
        for position in hashes.indices where hashes[position] == hash {
            if fields[position].name == name { return position }
        }
        return nil
    }

    private static var linearSearchLimit: Int { 32 }
}

extension Record: Equatable {
    public static func == (left: Record, right: Record) -> Bool { order(left, right) == .same }

    static func order(_ left: Record, _ right: Record) -> Order {
        if left.storage === right.storage { return .same }
        return Order.of(left.fields, right.fields) {
            Text.order($0.name, $1.name).then(Value.order($0.value, $1.value))
        }
    }
}
