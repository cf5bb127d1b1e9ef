import ArgumentParser
import Client
import Foundation
import Rules
import Wire

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Read, test, explain, compare and publish the policies of a log.",
        discussion: "Example: trine policy check Policies",
        subcommands: [
            PolicyCheckCommand.self, PolicyTest.self, PolicyExplain.self, PolicyDiff.self,
            PolicyPublish.self,
        ])
}

/// The policy files that a command is given.
struct PolicyPaths: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Files of policies, or a directory with them; else the set that a log begins with.",
            valueName: "path"), completion: .file())
    var paths: [String] = []

    /// Reads and compiles the set; a directory's own files of policies and schema, not those further
    /// down. Where no schema is given, it is the one that the rules know.
    func set() throws -> CedarPolicies {
        if paths.isEmpty { return .standard }
        var files = try paths.flatMap(Self.files)
        if !files.contains(where: { $0.name.hasSuffix(Self.schema) }) { files.append(.schema) }
        do { return try CedarPolicies(PolicyTexts(files)) } catch let error as PolicyTextsRefusal {
            throw ClientError.policySet(.texts(error))
        } catch let error as PolicySetRefusal { throw ClientError.policySet(error) }
    }

    private static func files(_ path: String) throws -> [PolicyTexts.File] {
        guard try InputFile.isFolder(path) else { return [try file(path)] }
        let found = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { $0.hasSuffix(".cedar") || $0.hasSuffix(Self.schema) }.sorted()
        if found.isEmpty { throw Complaint.usage("there is no .cedar file in \(path)") }
        return try found.map { try file(path + "/" + $0) }
    }

    private static let schema = ".cedarschema"

    private static func file(_ path: String) throws -> PolicyTexts.File {
        guard let text = String(validating: try InputFile.bytes(path), as: UTF8.self) else {
            throw Complaint.usage("\(path) isn't UTF-8")
        }
        return .init(name: URL(fileURLWithPath: path).lastPathComponent, text: text)
    }
}

struct PolicyPublish: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Put a policy set in force, as an authority.",
        discussion: """
            From its entry on it decides for everybody: a new forbid bites at once, a new permit \
            never widens a grant that was given before. Everybody can read the texts.

            Example: trine policy publish Policies --home ./authority
            """)

    @OptionGroup var files: PolicyPaths
    @OptionGroup var motion: MotionOptions
    @OptionGroup var common: CommonOptions

    func prepare() throws { try motion.check() }

    func outcome(in session: Session) async throws -> Outcome {
        let set = try files.set()
        let authority = try await Authority(session)
        let names = set.texts.files.map(\.name)
        return try await motion.outcome(
            try authority.publication(of: set), by: authority,
            ["files": names, "policies": set.policyIDs.count, "set": set.digest],
            words: "Published \(set.policyIDs.count) policies (\(names.joined(separator: ", ")))",
            after: " The set is \(set.digest).")
    }
}
