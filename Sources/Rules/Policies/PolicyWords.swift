package import Cedar
import Sharing
import Wire

extension Schema {
    /// The schema in `Policies`: of its words every policy is made.
    package static let standard: Schema = {
        guard let schema = try? Schema(parsing: StandardTexts.schema) else {
            preconditionFailure("the schema in Policies is one: a test says so")
        }
        return schema
    }()
}

/// The names of the schema, made once.
package enum Word {
    static let time: Text = "time"
    static let held: Text = "held"
    static let kind: Text = "kind"
    static let age: Text = "age"
    static let right: Text = "right"
    static let purpose: Text = "purpose"
    static let fields: Text = "fields"
    static let classes: Text = "classes"
    static let months: Text = "months"
    static let reach: Text = "reach"
    static let lifetime: Text = "lifetime"
    static let keeps: Text = "keeps"
    static let fetches: Text = "fetches"
    static let past: Text = "past"
    static let terms: Text = "terms"
    static let grantee: Text = "grantee"
    static let request: Text = "request"
    static let by: Text = "by"
    static let exceeded: Text = "exceeded"
    static let series: Text = "series"
    static let own: Text = "own"
    static let newcomer: Text = "newcomer"
    static let country: Text = "country"
    static let size: Text = "size"

    static let books = type("Books")
    static let log = EntityUID(type: type("Log"), id: "log")
    static let host = EntityUID(type: roleType, id: "host")
    static let authority = EntityUID(type: roleType, id: "authority")

    private static let participantType = type("Participant")
    private static let roleType = type("Role")
    private static let actionType = type("Action")

    private static let actions = numbered(PolicyAction.allCases) {
        EntityUID(type: actionType, id: Text($0.rawValue))
    }
    /// Each action in the groups that the schema puts it in: policies may speak of those.
    private static let actionEntities = numbered(PolicyAction.allCases) { action in
        let uid = Word.action(action)
        return Entity(uid, parents: Schema.standard.actions[uid]?.ancestors ?? [])
    }
    private static let roles = numbered(Role.allCases) {
        EntityUID(type: roleType, id: Text($0.rawValue))
    }
    private static let standings = numbered([false, true]) { suspended in
        Cedar.Record(["suspended": .bool(suspended)])
    }
    private static let sizes = numbered(SizeClass.allCases) { Text($0.rawValue) }
    private static let rights = numbered(Right.allCases) { Text($0.rawValue) }
    private static let purposes = numbered(Purpose.allCases) { Text($0.rawValue) }
    private static let involvements = numbered(Involvement.allCases) { Text($0.rawValue) }

    static func participant(_ handle: Handle) -> EntityUID {
        EntityUID(type: participantType, id: Text(handle.text))
    }
    package static func action(_ action: PolicyAction) -> EntityUID { found(action, in: actions) }
    static func actionEntity(_ action: PolicyAction) -> Entity {
        found(action, in: actionEntities)
    }
    static func role(_ role: Role) -> EntityUID { found(role, in: roles) }
    static func standing(_ suspended: Bool) -> Cedar.Record { found(suspended, in: standings) }
    static func size(_ size: SizeClass) -> Text { found(size, in: sizes) }
    static func right(_ right: Right) -> Text { found(right, in: rights) }
    static func purpose(_ purpose: Purpose) -> Text { found(purpose, in: purposes) }
    static func involvement(_ word: Involvement) -> Text { found(word, in: involvements) }
    static func field(_ name: String) -> Text { Text(name) }

    private static func type(_ name: String) -> EntityTypeName {
        guard let type = EntityTypeName(parsing: name) else {
            preconditionFailure("\(name) is a name")
        }
        return type
    }

    private static func numbered<Key: Hashable, Value>(
        _ keys: [Key], _ value: (Key) -> Value
    ) -> [Key: Value] {
        Dictionary(uniqueKeysWithValues: keys.map { ($0, value($0)) })
    }

    private static func found<Key: Hashable, Value>(_ key: Key, in table: [Key: Value]) -> Value {
        guard let value = table[key] else { preconditionFailure("all cases are in the table") }
        return value
    }
}
