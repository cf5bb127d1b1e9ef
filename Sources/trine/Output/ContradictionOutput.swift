import Client
import Sharing
import Verification
import Wire

/// An enterprise's two signed words that contradict each other: shown, written, verified.
enum ContradictionOutput {
    /// The name of the file in the folder of --export.
    static let fileName = "contradiction.json"

    /// The package that `work` verifies. Where it finds a contradiction, that is said instead; `write`
    /// keeps what proves it where a `file` is named, and `hint` says how else to get it.
    static func verified(
        under trust: Trust, _ contacts: Contacts, file: String?, else hint: String,
        write: ([UInt8]) throws -> Void, _ work: () async throws -> VerifiedPackage
    ) async throws -> VerifiedPackage {
        let refusal: PackageRefusal
        do {
            return try await work()
        } catch ClientError.package(let found) {
            refusal = found
        } catch let found as PackageRefusal { refusal = found }
        guard case .contradiction(let proof) = refusal.reason else { throw refusal }
        let lines = try proof.verify(under: trust).lines(naming: contacts.shown)
        if file != nil { try write(proof.bytes) }
        throw Complaint(.refused, lines)
            .hint(file.map { "what proves it is \($0); trine verify verifies it" } ?? hint)
    }
}
