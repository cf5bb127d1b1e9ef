import Cedar
import CedarTools
import Foundation
import TestSupport
import Testing

/// The corpus of the official engine, where it is at hand.
enum Vectors {
    static let cedar = Shared.url("vectors/cedar")

    static var arePresent: Bool { Shared.exists("vectors/cedar") }

    static let missing: Comment = "no vectors/cedar: set TRINE_SHARED to the folder that has it"

    static func bytes(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }

    /// Validates the policies, runs a test file and returns how many cases passed; records an issue for each that didn't.
    static func run(_ file: URL, root: URL) throws -> Int {
        let test = try CedarTestFile(parsing: bytes(file))
        let errors = try test.validate { try bytes(root.appendingPathComponent($0)) }
        #expect(errors.isEmpty == test.shouldValidate, "\(file.lastPathComponent): \(errors)")
        let results = try test.run { try bytes(root.appendingPathComponent($0)) }
        for result in results where !result.isPassed {
            Issue.record("\(file.lastPathComponent), \(result.description): \(result.outcome)")
        }
        return results.count { $0.isPassed }
    }
}

/// The outcome of an expression as the only condition of a policy.
enum Outcome: Equatable {
    case holds
    case doesNot
    case fails(EvaluationError)
    case refused(PolicyError.Reason)
}

/// Evaluates `expression` for a request by `User::"alice"`, with these entities and this context.
func outcome(
    _ expression: String, entities: Entities = .empty, context: Record = .empty
) throws -> Outcome {
    let policies: PolicySet
    do throws(PolicyError) {
        policies = try PolicySet(
            parsing: "permit(principal, action, resource) when { \(expression) };")
    } catch {
        return .refused(error.reason)
    }
    let request = Request(
        principal: try uid("User", "alice"), action: try uid("Action", "view"),
        resource: try uid("Photo", "beach"), context: context)
    let response = policies.isAuthorized(request, entities: entities)
    if let failure = response.errors.first { return .fails(failure.error) }
    return response.decision == .allow ? .holds : .doesNot
}

func uid(_ type: String, _ id: String) throws -> EntityUID {
    try #require(EntityUID(type: type, id: id))
}

func holds(
    _ expression: String, entities: Entities = .empty, context: Record = .empty
) throws -> Bool {
    try outcome(expression, entities: entities, context: context) == .holds
}

/// A response without errors in words: the decision and the policies that made it.
func summary(_ response: Response) -> String {
    guard response.errors.isEmpty else { return "\(response.errors)" }
    return ([response.decision.rawValue] + response.determining.map(\.description))
        .joined(separator: " ")
}
