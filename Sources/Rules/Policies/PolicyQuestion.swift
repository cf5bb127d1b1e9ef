public import Cedar
import Sharing
package import Wire

/// A request as the policies see it: the words are those of `Policies/trine.cedarschema`.
public struct PolicyQuestion: Sendable {
    public let request: Cedar.Request
    public let entities: Entities

    public init(_ request: PolicyRequest) {
        let question = request.told
        let principal = Word.participant(question.principal.handle)
        let owner = question.owner.map { Word.participant($0) }
        var known = [
            Word.actionEntity(question.action), Self.entity(question.principal, principal),
        ]
        if let other = question.counterparty, other.handle != question.principal.handle {
            known.append(Self.entity(other, Word.participant(other.handle)))
        }
        let resource: EntityUID
        switch question.action.subject {
        case .newcomer:
            resource = question.counterparty.map { Word.participant($0.handle) } ?? Word.log
        case .log: resource = Word.log
        case .ownBooks, .othersBooks, .grant, .givenGrant:
            let books = Self.books(of: question.owner, owner ?? principal, question.series)
            known.append(books)
            resource = books.uid
        }
        self.request = Cedar.Request(
            principal: principal, action: Word.action(question.action), resource: resource,
            context: Self.context(question))
        guard let entities = try? Entities(known) else {
            preconditionFailure("each name is there once, and roles are in nothing")
        }
        self.entities = entities
    }

    private static func entity(_ participant: PolicyEntity, _ uid: EntityUID) -> Entity {
        var roles = Set(participant.roles.map { Word.role($0) })
        if participant.isHost { roles.insert(Word.host) }
        if participant.isAuthority { roles.insert(Word.authority) }
        return Entity(
            uid, attributes: Word.standing(participant.suspended), parents: roles)
    }

    private static func books(
        of handle: Handle?, _ owner: EntityUID, _ series: Series?
    ) -> Entity {
        var id = handle?.text ?? ""
        var fields = [Cedar.Record.Field("owner", .entity(owner))]
        if let series {
            id += "/" + series.rawValue
            fields.append(.init(Word.series, .string(Text(series.rawValue))))
        }
        return Entity(
            EntityUID(type: Word.books, id: Text(id)),
            attributes: record(fields))
    }

    private static func context(_ question: PolicyRequest) -> Cedar.Record {
        let time = Value.datetime(Datetime(milliseconds: question.time.seconds * 1000))
        var fields = [Cedar.Record.Field(Word.own, .record(found(question.principal)))]
        func add(_ name: Text, _ value: Value?) {
            if let value { fields.append(.init(name, value)) }
        }
        for fact in question.action.facts {
            switch fact {
            case .time: add(Word.time, time)
            case .newcomer: add(Word.newcomer, question.counterparty.map { .record(found($0)) })
            case .held: add(Word.held, .bool(question.held))
            case .forgotten:
                add(
                    Word.kind, question.forgotten.map { .string(Text($0.kind.rawValue)) })
                add(
                    Word.age,
                    question.forgotten.map { .duration(.init(milliseconds: $0.age * 1000)) })
            case .right:
                add(Word.right, question.right.map { .string(Word.right($0)) })
                add(Word.purpose, question.purpose.map { .string(Word.purpose($0)) })
            case .wish: add(Word.terms, .record(record(wish(question, time))))
            case .terms: add(Word.terms, .record(terms(question, time)))
            case .grantee:
                add(
                    Word.grantee,
                    question.counterparty.map { .entity(Word.participant($0.handle)) })
            case .answered:
                add(
                    Word.request,
                    question.answers.map {
                        .record(
                            record([
                                .init(Word.by, .entity(Word.participant($0.by))),
                                .init(Word.exceeded, .bool($0.exceeded)),
                            ]))
                    })
            }
        }
        return record(fields)
    }

    private static func found(_ participant: PolicyEntity) -> Cedar.Record {
        var fields: [Cedar.Record.Field] = []
        if let country = participant.found.country {
            fields.append(.init(Word.country, .string(Text(country))))
        }
        if let size = participant.found.size {
            fields.append(.init(Word.size, .string(Word.size(size))))
        }
        return record(fields)
    }

    /// What isn't known of an older grant's terms is left out; a policy that asks for it fails, and
    /// so denies.
    private static func terms(_ question: PolicyRequest, _ time: Value) -> Cedar.Record {
        record(
            wish(question, time) + [
                .init(Word.held, .bool(question.held)),
                .init(
                    Word.past,
                    .set(ValueSet(question.past.map { .string(Word.involvement($0)) }))),
            ])
    }

    private static func wish(
        _ question: PolicyRequest, _ time: Value
    ) -> [Cedar.Record.Field] {
        var fields: [Cedar.Record.Field] = [
            .init(
                Word.fields, .set(ValueSet(question.fields.map { .string(Word.field($0)) }))),
            .init(
                Word.classes, .set(ValueSet(question.classes.map { .string(Word.field($0)) }))),
            .init(Word.time, time),
        ]
        func add(_ name: Text, _ value: Value?) {
            if let value { fields.append(.init(name, value)) }
        }
        add(Word.right, question.right.map { .string(Word.right($0)) })
        add(Word.purpose, question.purpose.map { .string(Word.purpose($0)) })
        add(Word.months, question.months.map { .long(Int64($0.count)) })
        add(Word.reach, question.months.map { .long(reach($0, question.time)) })
        add(Word.lifetime, question.lifetime.map { .duration(.init(milliseconds: $0 * 1000)) })
        add(Word.keeps, question.dataLife.map { .duration(.init(milliseconds: $0 * 1000)) })
        add(Word.fetches, question.fetches.map { .long($0) })
        return fields
    }

    /// How many months before the month of `time` the first one lies; 0 where it doesn't.
    package static func reach(_ months: ClosedRange<Month>, _ time: Timestamp) -> Int64 {
        let date = time.date
        let current = (date.year - 2000) * 12 + date.month - 1
        return Int64(max(0, current - months.lowerBound.number))
    }

    private static func record(_ fields: [Cedar.Record.Field]) -> Cedar.Record {
        guard let record = Cedar.Record(fields) else {
            preconditionFailure("each field is there once")
        }
        return record
    }
}
