import Sharing
import Wire

/// The authorities publish the next version of a record type. What a log has of a type stays.
enum PublishTypeRule: KindRule {
    static let states: [any StateObject.Type] = [TypesState.self]

    static func reads(_ said: Stated<PublishType>, _ reads: inout Reads) {
        reads.add(TypesState.key)
    }

    static func decide(_ said: Stated<PublishType>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireAuthorities()
        var state = decision.state[TypesState.key] ?? TypesState(list: [])
        guard state.list.count < Limits.typesPerLog else {
            throw .type(.tooMany(limit: Limits.typesPerLog))
        }
        var types = decision.types
        try types.publish(said.claims.type, decision.texts)
        state.list.append(said.claims.type)
        decision.change(TypesState.key, to: state)
    }

    static func facts(_ said: Stated<PublishType>) -> [AuditFact] { [.type(said.claims.type)] }
}

extension RecordTypes {
    /// Takes in what the log publishes next. Throws ``Refusal``.
    mutating func publish(
        _ named: TypeVersion, _ texts: any PublishedTexts
    ) throws(Refusal) {
        guard let type = texts.type(named.digest) else { throw .type(.unknown) }
        guard type.name == named.name, type.version == named.version else {
            throw .type(.otherName)
        }
        do { try type.compatible(previous: all) } catch { throw .type(.incompatible(error)) }
        add(type)
    }
}
