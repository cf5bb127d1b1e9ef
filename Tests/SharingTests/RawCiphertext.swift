import CSodium

@testable import Sharing
@testable import Wire

/// Seals any bytes as a field's ciphertext, straight from the library: what a hostile issuer could do.
func sealRaw(
    _ content: [UInt8], name: FieldName, key: FieldKey, context: FieldContext
) -> FieldCiphertext {
    let nonce = [UInt8](repeating: 0x5a, count: 24)
    let data = context.associatedData(field: name)
    var sealed = [UInt8](repeating: 0, count: content.count + 16)
    key.secret.withBytes { key in
        _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
            &sealed, nil, content, UInt64(content.count), data, UInt64(data.count), nil, nonce,
            key.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }
    return FieldCiphertext(name: name, bytes: nonce + sealed)
}
