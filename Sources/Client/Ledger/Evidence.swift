import Interface
import Sharing
public import Transparency
public import Verification
import Wire

extension Session {
    /// Entries with the proofs of their places under `checkpoint`, each verified, in the order of
    /// `indices`. Throws ``ConnectionError`` and ``LogFault``.
    public func logged(
        _ indices: [Int64], under checkpoint: VerifiedCheckpoint
    ) async throws -> [LoggedStatement] {
        var logged: [LoggedStatement] = []
        for index in indices {
            let answer = try await connection.entries(from: index, limit: 1)
            guard let entry = answer.entries.first, entry.index == index else {
                throw LogFault.outOfOrder(index: index)
            }
            logged.append(
                LoggedStatement(
                    index: index, jws: entry.statement,
                    proof: try await proof(index, of: entry.statement, under: checkpoint)))
        }
        return logged
    }

    private func proof(
        _ index: Int64, of leaf: [UInt8], under checkpoint: VerifiedCheckpoint
    ) async throws -> [Hash] {
        let place = UInt64(clamping: index)
        do {
            let tiles = try await keeper.tiles(
                try InclusionProof.tiles(index: place, size: checkpoint.size))
            let proof = try InclusionProof.build(
                index: place, size: checkpoint.size, reading: tiles)
            _ = try checkpoint.including(Hash.leaf(leaf), at: place, proof: proof.hashes)
            return proof.hashes
        } catch let error as TileError { throw LogFault.tile(error) } catch let error as ProofError
        {
            throw LogFault.notIncluded(index: index, error)
        }
    }

    /// One entry with its proof, and what the gateway shows this participant of its selective claims.
    public func entry(
        _ index: Int64
    ) async throws -> (logged: LoggedStatement, shown: ShownDisclosures) {
        let checkpoint = try await latest()
        guard index >= 0, UInt64(clamping: index) < checkpoint.size else {
            throw ClientError.noEntry(index, of: Int64(clamping: checkpoint.size))
        }
        let logged = try await logged([index], under: checkpoint)[0]
        let shown = try await reader.disclosures(of: [logged.jws], from: index)[index]
        return (logged, shown ?? .withheld)
    }
}
