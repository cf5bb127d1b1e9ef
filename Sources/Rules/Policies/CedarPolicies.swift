public import Cedar
import Sharing
public import Wire

extension TextShelf {
    /// What a log begins with that is founded at `origin` with what comes with the program.
    public static func standard(of origin: Origin) -> TextShelf {
        TextShelf([CedarPolicies.standard], types: .standard, of: origin)
    }
}

/// Why texts aren't a set that a log can be under.
public enum PolicySetRefusal: Error, Equatable, Sendable {
    case texts(PolicyTextsRefusal)
    /// A text isn't Cedar; where and why.
    case policy(PolicyError)
    /// An id that isn't made of 1 to 64 lower-case letters, digits and hyphens.
    case malformedIdentifier(String)
    /// A template: nothing here links it, so it would never apply.
    case template(String)
    /// A set has one schema.
    case schemaCount(Int)
    /// The schema isn't, byte for byte, one that these rules know.
    case unknownSchema(file: String)
    /// A policy that doesn't fit the schema, the first one.
    case invalid(ValidationError)
}

/// A set of Cedar policies, compiled: what client, gateway and auditor ask.
public struct CedarPolicies: Policies {
    public static let maximumIdentifierBytes = 64
    /// Of the policies of one set, templates included.
    public static let maximumPolicies = 1024

    public let texts: PolicyTexts
    /// What was compiled, with annotations and places in the texts.
    public let set: Cedar.PolicySet
    public let asksForTime: Bool

    public var digest: Digest<Digested.Policies> { texts.digest }

    /// Parses, compiles and validates. Every policy has an `@id` of its own, and fits the set's schema:
    /// it asks only for what is known where it decides. Throws ``PolicySetRefusal``.
    public init(_ texts: PolicyTexts) throws(PolicySetRefusal) {
        let schemas = texts.files.filter(\.isSchema)
        guard let schema = schemas.first, schemas.count == 1 else {
            throw .schemaCount(schemas.count)
        }
        guard schema.text.utf8.elementsEqual(StandardTexts.schema.utf8) else {
            throw .unknownSchema(file: schema.name)
        }
        let sources = texts.files.filter { !$0.isSchema }.map {
            Cedar.PolicySet.Source(name: $0.name, text: $0.text)
        }
        do throws(PolicyError) {
            set = try Cedar.PolicySet(
                parsing: sources, identifiedBy: .annotated,
                limits: .init(
                    maximumBytes: Sharing.Limits.policySetBytes,
                    maximumPolicies: Self.maximumPolicies, maximumNesting: 64))
        } catch {
            throw .policy(error)
        }
        if let template = set.templates.first { throw .template(template.id.description) }
        for policy in set.policies where !Self.isIdentifier(policy.id.description) {
            throw .malformedIdentifier(policy.id.description)
        }
        if let error = set.errors(against: .standard).first { throw .invalid(error) }
        self.texts = texts
        asksForTime = set.mayRead(contextAttribute: Word.time)
    }

    /// Reads a blob, parses and compiles. Throws ``PolicySetRefusal``.
    public init(parsing blob: [UInt8]) throws(PolicySetRefusal) {
        let texts: PolicyTexts
        do { texts = try PolicyTexts(parsing: blob) } catch { throw .texts(error) }
        try self.init(texts)
    }

    public func decide(_ request: PolicyRequest) -> PolicyDecision {
        let question = PolicyQuestion(request)
        let response = set.isAuthorized(question.request, entities: question.entities)
        return PolicyDecision(
            permitted: response.decision == .allow && response.errors.isEmpty,
            determining: response.determining.map(\.description),
            failed: response.errors.map(\.policy.description))
    }

    /// In the order of the texts.
    public var policyIDs: [String] { self.set.policies.map(\.id.description) }

    /// The `@reason` of a policy, in words; `nil` where there is no such policy, or it gives none.
    public func reason(of id: String) -> String? {
        set.policies.first { $0.id.description == id }?[annotation: "reason"]?.string
    }

    private static func isIdentifier(_ id: String) -> Bool {
        (1...maximumIdentifierBytes).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d
            }
    }
}

extension CedarPolicies {
    /// The set that a log begins with, the files of the folder `Policies`.
    public static let standard: CedarPolicies = {
        let file = PolicyTexts.File(name: "separation.cedar", text: StandardTexts.separation)
        guard let texts = try? PolicyTexts([file, .schema]), let set = try? CedarPolicies(texts)
        else {
            preconditionFailure("the set in Policies compiles: a test says so")
        }
        return set
    }()
}
