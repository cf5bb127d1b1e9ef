import Synchronization
import Wire

/// The keys that everything confidential in a store is wrapped under.
///
/// Each key follows from a seed, down a binary tree: nothing is stored for a key until one is
/// destroyed. Then the seeds above it are replaced by those beside the way to it, which are kept in
/// pages, each sealed under a key that stands in the page above; the first is sealed under the
/// *root key*. Destroying replaces the root key, which is 32 bytes in a file of its own, so whoever has
/// older pages, from a backup or from what a disk kept, can open none of them.
public final class Vault: Sendable {
    private let files: any VaultFiles
    private let state: Mutex<State>
    private let slots = Mutex(Numbers())
    private let applications = Mutex(Numbers())
    /// What stands in place of names.
    let names: HiddenNames

    private struct Numbers {
        var next: Int64 = 0
    }

    private struct State {
        var generation: Int64
        var root: WrapKey
        /// The size of the ledger when the vault was last written.
        var size: Int64
        var pages: [VaultPage.Address: VaultPage] = [:]
        var paths: [VaultPlace.Kind: VaultPath] = [:]
        /// After a failed write the files are read anew before anything else.
        var isDoubtful = false
    }

    /// How many pages are kept in memory.
    private static let maximumPages = 1024

    /// Opens the vault in `files`, or begins one there. A destruction that a crash interrupted is
    /// finished, or is as if it had never begun.
    init(_ files: any VaultFiles) throws {
        if try files.header() == nil { try Self.begin(in: files) }
        var state = try Self.load(files)
        guard let key = try Self.key(.names, in: &state, files) else {
            throw StoreError.corrupt(.file(VaultRoot.file), .keyMissing)
        }
        self.files = files
        self.state = Mutex(state)
        names = HiddenNames(key: key)
    }

    private static func begin(in files: any VaultFiles) throws {
        let root = WrapKey()
        let page = VaultPage(whole: WrapKey())
        try files.write(VaultRoot(generation: 1, key: root))
        try files.write(
            pages: [(VaultPage.Address.top.number, page.sealed(at: .top, generation: 1, root))],
            removing: [], VaultHeader(generation: 1, size: 0))
    }

    private static func load(_ files: any VaultFiles) throws -> State {
        guard let header = try files.header() else {
            throw StoreError.corrupt(.file(VaultRoot.file), .missing)
        }
        let roots = try files.roots()
        guard let root = roots.first(where: { $0.generation == header.generation }) else {
            throw StoreError.unreadable(.rootKeyMissing(generation: header.generation))
        }
        // The key of the pages before these, or of pages that were never written.
        try files.eraseRoots(but: header.generation)
        return State(generation: header.generation, root: root.key, size: header.size)
    }

    /// How often keys were destroyed, and one.
    var generation: Int64 { state.withLock { $0.generation } }

    /// How many entries the ledger is known to have had.
    var size: Int64 { state.withLock { $0.size } }

    /// The key at `place`; `nil` where it was destroyed.
    func key(_ place: VaultPlace) throws(StoreError) -> WrapKey? {
        try state.withLock { (state) throws(StoreError) in
            do {
                try refresh(&state)
                return try Self.key(place, in: &state, files)
            } catch { throw StoreError(error, in: VaultRoot.pagesFile) }
        }
    }

    private func refresh(_ state: inout State) throws {
        if state.isDoubtful { state = try Self.load(files) }
    }

    /// Destroys the keys of `places`, which none of the files has when this returns, for a ledger that
    /// has `size` entries. Where keys are `planted`, they are new ones from now on. What the vault is then
    /// is of a later generation than `past`, also where there was nothing to destroy.
    ///
    /// The next root key is durable before the pages that are sealed under it, and these are before the
    /// last root key goes. The header says which of the two counts.
    func destroy(
        _ places: VaultPlaces, planting planted: VaultPlaces = .none, past: Int64 = 0, size: Int64
    ) throws {
        try state.withLock { state in
            try refresh(&state)
            var next = state.generation + 1
            // The two that there are at a time lie in different places.
            while next <= past { next += 2 }
            var current = state
            var change = VaultChange(cut: places, planted: planted, generation: next) {
                try Self.page($0, $1, in: &current, self.files)
            }
            let root = VaultRoot(generation: next, key: try change.run(root: state.root))
            guard change.isNeeded || past >= state.generation else { return }
            state.isDoubtful = true
            try files.write(root)
            try files.write(
                pages: change.written, removing: change.removed,
                VaultHeader(generation: next, size: size))
            try files.eraseRoots(but: next)
            state = State(generation: next, root: root.key, size: size)
        }
    }

