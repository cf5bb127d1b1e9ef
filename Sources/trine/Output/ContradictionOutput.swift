import Client
import Sharing
import Verification
import Wire

/// An enterprise's two signed words that contradict each other: shown, written, verified.
enum ContradictionOutput {
    /// The name of the file in the folder of --export.
    static let fileName = "contradiction.json"

    static func isOne(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= Package.maximumBytes,
            let document = try? JSONDocument(.canonical, bytes),
            var members = try? ClaimReader(document.root)
        else { return false }
        return members.optional("format")?.text == Contradiction.format
    }

    static func verify(
        _ bytes: [UInt8], under trust: Trust, _ common: CommonOptions, _ contacts: Contacts
    ) throws {
        let verified = try Contradiction(parsing: bytes).verify(under: trust)
        common.print(["contradiction": verified.json, "verified": true]) {
            (verified.lines(naming: contacts.shown) + ["Verified."]).joined(separator: "\n")
        }
    }

    /// What to say of a package or a fetch that has one. What proves it is written where a `file` is
    /// named, and `hint` says how else to get it.
    static func complaint(
        about proof: Contradiction, under trust: Trust, _ contacts: Contacts, file: String?,
        else hint: String, write: (String) throws -> Void
    ) throws -> Complaint {
        let lines = try proof.verify(under: trust).lines(naming: contacts.shown)
        try file.map(write)
        return Complaint.refused(
            lines.joined(separator: "\n"),
            file.map { "what proves it is \($0); trine verify verifies it" } ?? hint)
    }
}
