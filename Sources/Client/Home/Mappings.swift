public import Custody
public import Importing
public import Wire

/// The mappings by which an enterprise reads tables, each under its name: `mappings` in its home.
public struct Mappings: Message, Hashable {
    public private(set) var all: [Mapping]

    public init(_ all: [Mapping] = []) { self.all = all.sorted { $0.name < $1.name } }

    public subscript(name: String) -> Mapping? { all.first { $0.name == name } }

    /// Takes in a mapping in the place of one of its name.
    public mutating func add(_ mapping: Mapping) {
        self = Mappings(all.filter { $0.name != mapping.name } + [mapping])
    }

    /// Whether there was one.
    public mutating func remove(_ name: String) -> Bool {
        let before = all.count
        all.removeAll { $0.name == name }
        return all.count < before
    }

    public static let maximumBytes = 1 << 20
    private static let format = "trine-mappings/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<Mappings>(
        { (_, all) in Mappings(all) },
        .required("format", \.formatName, .format(format)),
        .required("mappings", \.all, .list(of: .object)))
}

extension Home {
    /// The mappings for tables; none where there is no file. Throws ``HomeError``.
    public func mappings() throws(HomeError) -> Mappings {
        guard let bytes = try read(.mappings) else { return Mappings() }
        guard let mappings = try? Mappings(parsing: bytes) else { throw malformed(.mappings) }
        return mappings
    }

    /// Throws ``HomeError``.
    public func replace(_ mappings: Mappings) throws(HomeError) {
        try replace(.mappings, with: mappings.bytes)
    }
}
