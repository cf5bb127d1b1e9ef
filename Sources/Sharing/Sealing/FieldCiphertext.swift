import CSodium
public import Wire

/// Where a field belongs. It is bound into the ciphertext, so that no field can be passed off as
/// another, of another record, book, issuer or log.
public struct FieldContext: Sendable {
    public let log: Digest<Digested.Genesis>
    public let issuer: Handle
    public let book: BookName
    public let record: JTI
    /// What all fields of the record have in common.
    private let place: DomainSeparated

    public init(log: Digest<Digested.Genesis>, issuer: Handle, book: BookName, record: JTI) {
        (self.log, self.issuer, self.book, self.record) = (log, issuer, book, record)
        place = DomainSeparated(.fieldCiphertext).appending(log.bytes).appending(issuer.text)
            .appending(book.description).appending(record.bytes)
    }

    func associatedData(field: FieldName) -> [UInt8] { place.appending(field.text).bytes }
}

/// One sealed field: a nonce of 24 bytes, the padded disclosure encrypted, a tag of 16
/// (XChaCha20-Poly1305, draft-irtf-cfrg-xchacha, by libsodium).
public struct FieldCiphertext: Hashable, Sendable {
    public let name: FieldName
    public let bytes: [UInt8]

    static let nonceBytes = 24
    static let tagBytes = 16

    public init(name: FieldName, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// Seals the disclosure of one field. The key is the record's own, the nonce random.
    public static func seal(
        _ disclosure: Disclosure, of field: FieldName, minimum: Int, key: FieldKey,
        context: FieldContext,
        using random: inout some RandomNumberGenerator
    ) -> FieldCiphertext {
        var plaintext = Padding.pad(
            Base64URL.decode(disclosure.text) ?? [], minimum: minimum)
        defer { plaintext.wipe() }
        let nonce = RandomBytes.make(nonceBytes, using: &random)
        let data = context.associatedData(field: field)
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        key.secret.withBytes { key in
            _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                &sealed, nil, plaintext, UInt64(plaintext.count), data, UInt64(data.count), nil,
                nonce, key.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return FieldCiphertext(name: field, bytes: nonce + sealed)
    }

    /// Opens a field. Throws ``OpeningError``.
    public func open(
        key: FieldKey, context: FieldContext
    ) throws(OpeningError) -> Disclosure {
        guard bytes.count > Self.nonceBytes + Self.tagBytes else {
            throw .malformed(field: name.text)
        }
        let data = context.associatedData(field: name)
        let sealedCount = bytes.count - Self.nonceBytes
        var plaintext = [UInt8](repeating: 0, count: sealedCount - Self.tagBytes)
        defer { plaintext.wipe() }
        let status = key.secret.withBytes { key in
            bytes.withUnsafeBufferPointer { bytes in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    &plaintext, nil, nil, bytes.baseAddress! + Self.nonceBytes,
                    UInt64(sealedCount), data, UInt64(data.count), bytes.baseAddress!,
                    key.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard status == 0 else { throw .wrongKeyOrTampered(field: name.text) }
        guard let content = Padding.unpad(plaintext),
            let disclosure = Disclosure(json: Array(content)),
            disclosure.name == name.text
        else { throw .malformed(field: name.text) }
        return disclosure
    }
}

/// Why a sealed field or envelope could not be opened.
public enum OpeningError: Error, Equatable, Sendable {
    case malformed(field: String)
    case wrongKeyOrTampered(field: String)
    case noKey(field: String, book: String, epoch: Int64)
    /// The disclosure isn't one of those the record committed to.
    case notCommitted(field: String)
    /// The value and its commitment, both signed, contradict each other.
    case contradiction(field: String)
    case envelope
}
