/// What is known of an expression's value before any request is there.
indirect enum StaticType: Hashable {
    /// A boolean, where it is known which, and `nil` where both can be.
    case bool(Bool?)
    case long, string
    case set(StaticType)
    case record([Text: Member])
    case entity(EntityTypeName)
    case `extension`(Schema.ExtensionType)
    /// A type as the schema has it, which ``TypeChecker/plain(_:)`` turns into one of the others. The
    /// types inside it stay as declared until they are asked for: written out they could be large.
    case declared(Schema.ValueType)

    struct Member: Hashable {
        let type: StaticType
        let isRequired: Bool
    }

    init(_ attributes: [Text: Schema.Attribute]) {
        self = .record(
            attributes.mapValues {
                Member(type: .declared($0.type), isRequired: $0.isRequired)
            })
    }
}

extension Schema {
    /// A type whose outermost part isn't a name.
    func plain(_ type: StaticType) -> StaticType {
        guard case .declared(let declared) = type else { return type }
        switch resolve(declared) {
        case .bool: return .bool(nil)
        case .long: return .long
        case .string: return .string
        case .set(let element): return .set(.declared(element))
        case .record(let attributes): return StaticType(attributes)
        case .entity(let name): return .entity(name)
        case .extension(let type): return .extension(type)
        case .named: preconditionFailure("a schema resolves the names in it")
        }
    }

    /// The type that values of both types have; `nil` where there is none. Entities of two types have
    /// none in common, and of records only those with the same attributes.
    func common(_ left: StaticType, _ right: StaticType) -> StaticType? {
        if left == right { return left }
        switch (plain(left), plain(right)) {
        case (.bool(let a), .bool(let b)): return .bool(a == b ? a : nil)
        case (.set(let a), .set(let b)): return common(a, b).map(StaticType.set)
        case (.record(let a), .record(let b)):
            guard a.count == b.count else { return nil }
            var members: [Text: StaticType.Member] = [:]
            for (name, one) in a {
                guard let other = b[name], one.isRequired == other.isRequired,
                    let type = common(one.type, other.type)
                else { return nil }
                members[name] = .init(type: type, isRequired: one.isRequired)
            }
            return .record(members)
        case (let a, let b): return a == b ? a : nil
        }
    }

    /// The type as a reader of policies calls it.
    func words(_ type: StaticType) -> String {
        switch plain(type) {
        case .bool: "Bool"
        case .long: "Long"
        case .string: "String"
        case .set(let element): "Set<\(words(element))>"
        case .record: "a record"
        case .entity(let name): name.description
        case .extension(let type): type.rawValue
        case .declared: preconditionFailure("a plain type isn't a name")
        }
    }
}
