import CSodium
import Rules
import Sharing
import Wire

/// What stands in the ledger's indices in place of a name that is confidential: its MAC. The key lies
/// with the wrap keys, so that the ledger alone tells no name, not to who tries all of them either.
struct HiddenNames: Sendable {
    private let key: WrapKey

    init(key: WrapKey) { self.key = key }

    /// The name of a piece of state.
    func name(ofState key: String) -> [UInt8] {
        code(DomainSeparated(.hiddenName).appending("state").appending(key))
    }

    /// A participant as a party to entries of one kind: to those of another it has another name.
    func name(of party: Handle, to kind: Kind) -> [UInt8] {
        code(
            DomainSeparated(.hiddenName).appending("party").appending(kind.rawValue)
                .appending(party.text))
    }

    func names(of parties: Set<Handle>, to kind: Kind) -> Set<[UInt8]> {
        Set(parties.map { name(of: $0, to: kind) })
    }

    private func code(_ message: DomainSeparated) -> [UInt8] {
        let bytes = message.bytes
        return [UInt8](unsafeUninitializedCapacity: Int(crypto_auth_hmacsha256_BYTES)) {
            output, written in
            written = key.withBytes { key in
                _ = crypto_auth_hmacsha256(
                    output.baseAddress!, bytes, UInt64(bytes.count), key.baseAddress!)
                return output.count
            }
        }
    }
}
