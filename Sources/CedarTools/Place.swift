public import Cedar
public import Wire

/// Why JSON couldn't be read as entities, as a context or as a test, or what it names couldn't.
public enum DataError: Error, Sendable, Equatable {
    case json(JSONError)
    /// Something of another form than the format has, at this place.
    case malformed(at: String)
    /// `null`, a fraction, or an integer of more than 64 bits, at this place: Cedar has no such
    /// value.
    case noSuchValue(at: String)
    /// Policies or a schema in a format that isn't read, such as JSON.
    case unsupportedFormat(String)
    /// A file that isn't UTF-8.
    case notUTF8(path: String)
    case unknownFunction(String, at: String)
    case evaluation(EvaluationError, at: String)
    case hierarchy(HierarchyError)
    case conformance(ConformanceError)
    case policies(PolicyError)
    case schema(SchemaError)
    /// An attribute that the schema doesn't have, or has and isn't there, at this place.
    case unexpectedAttribute(at: String)
    case missingAttribute(at: String)
}

/// A value in a JSON text, and the way to it, which errors name.
struct Place {
    let path: String
    let json: JSONValue

    init(_ path: String, _ json: JSONValue) {
        self.path = path
        self.json = json
    }

    /// The whole text, under a name for it.
    init(reading bytes: [UInt8], as name: String) throws(DataError) {
        do throws(JSONError) {
            self.init(name, try JSONDocument(.lenient, bytes).root)
        } catch {
            throw .json(error)
        }
    }

    var malformed: DataError { .malformed(at: path) }

    func members() throws(DataError) -> [(name: String, place: Place)] {
        guard let members = json.members else { throw malformed }
        return members.map { ($0.name, Place("\(path).\($0.name)", $0.value)) }
    }

    func elements() throws(DataError) -> [Place] {
        guard let elements = json.elements else { throw malformed }
        return elements.enumerated().map { Place("\(path)[\($0.offset)]", $0.element) }
    }

    func text() throws(DataError) -> String {
        guard let text = json.text else { throw malformed }
        return text
    }

    func texts() throws(DataError) -> [String] {
        try elements().map { (element) throws(DataError) in try element.text() }
    }

    func bool() throws(DataError) -> Bool {
        guard let bool = json.bool else { throw malformed }
        return bool
    }

    subscript(name: String) -> Place {
        get throws(DataError) {
            guard let member = optional(name) else { throw .malformed(at: "\(path).\(name)") }
            return member
        }
    }

    func optional(_ name: String) -> Place? {
        let member = json.members?.first { $0.name == name }
        return member.map { Place("\(path).\(name)", $0.value) }
    }

    /// Refuses members that the format doesn't have.
    func allow(_ names: Set<String>) throws(DataError) {
        for (name, place) in try members() where !names.contains(name) { throw place.malformed }
    }

    /// An entity as `{"type": …, "id": …}`, or the same in `{"__entity": …}`.
    func entity() throws(DataError) -> EntityUID {
        if let uid = try optional("__entity")?.typeAndID() { return uid }
        guard let uid = try typeAndID() else { throw malformed }
        return uid
    }

    /// `nil` where this isn't a type and an id at all.
    func typeAndID() throws(DataError) -> EntityUID? {
        guard let type = optional("type")?.json.text, let id = optional("id")?.json.text else {
            return nil
        }
        guard let uid = EntityUID(type: type, id: id) else { throw malformed }
        return uid
    }
}
