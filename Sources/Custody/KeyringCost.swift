import CSodium
import Wire

/// How much work it is to try a passphrase: Argon2id (RFC 9106) with three passes over this much
/// memory.
public struct KeyringCost: Hashable, Sendable {
    public let mebibytes: Int

    /// What every keyring outside tests costs.
    public static let usual = KeyringCost(mebibytes: 256)

    static let passes = 3
    /// No keyring written here asks for more, so a file that does isn't allowed to take all memory.
    static let maximumMebibytes = 4096

    private init(mebibytes: Int) { self.mebibytes = mebibytes }

    /// The usual cost, or a cheaper one where `TRINE_TEST_ARGON2_MIB` asks for it.
    ///
    /// A keyring made so says in its header that it is for tests, and opens only where the variable
    /// is set again: it can't be taken for a protected one by accident.
    public static func named(in environment: [String: String]) -> KeyringCost {
        guard let text = environment["TRINE_TEST_ARGON2_MIB"], let mebibytes = Int(text),
            (1..<usual.mebibytes).contains(mebibytes)
        else { return usual }
        return KeyringCost(mebibytes: mebibytes)
    }

    var isForTests: Bool { mebibytes < Self.usual.mebibytes }

    /// What a file says. With `nil` nobody is going to try a passphrase on it.
    init(
        header mebibytes: Int, isForTests: Bool, allowed: KeyringCost?
    ) throws(KeyringError) {
        let range =
            isForTests && allowed?.isForTests != false
            ? 1..<Self.usual.mebibytes : Self.usual.mebibytes..<(Self.maximumMebibytes + 1)
        guard range.contains(mebibytes) else { throw .costOutOfRange(mebibytes: mebibytes) }
        self.init(mebibytes: mebibytes)
    }

    func key(_ passphrase: Passphrase, salt: [UInt8]) throws(KeyringError) -> Secret {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
        precondition(salt.count == KeyringSlot.saltBytes, "a salt has 16 bytes")
        var key = [UInt8](repeating: 0, count: 32)
        defer { key.wipe() }
        let status = passphrase.secret.withBytes { phrase in
            crypto_pwhash(
                &key, UInt64(key.count), phrase.baseAddress!.assumingMemoryBound(to: CChar.self),
                UInt64(phrase.count), salt, UInt64(Self.passes), mebibytes << 20,
                crypto_pwhash_ALG_ARGON2ID13)
        }
        guard status == 0 else { throw .outOfMemory(mebibytes: mebibytes) }
        return Secret(copying: key)
    }
}
