import Wire

/// Pages of a vault as they are to be: what is destroyed is missing in them, and every page on the
/// way to it is sealed under a new key.
struct VaultChange {
    /// Reads a page as it is now. Throws what it throws.
    typealias Reader = (VaultPage.Address, WrapKey) throws -> VaultPage

    private let cut: VaultPlaces
    private let planted: VaultPlaces
    private let generation: Int64
    private let read: Reader
    private(set) var written: [(number: Int64, sealed: [UInt8])] = []
    private(set) var removed: [ClosedRange<Int64>] = []
    /// Whether anything differs.
    private(set) var isNeeded = false

    /// The keys of `cut` go, and those of `planted` are new ones. `generation` is the one that this
    /// makes.
    init(
        cut: VaultPlaces, planted: VaultPlaces, generation: Int64, read: @escaping Reader
    ) {
        self.cut = cut
        self.planted = planted
        self.generation = generation
        self.read = read
    }

    /// Changes the vault whose first page is sealed under `root`, and returns the key of the new one.
    mutating func run(root: WrapKey) throws -> WrapKey {
        let page = try changed(try read(.top, root), at: .top)
        return seal(page, at: .top)
    }

    private mutating func seal(_ page: VaultPage, at address: VaultPage.Address) -> WrapKey {
        let key = WrapKey()
        written.append((address.number, page.sealed(at: address, generation: generation, key)))
        return key
    }

    private mutating func changed(
        _ old: VaultPage, at address: VaultPage.Address
    ) throws -> VaultPage {
        var new = VaultPage()
        try visit(0, 0, nil, of: old, at: address, into: &new)
        return new
    }

    /// Brings what is left below one node of `old` into `new`; `seed` is what a node above gives here.
    private mutating func visit(
        _ depth: Int, _ index: Int, _ seed: WrapKey?, of old: VaultPage,
        at address: VaultPage.Address, into new: inout VaultPage
    ) throws {
        let found = seed.map(VaultPage.Content.seed) ?? old[depth, index]
        let places = address.places(below: depth, index)
        switch (cut.overlap(places), planted.overlap(places)) {
        case (_, .whole):
            remove(depth, index, of: old, at: address)
            new[depth, index] = .seed(WrapKey())
            isNeeded = true
            return
        case (.whole, .none):
            remove(depth, index, of: old, at: address)
            if found != nil { isNeeded = true }
            return
        case (.none, .none):
            if let found {
                new[depth, index] = found
                return
            }
        default: break
        }
        guard depth == VaultPage.levels else {
            var halves: (left: WrapKey, right: WrapKey)?
            if case .seed(let seed) = found { halves = seed.halves }
            try visit(depth + 1, 2 * index, halves?.left, of: old, at: address, into: &new)
            try visit(depth + 1, 2 * index + 1, halves?.right, of: old, at: address, into: &new)
            return
        }
        guard cut.overlap(places) != .none || planted.overlap(places) != .none else { return }
        let deeper = address.page(index)
        let page: VaultPage
        switch found {
        case .seed(let seed): page = try changed(VaultPage(whole: seed), at: deeper)
        case .page(let key): page = try changed(try read(deeper, key), at: deeper)
        case nil: page = try changed(VaultPage(), at: deeper)
        }
        if page.isEmpty {
            removed += deeper.subtree
        } else {
            new[depth, index] = .page(seal(page, at: deeper))
        }
    }

    /// The pages below a node go with it.
    private mutating func remove(
        _ depth: Int, _ index: Int, of old: VaultPage, at address: VaultPage.Address
    ) {
        for (node, content) in old.nodes
        where node.depth >= depth && node.index >> (node.depth - depth) == index {
            isNeeded = true
            if case .page = content { removed += address.page(node.index).subtree }
        }
    }
}

extension VaultPage {
    /// Sealed under a key that seals nothing else.
    func sealed(at address: Address, generation: Int64, _ key: WrapKey) -> [UInt8] {
        var bytes = bytes
        defer { bytes.wipe() }
        return key.seal(bytes, context: Self.context(address, generation))
            + Self.bigEndian(generation)
    }

    /// `nil` where a bit differs.
    init?(sealed: [UInt8], at address: Address, _ key: WrapKey) {
        guard sealed.count > 8 else { return nil }
        let generation = sealed.suffix(8).reduce(0) { $0 << 8 | Int64($1) }
        guard
            var bytes = key.open(
                Array(sealed.dropLast(8)), context: Self.context(address, generation))
        else { return nil }
        defer { bytes.wipe() }
        self.init(bytes: bytes)
    }

    private static func context(_ address: Address, _ generation: Int64) -> [UInt8] {
        DomainSeparated(.keyTree).appending("page").appending(bigEndian(address.number))
            .appending(bigEndian(generation)).bytes
    }

    private static func bigEndian(_ number: Int64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
