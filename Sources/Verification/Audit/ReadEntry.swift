public import Sharing
import Synchronization
public import Transparency
public import Wire

/// A log entry of which everything is known that doesn't depend on the entries before it: its hash,
/// what it says, and whose signature it bears. Entries can be read at once, before their turn.
public struct ReadEntry: Sendable {
    package let leaf: [UInt8]
    public let hash: Hash
    public let statement: Result<Statement, StatementError>
    let disclosures: ShownDisclosures
    /// The selective claims; `nil` where they weren't shown, or a record's, which nobody is.
    public let selective: Result<any SelectiveClaims, StatementError>?
    /// `nil` where the key wasn't known yet or the signature is bad.
    public let checked: VerifiedJWS?

    /// Reads an entry as the log has it. `keys` is shared by all that are read for one replay.
    public init(_ leaf: [UInt8], _ disclosures: ShownDisclosures, keys: OfferedKeys) {
        (self.leaf, self.disclosures) = (leaf, disclosures)
        hash = Hash.leaf(leaf)
        statement = Result { () throws(StatementError) in try Statement(parsing: leaf) }
        guard case .success(let statement) = statement else {
            (selective, checked) = (nil, nil)
            return
        }
        if case .shown(let text) = disclosures, !statement.hasFields {
            selective = Result { () throws(StatementError) in
                guard let list = Disclosure.split(text) else { throw .malformedSelectiveDigests }
                return try statement.opened(with: list)
            }
        } else {
            selective = nil
        }
        keys.add(statement.claims.offeredKeys)
        checked = keys[statement.jws.kid].flatMap {
            try? statement.jws.verified(byKeyNamed: $0)
        }
    }
}

/// The keys that entries offered so far, by their thumbprints, whoever may use them: a signature can
/// be checked with one before it is known whether the signer had the right to it.
public final class OfferedKeys: Sendable {
    /// More aren't kept; the replay itself then checks what is signed with another.
    static let limit = 65_536

    private let keys = Mutex<[Digest<Digested.Key>: VerificationKey]>([:])

    public init() {}

    subscript(thumbprint: Digest<Digested.Key>) -> VerificationKey? {
        keys.withLock { $0[thumbprint] }
    }

    func add(_ offers: [VerificationKey]) {
        guard !offers.isEmpty else { return }
        keys.withLock { keys in
            for key in offers where keys.count < Self.limit { keys[key.thumbprint] = key }
        }
    }
}
