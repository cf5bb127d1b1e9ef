public import Transparency
public import Wire

/// A record's field ciphertexts, ascending by name, and the Merkle root that the record signs, so
/// that a single bad ciphertext can be blamed without the others.
public struct SealedFields: Hashable, Sendable {
    public let fields: [FieldCiphertext]

    /// `nil` unless the names ascend strictly and the size is within the limits.
    public init?(_ fields: [FieldCiphertext]) {
        let total = fields.reduce(0) { $0 + $1.bytes.count }
        guard (1...(2 * Limits.fieldsPerType)).contains(fields.count),
            total <= Limits.sealedRecordBytes,
            zip(fields, fields.dropFirst()).allSatisfy({ $0.name < $1.name })
        else { return nil }
        self.fields = fields
    }

    /// RFC 6962 root over one leaf per field: its name and ciphertext, each with its length.
    public var root: Digest<Digested.Fields> {
        var edge = RightEdge()
        var input = DomainSeparated(.fieldLeaf, reserving: 1 << 12)
        for field in fields { edge.append(Self.leaf(field, &input)) }
        guard let digest = Digest<Digested.Fields>(bytes: edge.root.bytes) else {
            preconditionFailure("a hash has 32 bytes")
        }
        return digest
    }

    public static func leaf(_ field: FieldCiphertext) -> Hash {
        let count = field.name.text.utf8.count + field.bytes.count
        var input = DomainSeparated(.fieldLeaf, reserving: count + 8)
        return leaf(field, &input)
    }

    private static func leaf(_ field: FieldCiphertext, _ input: inout DomainSeparated) -> Hash {
        input.begin(.fieldLeaf)
        input.append(field.name.text.utf8)
        input.append(field.bytes)
        return Hash.leaf(input.bytes)
    }

    public subscript(name: FieldName) -> FieldCiphertext? { fields.first { $0.name == name } }

    /// As sent and stored: for each field the length of its name (8 bits), the name, the length of
    /// its ciphertext (32 bits big-endian), the ciphertext.
    public var encoded: [UInt8] {
        var output: [UInt8] = []
        for field in fields {
            output.append(UInt8(field.name.text.utf8.count))
            output += field.name.text.utf8
            let count = UInt32(field.bytes.count)
            output += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
            output += field.bytes
        }
        return output
    }

    /// Parses ``encoded``; `nil` for anything it would not have written.
    public init?(encoded bytes: [UInt8]) {
        var fields: [FieldCiphertext] = []
        var position = 0
        while position < bytes.count {
            let nameEnd = position + 1 + Int(bytes[position])
            guard nameEnd + 4 <= bytes.count, fields.count < 2 * Limits.fieldsPerType,
                let name = FieldName(plain: bytes[(position + 1)..<nameEnd])
            else { return nil }
            let count = bytes[nameEnd..<(nameEnd + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard count <= bytes.count - nameEnd - 4 else { return nil }
            position = nameEnd + 4 + count
            fields.append(
                FieldCiphertext(name: name, bytes: Array(bytes[(nameEnd + 4)..<position])))
        }
        self.init(fields)
    }
}
