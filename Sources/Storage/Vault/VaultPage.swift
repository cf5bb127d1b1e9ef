import CSodium
import Wire

/// What is left of a subtree of eight levels of a vault's tree: the seeds from which its keys follow.
///
/// A whole subtree is one seed. Where a key was destroyed there are, in its place, the seeds of the
/// subtrees beside the way to it. Where the way goes on below the eighth level, the key of another
/// page stands there.
struct VaultPage: Sendable {
    static let levels = 8

    enum Content: Sendable {
        /// All keys below follow from it.
        case seed(WrapKey)
        /// What is left below is in a page that is sealed under this key.
        case page(WrapKey)
    }

    /// Which page it is: how many pages lie above it, and the bits that lead to it.
    struct Address: Hashable, Sendable {
        static let depths = VaultPlace.bits / VaultPage.levels
        static let top = Address(depth: 0, prefix: 0)

        let depth: Int
        let prefix: Int64

        /// Depths in the first bits, so that the pages of one depth follow each other.
        var number: Int64 { Int64(depth) << Int64(VaultPlace.bits - VaultPage.levels) | prefix }

        /// The places below the node at `depth` and `index` in this page.
        func places(below depth: Int, _ index: Int) -> Range<Int64> {
            let below = Int64(VaultPlace.bits - self.depth * VaultPage.levels - depth)
            let first = (prefix << Int64(depth) | Int64(index)) << below
            return first..<first + 1 << below
        }

        func page(_ index: Int) -> Address {
            Address(depth: depth + 1, prefix: prefix << Int64(VaultPage.levels) | Int64(index))
        }

        /// The numbers of this page and of all below it.
        var subtree: [ClosedRange<Int64>] {
            (depth..<Self.depths).map { deeper in
                let bits = Int64((deeper - depth) * VaultPage.levels)
                let first = Address(depth: deeper, prefix: prefix << bits).number
                return first...(first + 1 << bits - 1)
            }
        }

        /// The node, at the eighth level of this page, that leads to `place`.
        func index(of place: VaultPlace) -> Int {
            let below = Int64(VaultPlace.bits - (depth + 1) * VaultPage.levels)
            return Int(place.bits >> below & 0xff)
        }
    }

    /// By depth, 0 to 8, and index.
    struct Node: Hashable, Sendable, Comparable {
        let depth: Int
        let index: Int
        static func < (one: Node, other: Node) -> Bool {
            (one.depth, one.index) < (other.depth, other.index)
        }
    }

    private(set) var nodes: [Node: Content] = [:]

    var isEmpty: Bool { nodes.isEmpty }

    init() {}

    /// A page of which nothing was destroyed.
    init(whole seed: WrapKey) { nodes = [Node(depth: 0, index: 0): .seed(seed)] }

    subscript(depth: Int, index: Int) -> Content? {
        get { nodes[Node(depth: depth, index: index)] }
        set { nodes[Node(depth: depth, index: index)] = newValue }
    }

    /// What stands on the way to the node `index` of the eighth level, and how deep.
    func content(above index: Int) -> (depth: Int, content: Content)? {
        for depth in 0...Self.levels {
            if let content = self[depth, index >> (Self.levels - depth)] { return (depth, content) }
        }
        return nil
    }

    // MARK: As bytes: for each node its depth, with 16 added for a page's key, its index, 32 bytes.

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nodes.count * (2 + WrapKey.byteCount))
        for (node, content) in nodes.sorted(by: { $0.key < $1.key }) {
            switch content {
            case .seed(let key):
                bytes += [UInt8(node.depth), UInt8(node.index)]
                key.withBytes { bytes += $0 }
            case .page(let key):
                bytes += [UInt8(node.depth | 16), UInt8(node.index)]
                key.withBytes { bytes += $0 }
            }
        }
        return bytes
    }

    /// `nil` for what isn't a page.
    init?(bytes: [UInt8]) {
        let width = 2 + WrapKey.byteCount
        guard !bytes.isEmpty, bytes.count.isMultiple(of: width) else { return nil }
        for start in stride(from: 0, to: bytes.count, by: width) {
            let (depth, index) = (Int(bytes[start] & 15), Int(bytes[start + 1]))
            guard depth <= Self.levels, index < 1 << depth,
                let key = WrapKey(bytes: bytes[start + 2..<start + width])
            else { return nil }
            self[depth, index] = bytes[start] & 16 == 0 ? .seed(key) : .page(key)
        }
    }
}

extension WrapKey {
    /// The seeds of the two subtrees below one: HMAC-SHA512, of which each is a half. Nobody gets from
    /// one to the other, or back.
    var halves: (left: WrapKey, right: WrapKey) {
        let message = DomainSeparated(.keyTree).appending("halves").bytes
        var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha512_BYTES))
        defer { code.wipe() }
        withBytes { key in
            _ = crypto_auth_hmacsha512(
                &code, message, UInt64(message.count), key.baseAddress!)
        }
        guard let left = WrapKey(bytes: code[..<32]), let right = WrapKey(bytes: code[32...]) else {
            preconditionFailure("64 bytes are two keys")
        }
        return (left, right)
    }
}
