import Cedar
public import Sharing
public import Wire

/// The texts of a policy set, as they are published: files by name, ascending; the policies and the
/// schema that they are written in.
public struct PolicyTexts: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        public let name: String
        public let text: String

        public init(name: String, text: String) { (self.name, self.text) = (name, text) }
    }

    public static let maximumFiles = 64
    public static let maximumNameBytes = 64

    public let files: [File]
    public let digest: Digest<Digested.Policies>

    /// Sorts the files. Throws ``PolicyTextsRefusal``; whether they are policies is found by
    /// ``CedarPolicies``.
    public init(_ files: [File]) throws(PolicyTextsRefusal) {
        let sorted = files.sorted { $0.name < $1.name }
        guard !sorted.isEmpty else { throw .noFiles }
        guard sorted.count <= Self.maximumFiles else {
            throw .tooManyFiles(limit: Self.maximumFiles)
        }
        for file in sorted where !Self.isName(file.name) { throw .malformedName(file.name) }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.name == right.name {
            throw .duplicateName(left.name)
        }
        let bytes = sorted.reduce(0) { $0 + $1.text.utf8.count }
        guard bytes <= Limits.policySetBytes else {
            throw .tooLarge(bytes: bytes, limit: Limits.policySetBytes)
        }
        self.files = sorted
        digest = Self.digest(sorted)
    }

    /// SHA-256 over the label, then name and text of each file, each with its length.
    private static func digest(_ files: [File]) -> Digest<Digested.Policies> {
        var input = DomainSeparated(.policySet)
        for file in files {
            input.append(file.name.utf8)
            input.append(file.text.utf8)
        }
        return Digest(hashing: input.bytes)
    }

    /// `separation.cedar`: lower-case letters, digits and hyphens, then `.cedar` or `.cedarschema`.
    private static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: 0x2e, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, name.utf8.count <= maximumNameBytes,
            ["cedar", "cedarschema"].contains(String(parts[1]))
        else { return false }
        return parts[0].allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d
        }
    }
}

/// Why texts can't be a policy set.
public enum PolicyTextsRefusal: Error, Equatable, Sendable {
    case noFiles
    case tooManyFiles(limit: Int)
    case malformedName(String)
    case duplicateName(String)
    case tooLarge(bytes: Int, limit: Int)
    /// A blob that isn't the canonical JSON of a set.
    case malformed
}

extension PolicyTexts {
    /// What a `policy` statement carries beside it: `{"files":[{"name","text"}]}`, canonical.
    public var bytes: [UInt8] { Blob.shape.bytes(of: Blob(files: files)) }

    private struct Blob {
        let files: [File]

        static let shape = Shape<Blob>(
            Blob.init(files:),
            .required(
                "files", \.files,
                .ascending(by: \.name, of: .object(File.shape), 0...maximumFiles)))
    }

    /// The length that ``bytes`` can have: a byte is at most six in JSON, names and frame beside.
    public static let maximumEncodedBytes = 6 * Limits.policySetBytes + 64 * 256

    /// Reads ``bytes``. Throws ``PolicyTextsRefusal``.
    public init(parsing bytes: [UInt8]) throws(PolicyTextsRefusal) {
        guard bytes.count <= Self.maximumEncodedBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Self.maximumEncodedBytes)
        }
        let blob: Blob
        do throws(ClaimError) {
            guard let document = try? JSONDocument(.canonical, bytes) else { throw .notAnObject }
            blob = try Blob.shape.read(document.root)
        } catch {
            if case .tooMany = error { throw .tooManyFiles(limit: Self.maximumFiles) }
            throw .malformed
        }
        try self.init(blob.files)
    }

    /// The files as a statement names them.
    public var claims: [PolicyFile] {
        files.map { PolicyFile(name: $0.name, digest: Digest(hashing: Array($0.text.utf8))) }
    }
}

extension PolicyTexts.File {
    /// The schema that these rules know. A set has it, byte for byte.
    public static let schema = PolicyTexts.File(
        name: "trine.cedarschema", text: StandardTexts.schema)

    var isSchema: Bool { name.hasSuffix(".cedarschema") }

    fileprivate static let shape = Shape<PolicyTexts.File>(
        PolicyTexts.File.init(name:text:),
        .required("name", \.name, .text), .required("text", \.text, .text))
}
