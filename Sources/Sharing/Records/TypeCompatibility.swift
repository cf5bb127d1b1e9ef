/// Why a version of a type can't follow the earlier ones.
public enum TypeIncompatibility: Error, Hashable, Sendable {
    /// The series has types of another name.
    case seriesTaken(by: String)
    /// Versions are numbered one after another.
    case wrongVersion(have: Int, next: Int)
    /// The same for all versions of a name.
    case changed(Part)
    /// A field is something else than in the version `since`.
    case field(FieldName, FieldPart, since: Int)

    public enum Part: String, Sendable { case series, direction, businessKey = "business_key" }

    public enum FieldPart: String, Sendable { case kind, fieldClass = "class", commit, unit }
}

extension RecordType {
    /// Checks that this version may follow `previous`, all types that the log has so far.
    ///
    /// A grant covers names of fields in all versions, also those to come, and its keys open them. So
    /// a field keeps what it is: its kind, its class, what is committed to, its unit. A field that was
    /// left out in between is compared as well. What may change are labels, words, terms, padding above
    /// the floor of its kind, whether a field is mandatory, and which fields there are.
    ///
    /// A grant covers the books of a series, so that types of two names never share one: what a new
    /// name brings, nobody was granted before.
    ///
    /// Throws ``TypeIncompatibility``.
    public func compatible(previous: [RecordType]) throws(TypeIncompatibility) {
        if let other = previous.first(where: { $0.name != name && $0.series == series }) {
            throw .seriesTaken(by: other.name)
        }
        let ordered = previous.filter { $0.name == name }.sorted { $0.version < $1.version }
        let next = (ordered.last?.version ?? 0) + 1
        guard version == next else { throw .wrongVersion(have: version, next: next) }
        for type in ordered {
            guard type.series == series else { throw .changed(.series) }
            guard type.direction == direction else { throw .changed(.direction) }
            guard type.businessKeyParts == businessKeyParts else { throw .changed(.businessKey) }
            for field in fields {
                guard let old = type.field(field.name) else { continue }
                if let part = field.part(otherThanIn: old) {
                    throw .field(field.name, part, since: type.version)
                }
            }
        }
    }
}

extension FieldDefinition {
    fileprivate func part(otherThanIn old: FieldDefinition) -> TypeIncompatibility.FieldPart? {
        if kind != old.kind { return .kind }
        if fieldClass != old.fieldClass { return .fieldClass }
        if committed != old.committed { return .commit }
        return unit != old.unit ? .unit : nil
    }
}
