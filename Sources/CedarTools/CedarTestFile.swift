public import Cedar

/// A file in the format of Cedar's integration tests: policies, entities and a schema by path, and
/// requests with the expected decisions.
public struct CedarTestFile: Sendable {
    /// The paths, relative to the root of the tests.
    public let policies: String
    public let entities: String
    public let schema: String
    public let isSchemaJSON: Bool
    /// Whether the policies are expected to pass the official validator.
    public let shouldValidate: Bool
    public let cases: [Case]

    public struct Case: Sendable {
        public let description: String
        let principal: JSONValue
        let action: JSONValue
        let resource: JSONValue
        let context: JSONValue
        /// Whether the request must fit the schema.
        public let isValidated: Bool
        public let decision: Response.Decision
        public let determining: Set<PolicyID>
        public let errors: Set<PolicyID>
    }

    /// Why a file could not be read or run at all.
    public enum Failure: Error, Sendable {
        case json(JSONFault)
        case malformed(at: String)
        /// Policies in JSON.
        case unsupportedFormat(String)
        case notUTF8(path: String)
        case policies(PolicyError)
        case schema(DataError)
        case entities(DataError)
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
    /// Reads a test file. Throws ``Failure``.
    public init(parsing bytes: [UInt8]) throws(Failure) {
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .json(error)
        }
        guard let object = json.object else { throw .malformed(at: "test") }
        func text(_ name: Text) throws(Failure) -> String {
            guard let text = object[name]?.text else { throw .malformed(at: name.string) }
            return text.string
        }
        let known: Set<Text> = [
            "policies", "policyFormat", "entities", "schema", "schemaFormat", "shouldValidate",
            "requests",
        ]
        if let other = object.names(except: known).first { throw .malformed(at: other.string) }
        if let format = object["policyFormat"]?.text, format != "cedar" {
            throw .unsupportedFormat(format.string)
        }
        let schemaFormat = object["schemaFormat"]?.text ?? "cedar"
        guard schemaFormat == "cedar" || schemaFormat == "json" else {
            throw .unsupportedFormat(schemaFormat.string)
        }
        guard let shouldValidate = object["shouldValidate"]?.bool,
            let requests = object["requests"]?.elements
        else { throw .malformed(at: "requests") }
        var cases: [Case] = []
        for (number, request) in requests.enumerated() {
            cases.append(try Case(request, at: "requests[\(number)]"))
        }
        policies = try text("policies")
        entities = try text("entities")
        schema = try text("schema")
        isSchemaJSON = schemaFormat == "json"
        self.shouldValidate = shouldValidate
        self.cases = cases
    }

    /// Runs all cases. `read` returns the contents of a file by its path; what it throws is passed
    /// on, beside ``Failure``.
    public func run(read: (String) throws -> [UInt8]) throws -> [Result] {
        let policies = try policySet(read(policies))
        let schema = try schema(read(schema))
        let entities = try Self.entities(read(entities), schema)
        return cases.map { $0.run(policies, entities, schema) }
    }

    /// Whether the policies expected are named by their position, as in Cedar's own tests, and not
    /// by their `@id`.
    private var namesPositions: Bool {
        cases.allSatisfy { $0.determining.union($0.errors).allSatisfy(\.isPosition) }
    }

    private static func text(_ bytes: [UInt8], path: String) throws(Failure) -> String {
        guard let text = Text(validating: bytes) else { throw .notUTF8(path: path) }
        return text.string
    }

    private func policySet(_ bytes: [UInt8]) throws(Failure) -> PolicySet {
        let source = PolicySet.Source(name: policies, text: try Self.text(bytes, path: policies))
        do throws(PolicyError) {
            return try PolicySet(
                parsing: [source], identifiedBy: namesPositions ? .numbered : .annotated)
        } catch {
            throw .policies(error)
        }
    }

    private func schema(_ bytes: [UInt8]) throws(Failure) -> Schema {
        if isSchemaJSON {
            do throws(DataError) { return try Schema(json: bytes) } catch { throw .schema(error) }
        }
        let text = try Self.text(bytes, path: schema)
        do throws(SchemaError) {
            return try Schema(parsing: text)
        } catch {
            throw .schema(.schema(error))
        }
    }

    private static func entities(_ bytes: [UInt8], _ schema: Schema) throws(Failure) -> Entities {
        do throws(DataError) {
            return try Entities(json: bytes, schema: schema)
        } catch {
            throw .entities(error)
        }
    }
}

extension CedarTestFile.Case {
    fileprivate init(_ json: JSONValue, at place: String) throws(CedarTestFile.Failure) {
        guard let object = json.object, let principal = object["principal"],
            let action = object["action"], let resource = object["resource"],
            let context = object["context"], let decision = object["decision"]?.text,
            let expected = Response.Decision(rawValue: decision.string.lowercased())
        else { throw .malformed(at: place) }
        description = object["description"]?.text?.string ?? place
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        isValidated = object["validateRequest"]?.bool ?? true
        self.decision = expected
        determining = try Self.ids(object["reason"], at: "\(place).reason")
        errors = try Self.ids(object["errors"], at: "\(place).errors")
    }

    private static func ids(
        _ json: JSONValue?, at place: String
    ) throws(CedarTestFile.Failure) -> Set<PolicyID> {
        guard let elements = json?.elements else { throw .malformed(at: place) }
        var ids: Set<PolicyID> = []
        for element in elements {
            guard let text = element.text else { throw .malformed(at: place) }
            ids.insert(PolicyID(text))
        }
        return ids
    }

    /// The request of this case. Throws ``DataError`` where it can't be made, or doesn't fit the
    /// schema and should.
    public func request(schema: Schema) throws(DataError) -> Request {
        let action = try ValueReader.entity(action, at: "action")
        let request = Request(
            principal: try ValueReader.entity(principal, at: "principal"), action: action,
            resource: try ValueReader.entity(resource, at: "resource"),
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
