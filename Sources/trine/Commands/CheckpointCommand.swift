import ArgumentParser
import Client
import Transparency
import Wire

struct CheckpointCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Show, hand out and compare the last checkpoint of the log.",
        discussion: """
            A gateway that shows two participants two histories is found out when they compare their \
            checkpoints: with --export one writes its own, with --compare the other says whether it \
            is of the same history. Where it isn't, both are kept in the home, and the exit code is \
            5. No passphrase is needed; the gateway is asked for hashes where sizes differ.

            Given twice, --compare compares two checkpoints of whomever with each other, without the \
            gateway. Each bears the time at which the host called it the newest one. Two of them of \
            which the later one is smaller prove to everybody that the log was taken back: exit code 7.

            Example: trine checkpoint --compare checkpoint-of-northbank

            Example: trine checkpoint --compare mine --compare theirs
            """)

    @Option(
        help: "A file to write the signed checkpoint to; it must not be there yet.",
        completion: .file())
    var export: String?

    @Option(
        help: ArgumentHelp(
            "A file with the signed checkpoint of somebody else; twice, to compare two.",
            valueName: "file"), completion: .file())
    var compare: [String] = []

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard compare.count <= 2 else { throw ValidationError("--compare is given once or twice") }
        guard compare.count < 2 || export == nil else {
            throw ValidationError("two checkpoints are compared with each other, and none exported")
        }
    }

    func outcome() async throws -> Outcome {
        if compare.count == 2 {
            let comparison = try common.directory.compare(
                try Self.note(compare[0]), with: try Self.note(compare[1]))
            return try comparison.outcome()
        }
        let home = common.directory
        guard let known = try home.lastCheckpoint() else {
            throw Complaint.home("this home has seen no checkpoint yet")
                .hint("it sees one with the first command that asks the gateway")
        }
        var members: Members = [
            "origin": known.origin, "root": known.root.base64, "size": known.size,
        ]
        var lines = ["\(known.origin): \(known.size) entries, root \(known.root.base64)"]
        if let export {
            try OutputFile.check(export)
            try OutputFile.write(known.note.bytes, to: export)
            members["exported"] = export
            lines.append("Saved as \(export).")
        }
        if let compare = compare.first {
            let comparison = try await home.compare(try Self.note(compare))
            if case .undecided(_, _, let error?) = comparison {
                Terminal.note(comparison.line(about: "That checkpoint"))
                throw error
            }
            members["compared"] = comparison.members
            lines.append(comparison.line(about: "That checkpoint"))
        }
        return Outcome(members) { [lines] in lines.joined(separator: "\n") }
    }

    private static func note(_ path: String) throws -> Note {
        let bytes = try InputFile.bytes(path, limit: Note.maximumBytes)
        guard let note = try? Note(parsing: bytes) else {
            throw Complaint.refused("\(path) isn't a signed checkpoint")
                .hint("it is what trine checkpoint --export writes")
        }
        return note
    }
}
