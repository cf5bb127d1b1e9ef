import Sharing
import Transparency
import Wire

/// A verified package in the formats of others, so that tools which know nothing of this project can
/// check its parts: SD-JWT VCs (RFC 9901), receipts (C2SP tlog-proof), and a key set (RFC 7517 §5).
public struct PackageExport: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        /// Without folders: lower-case letters, digits, `.` and `-`.
        public let name: String
        public let bytes: [UInt8]
    }

    /// Ascending by name.
    public let files: [File]

    /// The names of the file with the keys of all who signed a part, and of the signed checkpoint.
    public static let keysName = "issuer-keys.json"
    public static let checkpointName = "checkpoint"
    /// The name of the file with a proof about amounts, as the module `Commitments` encodes it.
    public static let proofName = "proof"

    /// The documents of the record types, and every statement with its receipt, under `<index>-<what it is>`; of a record that was served
    /// with its disclosures.
    public init(_ verified: VerifiedPackage) {
        let package = verified.package
        var files = [
            File(name: Self.checkpointName, bytes: package.checkpoint.bytes),
            File(
                name: Self.keysName,
                bytes: Self.keySet(verified.signingKeys).canonicalBytes + Array("\n".utf8)),
        ]
        if let proof = package.proof {
            files.append(File(name: Self.proofName, bytes: proof.presentation))
        }
        for type in verified.types.all {
            files.append(
                File(
                    name: "type-\(type.name)-\(type.version).json",
                    bytes: type.document(origin: verified.grant.origin)))
        }
        let records = Dictionary(verified.records.map { ($0.index, $0) }) { first, _ in first }
        for logged in package.statements {
            var name = Self.padded(logged.index)
            if let record = records[logged.index] {
                let book = record.claims.book
                name += "-\(book.series.rawValue)-\(book.month)-\(record.claims.number)"
            } else if let statement = try? logged.statement() {
                name += "-\(statement.kind.rawValue)"
            }
            files.append(File(name: name + ".sd-jwt", bytes: logged.sdJWT))
            if let receipt = try? TransparencyProof(
                index: UInt64(logged.index), hashes: logged.proof, checkpoint: package.checkpoint)
            {
                files.append(File(name: name + ".tlog-proof", bytes: receipt.bytes))
            }
        }
        self.files = files.sorted { $0.name < $1.name }
    }

    /// The keys as a JWK set, each with its thumbprint as `kid`.
    private static func keySet(_ keys: [VerificationKey]) -> JSON {
        let keys = keys.map { key -> JSON in
            guard case .object(var members) = key.jwk else { return key.jwk }
            members["alg"] = "EdDSA"
            members["kid"] = .digest(key.thumbprint)
            members["use"] = "sig"
            return .object(members)
        }
        return ["keys": .array(keys)]
    }

    /// Nine digits, so that names sort as entries do.
    private static func padded(_ index: Int64) -> String {
        let digits = "\(index)"
        return String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }
}

extension Package {
    /// Every statement in it.
    var statements: [LoggedStatement] {
        [genesis, grant, access] + participants + types.compactMap(\.statement) + erasures
            + [rekey].compactMap(\.self) + records
    }
}
