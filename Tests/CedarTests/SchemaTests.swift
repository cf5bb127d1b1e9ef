import Cedar
import CedarTools
import Testing

@Suite struct SchemaTests {
    private static let text = """
        namespace Shop {
          @doc("who buys")
          entity Customer in [Group] = {
            "name": String, age?: Long, home: Place, seen: __cedar::datetime, from: ipaddr,
          } tags Set<String>;
          entity Group in Group;
          entity Colour enum ["red", "green"];
          type Place = { city: String, tags?: Set<Colour> };
          action all;
          action buy, "sell back" in [all] appliesTo {
            principal: Customer, resource: [Colour, Customer], context: Order
          };
          type Order = { amount: decimal, at: Place };
        }
        """

    @Test func schemasAreReadWithAllTheirParts() throws {
        let schema = try Schema(parsing: Self.text)
        let customer = try #require(EntityTypeName(parsing: "Shop::Customer"))
        let group = try #require(EntityTypeName(parsing: "Shop::Group"))
        let type = try #require(schema.entityTypes[customer])
        #expect(type.ancestors == [group])
        #expect(type.tags == .set(.string))
        let age = try #require(type.attributes["age"])
        #expect(age.type == .long && !age.isRequired)
        #expect(type.attributes["from"]?.type == .extension(.ipaddr))
        #expect(
            type.attributes["seen"].map { schema.resolve($0.type) } == .extension(.datetime))
        #expect(type.annotations.map(\.name) == ["doc"])
        #expect(type.annotations.map(\.value) == ["who buys"])
        let sell = try #require(schema.actions[uid("Shop::Action", "sell back")])
        #expect(sell.ancestors == [try uid("Shop::Action", "all")])
        #expect(sell.principals == [customer] && sell.resources.count == 2)
        #expect(sell.context["amount"]?.type == .extension(.decimal))
        #expect(schema.actions[try uid("Shop::Action", "all")]?.principals == [])
    }

    private let customer = """
        {"name": "x", "home": {"city": "y", "tags": [{"type": "Shop::Colour", "id": "red"}]},
         "seen": "2024-01-01", "from": {"fn": "ip", "arg": "1.2.3.4"}}
        """

    private func entities(
        _ attributes: String, parent: String = "Shop::Group", type: String = "Shop::Customer",
        tags: String = "{}"
    ) throws -> Entities {
        try Entities(
            json: Array(
                """
                [{"uid": {"type": "\(type)", "id": "red"}, "attrs": \(attributes),
                  "parents": [{"type": "\(parent)", "id": "g"}], "tags": \(tags)}]
                """.utf8), schema: Schema(parsing: Self.text))
    }

    @Test func entitiesAreReadAsTheSchemaSays() throws {
        let entities = try entities(customer, tags: #"{"t": ["a"]}"#)
        let entity = try #require(entities[uid("Shop::Customer", "red")])
        #expect(entity.attributes["seen"] == .datetime(Datetime(milliseconds: 1_704_067_200_000)))
        #expect(entity.attributes["from"] == IPAddress(parsing: "1.2.3.4").map(Value.ip))
        // The actions are there too, in their groups.
        #expect(entities.ancestors(of: try uid("Shop::Action", "buy")).count == 1)
    }

    @Test func entitiesOutsideTheSchemaAreRefused() throws {
        #expect(throws: DataError.self) { try entities(#"{"name": "x"}"#) }
        #expect(throws: DataError.self) { try entities(customer, parent: "Shop::Customer") }
        #expect(throws: DataError.self) { try entities(customer, type: "Shop::Other") }
        #expect(throws: DataError.self) { try entities(customer, tags: #"{"t": 1}"#) }
        #expect(throws: DataError.self) {
            try entities("{}", type: "Shop::Group", tags: #"{"t": []}"#)
        }
        #expect(throws: DataError.self) { try entities("{}", type: "Shop::Colour") }
        for (old, new) in [
            ("\"red\"", "\"blue\""), ("\"x\"", "1"), ("2024-01-01", "soon"),
            ("\"city\"", "\"town\""),
            ("\"name\"", "\"extra\": 1, \"name\""), ("Shop::Colour", "Shop::Group"),
        ] {
            #expect(throws: DataError.self, "\(old)") {
                try entities(customer.replacing(old, with: new))
            }
        }
        #expect(throws: DataError.self) { try entities("{}", type: "Shop::Action") }
    }

    private func request(
        _ principal: String = "Shop::Customer", _ action: String = "buy",
        _ resource: (String, String) = ("Shop::Colour", "red"),
        _ context: String = #"{"amount": "1.0", "at": {"city": "x"}}"#
    ) throws {
        let schema = try Schema(parsing: Self.text)
        let action = try uid("Shop::Action", action)
        try schema.check(
            Request(
                principal: uid(principal, "c"), action: action,
                resource: uid(resource.0, resource.1),
                context: Record(contextJSON: Array(context.utf8), schema: schema, action: action)))
    }

    @Test func requestsAreChecked() throws {
        try request()
        #expect(throws: ConformanceError.self) { try request("Shop::Group") }
        #expect(throws: ConformanceError.self) { try request("Other") }
        #expect(throws: ConformanceError.self) {
            try request("Shop::Customer", "all", ("Shop::Colour", "red"), "{}")
        }
        #expect(throws: DataError.self) { try request("Shop::Customer", "steal") }
        #expect(throws: ConformanceError.self) {
            try request("Shop::Customer", "buy", ("Shop::Colour", "blue"))
        }
        #expect(throws: ConformanceError.self) {
            try request("Shop::Customer", "buy", ("Shop::Group", "g"))
        }
        #expect(throws: DataError.self) {
            try request("Shop::Customer", "buy", ("Shop::Colour", "red"), "{}")
        }
        #expect(throws: ConformanceError.self) {
            try request(
                "Shop::Customer", "buy", ("Shop::Colour", "red"),
                #"{"amount": "1.0", "at": {"city": 1}}"#)
        }
    }

    @Test(arguments: [
        "entity A; entity A;", "entity A in B;", "entity A = { b: B };", "entity Action;",
        "entity __cedar;", "namespace __cedar { }", "namespace N { } namespace N { }",
        "type Long = Bool;",
        "type A = B; type B = A;", "type A = { a: Set<A> };", "action a in b;", "action a in a;",
        "action a in b; action b in a;", "action a; action a;", "entity A enum [];",
        "entity A; action a appliesTo { principal: A };",
        "entity A; action a appliesTo { principal: [], resource: A };",
        "entity A; action a appliesTo { principal: A, resource: A, context: A };",
        "entity A; type T = Long; action a appliesTo { principal: A, resource: A, context: T };",
        "entity A; action a appliesTo { principal: A, principal: A, resource: A };",
        "action a appliesTo { principal: Action, resource: Action };", "entity A = { in: Long };",
        "entity A = { a: Long", "entity A", "entity A = { a: Set<Long };",
        "entity A = { @x @x a: Long };",
        "entity A; namespace N { entity A; }", "action a; namespace N { action a; }", "enum A;",
        "entity A in [A,];", "type if = Long;",
    ])
    func otherSchemasAreRefused(text: String) {
        #expect(throws: SchemaError.self) { try Schema(parsing: text) }
    }

    @Test func unusualSchemasAreAccepted() throws {
        _ = try Schema(parsing: "")
        _ = try Schema(
            parsing: """
                entity entity, type in [entity]; entity Long; type T = { Set: Set<Set<T2,>> };
                """.replacing(",>>", with: ">>") + "type T2 = __cedar::Long;")
        // Of two attributes with one name, the last counts.
        let schema = try Schema(parsing: "entity A = { a: Nope, a?: Long };")
        let type = try #require(EntityTypeName(parsing: "A"))
        #expect(schema.entityTypes[type]?.attributes["a"]?.type == .long)
    }
}
