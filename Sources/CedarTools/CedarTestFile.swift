public import Cedar
import Wire

/// A file in the format of Cedar's integration tests: policies, entities and a schema by path, and
/// requests with the expected decisions.
public struct CedarTestFile: Sendable {
    /// The paths, relative to the root of the tests.
    public let policies: String
    public let entities: String
    public let schema: String
    /// Whether the policies are expected to pass the official validator.
    public let shouldValidate: Bool
    public let cases: [Case]

    public struct Case: Sendable {
        public let description: String
        let principal: Place
        let action: Place
        let resource: Place
        let context: Place
        /// Whether the request must fit the schema.
        public let isValidated: Bool
        public let decision: Response.Decision
        public let determining: Set<PolicyID>
        public let errors: Set<PolicyID>
    }

    /// What came of one case.
    public enum Outcome: Sendable {
        case passed
        /// The response isn't the one expected.
        case different(Response)
        /// The request could not be made.
        case refused(DataError)
    }

    public struct Result: Sendable {
        public let description: String
        public let outcome: Outcome

        public var isPassed: Bool { if case .passed = outcome { true } else { false } }
    }
}

extension CedarTestFile {
    /// Reads a test file. Throws ``DataError``.
    public init(parsing bytes: [UInt8]) throws(DataError) {
        let test = try Place(reading: bytes, as: "test")
        try test.allow([
            "policies", "policyFormat", "entities", "schema", "schemaFormat", "shouldValidate",
            "requests",
        ])
        for name in ["policyFormat", "schemaFormat"] {
            let format = try test.optional(name)?.text() ?? "cedar"
            guard format == "cedar" else { throw .unsupportedFormat(format) }
        }
        policies = try test["policies"].text()
        entities = try test["entities"].text()
        schema = try test["schema"].text()
        shouldValidate = try test["shouldValidate"].bool()
        cases = try test["requests"].elements().map { (place) throws(DataError) in
            try Case(place)
        }
    }

    /// Runs all cases. `read` returns the contents of a file by its path; what it throws is passed
    /// on, beside ``DataError``.
    public func run(read: (String) throws -> [UInt8]) throws -> [Result] {
        let policies = try policySet(read(policies))
        let schema = try schema(read(schema))
        let entities = try Entities(json: read(entities), schema: schema)
        return cases.map { $0.run(policies, entities, schema) }
    }

    /// Why policies don't fit the schema. `read` as for ``run(read:)``.
    public func validate(read: (String) throws -> [UInt8]) throws -> [ValidationError] {
        try policySet(read(policies)).errors(against: schema(read(schema)))
    }

    /// Whether the policies expected are named by their position, as in Cedar's own tests, and not
    /// by their `@id`.
    private var namesPositions: Bool {
        cases.allSatisfy { $0.determining.union($0.errors).allSatisfy(\.isPosition) }
    }

    private static func text(_ bytes: [UInt8], path: String) throws(DataError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(path: path)
        }
        return text
    }

    private func policySet(_ bytes: [UInt8]) throws(DataError) -> PolicySet {
        let source = PolicySet.Source(name: policies, text: try Self.text(bytes, path: policies))
        do throws(PolicyError) {
            return try PolicySet(
                parsing: [source], identifiedBy: namesPositions ? .numbered : .annotated)
        } catch {
            throw .policies(error)
        }
    }

    private func schema(_ bytes: [UInt8]) throws(DataError) -> Schema {
        let text = try Self.text(bytes, path: schema)
        do throws(SchemaError) {
            return try Schema(parsing: text)
        } catch {
            throw .schema(error)
        }
    }
}

extension CedarTestFile.Case {
    fileprivate init(_ place: Place) throws(DataError) {
        let decision = try place["decision"].text().lowercased()
        guard let decision = Response.Decision(rawValue: decision) else { throw place.malformed }
        description = place.optional("description")?.json.text ?? place.path
        principal = try place["principal"]
        action = try place["action"]
        resource = try place["resource"]
        context = try place["context"]
        isValidated = place.optional("validateRequest")?.json.bool ?? true
        self.decision = decision
        determining = Set(try place["reason"].texts().map { PolicyID(Text($0)) })
        errors = Set(try place["errors"].texts().map { PolicyID(Text($0)) })
    }

    /// The request of this case. Throws ``DataError`` where it can't be made, or doesn't fit the
    /// schema and should.
    public func request(schema: Schema) throws(DataError) -> Request {
        let action = try action.entity()
        let request = Request(
            principal: try principal.entity(), action: action, resource: try resource.entity(),
            context: try Record(context, schema: schema, action: action))
        guard isValidated else { return request }
        do throws(ConformanceError) {
            try schema.check(request)
        } catch {
            throw .conformance(error)
        }
        return request
    }

    fileprivate func run(
        _ policies: PolicySet, _ entities: Entities, _ schema: Schema
    ) -> CedarTestFile.Result {
        let outcome: CedarTestFile.Outcome
        do throws(DataError) {
            let response = policies.isAuthorized(try request(schema: schema), entities: entities)
            outcome = agrees(with: response) ? .passed : .different(response)
        } catch {
            outcome = .refused(error)
        }
        return CedarTestFile.Result(description: description, outcome: outcome)
    }

    private func agrees(with response: Response) -> Bool {
        response.decision == decision && Set(response.determining) == determining
            && Set(response.errors.map(\.policy)) == errors
    }
}

extension PolicyID {
    /// Whether it is `policy0`, `policy1`, …
    fileprivate var isPosition: Bool {
        let name = description
        return name.hasPrefix("policy") && Int(name.dropFirst(6)) != nil
    }
}
