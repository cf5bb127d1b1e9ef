import Rules
import Wire

/// How the part of the state that follows from selective claims is kept: nothing of it can be read
/// without the keys.
///
/// Each row stands under a hidden name, and is sealed under the key of its slot, for the one content that
/// it has: a piece that changes is a new row, in another slot. The key of the old row is destroyed with
/// the next erasure. After that the keys open what is there now, and no older copy of any row.
struct SealedState {
    let vault: Vault

    /// The row of a piece of state; `nil` where selective claims have no part in its value. Its text is the
    /// length of the key's text as 16 bits, the key's text, the value.
    func row(
        of key: String, _ value: StateValue?
    ) throws(StoreError) -> (slot: Int64, bytes: [UInt8])? {
        guard let value = value?.selectiveBytes else { return nil }
        let (slot, wrapKey) = try vault.takeSlot()
        let length = UInt16(key.utf8.count)
        let plaintext = [UInt8(length >> 8), UInt8(length & 0xff)] + Array(key.utf8) + value
        return (slot, wrapKey.seal(plaintext, context: Self.context(slot)))
    }

    /// The key's text and the value. Throws ``StoreError/corrupt(_:_:)``, naming `place`.
    func open(
        _ row: SealedRow, named place: String
    ) throws(StoreError) -> (text: String, value: [UInt8]) {
        guard row.slot >= 0, row.slot < VaultPlace.numbers else {
            throw .corrupt(.state(place), .malformed)
        }
        guard let key = try vault.key(VaultPlace(.slot, row.slot)) else {
            throw .corrupt(.state(place), .keyMissing)
        }
        guard let bytes = key.open(row.bytes, context: Self.context(row.slot)), bytes.count >= 2
        else { throw .corrupt(.state(place), .changed) }
        let end = 2 + Int(bytes[0]) << 8 + Int(bytes[1])
        guard end <= bytes.count else { throw .corrupt(.state(place), .malformed) }
        return (String(decoding: bytes[2..<end], as: UTF8.self), Array(bytes[end...]))
    }

    /// The piece under `key`, from its rows; `nil` where there is none.
    func value(of key: StateKey, named text: String, _ rows: StateRows) throws(StoreError)
        -> StateValue?
    {
        var selective: [UInt8]?
        if let row = rows.sealed {
            let (name, value) = try open(row, named: text)
            guard name == text else { throw .corrupt(.state(text), .changed) }
            selective = value
        }
        do throws(StateError) { return try StateValue(rows.open, selective, for: key) } catch {
            throw .corrupt(.state(text), .state(error))
        }
    }

    /// The names of a piece's rows.
    func names(of key: StateKey, text: String) -> StateNames {
        StateNames(
            open: key.family.hasPublicPart ? text : nil,
            hidden: key.family.hasSelectivePart ? vault.names.name(ofState: text) : nil)
    }

    private static func context(_ slot: Int64) -> [UInt8] {
        DomainSeparated(.wrap).appending("state")
            .appending(withUnsafeBytes(of: slot.bigEndian) { Array($0) }).bytes
    }
}

extension StateFamily {
    /// Whether public claims have a part in its pieces.
    var hasPublicPart: Bool { object.origin != .selectiveClaims }
    /// Whether selective claims have a part in its pieces.
    var hasSelectivePart: Bool { object.origin != .publicClaims }
}
