import Interface
import Sharing
import Transparency
public import Verification
import Wire

extension Session {
    /// Signs a file that isn't part of the log, with what shows others whose key that is; verified before
    /// it is returned. `about` says what the file is.
    ///
    /// Throws ``ConnectionError``, ``LogFault`` and ``ClientError/package(_:)``.
    public func signed(_ file: [UInt8], about: String) async throws -> SignedPaper {
        try await sync()
        let jws = SignedCall<PaperClaims>.sign(
            PaperClaims(file: Digest(hashing: file), about: about), by: try signer(.all), at: now,
            jti: newJTI())
        let checkpoint = try await latest()
        let indices = try await entriesAboutKeys()
        let paper = SignedPaper(
            checkpoint: checkpoint.note, genesis: try await logged([0], under: checkpoint)[0],
            participants: try await logged(indices, under: checkpoint), signature: jws)
        do { _ = try paper.verify(file, under: trust) } catch { throw ClientError.package(error) }
        return paper
    }

    /// The entries that make this participant's keys what they are: its own, those of who signed them,
    /// and the charters by which they could.
    private func entriesAboutKeys() async throws -> [Int64] {
        var indices: Set<Int64> = []
        var waiting = [handle]
        var seen: Set<Handle> = [handle]
        while let next = waiting.popLast() {
            for logged in try await connection.participant(next).statements {
                guard logged.index > 0 else { continue }
                indices.insert(logged.index)
                let issuer = try logged.statement().issuer
                if seen.insert(issuer).inserted { waiting.append(issuer) }
            }
        }
        let charters = try await connection.entries(from: 0, kind: .charter)
        for entry in charters.entries {
            indices.insert(entry.index)
            let issuer = try Statement(parsing: entry.statement).issuer
            guard seen.insert(issuer).inserted else { continue }
            for logged in try await connection.participant(issuer).statements
            where logged.index > 0 { indices.insert(logged.index) }
        }
        return indices.sorted()
    }
}
