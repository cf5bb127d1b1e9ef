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

    /// What to say of a package that has one; it is written where a folder is named.
    static func complaint(
        about proof: Contradiction, under trust: Trust, _ contacts: Contacts, folder: String?
    ) throws -> Complaint {
        let verified = try proof.verify(under: trust)
        let lines = verified.lines(naming: contacts.shown)
        guard let folder else {
            return Complaint(
                .refused, lines.joined(separator: "\n"),
                hint: "with --export DIR what proves it is written, for others to verify")
        }
        try OutputFile.writeFolder([(fileName, proof.bytes)], to: folder)
        return Complaint(
            .refused, lines.joined(separator: "\n"),
            hint: "what proves it is \(folder)/\(fileName); trine verify verifies it")
    }

    /// The same for a fetch: nothing else of it is kept.
    static func complaint(
        about proof: Contradiction, under trust: Trust, _ contacts: Contacts, file: String?
    ) throws -> Complaint {
        let lines = try proof.verify(under: trust).lines(naming: contacts.shown)
        guard let file else {
            return Complaint(
                .refused, lines.joined(separator: "\n"),
                hint: "fetch again with -o FILE to keep what proves it")
        }
        try OutputFile.write(proof.bytes, to: file)
        return Complaint(
            .refused, lines.joined(separator: "\n"),
            hint: "what proves it is \(file); trine verify verifies it")
    }
}