    /// Takes note of a ledger that has `size` entries, durably.
    func note(size: Int64) throws {
        try state.withLock { state in
            try refresh(&state)
            guard state.size != size else { return }
            state.isDoubtful = true
            try files.write(
                pages: [], removing: [], VaultHeader(generation: state.generation, size: size))
            (state.size, state.isDoubtful) = (size, false)
        }
    }
}

// MARK: Numbers

extension Vault {
    /// The next slot of the state, and its key. A slot is used once; that some are left out is no harm.
    func takeSlot() throws(StoreError) -> (number: Int64, key: WrapKey) {
        try take(.slot, slots)
    }

    /// The next number of an application, and its key.
    func takeApplication() throws(StoreError) -> (number: Int64, key: WrapKey) {
        try take(.application, applications)
    }

    /// Numbers before these are used already.
    func raise(slots: Int64, applications: Int64) {
        self.slots.withLock { $0.next = max($0.next, slots) }
        self.applications.withLock { $0.next = max($0.next, applications) }
    }

    /// Numbers that `other` gave out are used already.
    func raise(past other: Vault) {
        raise(
            slots: other.slots.withLock { $0.next },
            applications: other.applications.withLock { $0.next })
    }

    /// Where the ledger is older than the vault, the keys of its next numbers may be gone.
    private func take(
        _ kind: VaultPlace.Kind, _ numbers: borrowing Mutex<Numbers>
    ) throws(StoreError) -> (number: Int64, key: WrapKey) {
        while true {
            let number = numbers.withLock { numbers in
                defer { numbers.next += 1 }
                return numbers.next
            }
            if let key = try key(VaultPlace(kind, number)) { return (number, key) }
        }
    }
}

// MARK: Looking a key up

/// The seeds on the way to the place that was asked for last: the next one shares most of them.
private struct VaultPath {
    var place: VaultPlace
    /// By depth, 0 to 48; `nil` above the seed that they follow from.
    var seeds: [WrapKey?]

    /// The depth of the deepest seed on the way to `place`, too.
    func shared(with other: VaultPlace) -> Int? {
        let different = (place.bits ^ other.bits).leadingZeroBitCount - (64 - VaultPlace.bits)
        return seeds[...different].lastIndex { $0 != nil }
    }
}

extension Vault {
    private static func key(
        _ place: VaultPlace, in state: inout State, _ files: any VaultFiles
    ) throws -> WrapKey? {
        let known = state.paths[place.kind]
        if let known, let depth = known.shared(with: place), let seed = known.seeds[depth] {
            return derive(place, from: seed, at: depth, known.seeds, &state)
        }
        var address = VaultPage.Address.top
        var key = state.root
        while true {
            let page = try page(address, key, in: &state, files)
            let index = address.index(of: place)
            switch page.content(above: index) {
            case nil: return nil
            case (let depth, .seed(let seed))?:
                let depth = address.depth * VaultPage.levels + depth
                return derive(place, from: seed, at: depth, [], &state)
            case (_, .page(let below))?:
                address = address.page(index)
                key = below
            }
        }
    }

    private static func derive(
        _ place: VaultPlace, from seed: WrapKey, at depth: Int, _ known: [WrapKey?],
        _ state: inout State
    ) -> WrapKey {
        var seeds = Array(known.prefix(depth))
        seeds += Array(repeating: nil, count: depth - seeds.count) + [seed]
        var key = seed
        for deeper in depth..<VaultPlace.bits {
            let halves = key.halves
            let bit = place.bits >> Int64(VaultPlace.bits - 1 - deeper) & 1
            key = bit == 0 ? halves.left : halves.right
            seeds.append(key)
        }
        state.paths[place.kind] = VaultPath(place: place, seeds: seeds)
        return key
    }

    private static func page(
        _ address: VaultPage.Address, _ key: WrapKey, in state: inout State,
        _ files: any VaultFiles
    ) throws -> VaultPage {
        if let page = state.pages[address] { return page }
        guard let sealed = try files.page(address.number),
            let page = VaultPage(sealed: sealed, at: address, key)
        else { throw StoreError.corrupt(.file(VaultRoot.pagesFile), .changed) }
        if state.pages.count >= maximumPages { state.pages = [:] }
        state.pages[address] = page
        return page
    }
}
