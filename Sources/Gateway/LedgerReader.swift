import Rules
import Sharing
import Storage
import Transparency
import Wire

extension TileEdge {
    /// The right edge of a tree of `size` leaves, read from `store`.
    static func load(size: UInt64, from store: any ReadableStore) async throws(StoreError)
        -> TileEdge
    {
        var tiles = TileSet()
        for level in 0..<8 {
            let count = size >> UInt64(8 * level)
            let index = count / UInt64(TileCoordinate.fullWidth)
            guard count % UInt64(TileCoordinate.fullWidth) > 0 else { continue }
            try await tiles.insert(level: level, index: index, from: store)
        }
        do {
            return try TileEdge(size: size, reading: tiles)
        } catch {
            throw .corrupt(.tree, .incomplete)
        }
    }
}

extension TileSet {
    /// Adds what the store has of a tile.
    mutating func insert(
        level: Int, index: UInt64, from store: any ReadableStore
    ) async throws(StoreError) {
        insert(try await store.tile(level: level, index: index), level: level, index: index)
    }

    /// Adds these hashes of a tile, where there are any.
    mutating func insert(_ hashes: [Hash], level: Int, index: UInt64) {
        guard !hashes.isEmpty,
            let coordinate = try? TileCoordinate(level: level, index: index, width: hashes.count),
            let tile = try? Tile(coordinate, hashes: hashes)
        else { return }
        insert(tile)
    }
}

/// Where a tile stands, however wide it is.
private struct TilePlace: Hashable {
    let level: Int
    let index: UInt64

    init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }

    init(_ coordinate: TileCoordinate) {
        self.init(level: coordinate.level, index: coordinate.index)
    }
}

/// Tiles with their subtrees, as far as they are needed.
private struct KnownTiles: TileReader {
    var tiles: [TilePlace: TileNodes] = [:]

    func nodes(level: Int, index: UInt64) throws -> TileNodes {
        tiles[TilePlace(level: level, index: index)] ?? TileNodes()
    }

    func tile(level: Int, index: UInt64) throws -> [Hash] {
        try nodes(level: level, index: index).hashes
    }
}

/// Proofs from a store, for one tree size.
struct LedgerReader: Sendable {
    private let unchanging: Unchanging
    let head: Head
    /// The right edge of the tree under `head`, where it is in memory.
    private let edge: TileEdge?

    /// The log as it stands now. Throws ``StoreError`` and, before genesis, `.unreadable`.
    static func current(_ sequencer: Sequencer) async throws(StoreError) -> LedgerReader {
        guard let head = try await sequencer.current()?.head else {
            throw .unreadable(.noGenesis)
        }
        let point = sequencer.point
        return LedgerReader(
            unchanging: sequencer.unchanging, head: head,
            edge: point.head == head ? point.edge : nil)
    }

    /// Inclusion proofs for `indices`.
    func proofs(of indices: [Int64]) async throws(StoreError) -> [InclusionProof] {
        let size = UInt64(head.size)
        if let beyond = indices.first(where: { $0 >= head.size }) {
            throw .corrupt(.entry(beyond), .beyondTree)
        }
        var known = KnownTiles()
        for tile in Self.tiles(of: indices, size: size) {
            known.tiles[TilePlace(tile)] = try await unchanging.nodes(tile, edge: edge)
        }
        var builder = ProofBuilder(size: size, reading: known)
        var proofs: [InclusionProof] = []
        for index in indices {
            guard let proof = try? builder.inclusion(of: UInt64(index)) else {
                throw .corrupt(.tree, .incomplete)
            }
            proofs.append(proof)
        }
        return proofs
    }

    /// The tiles that the ways from these entries to the root lead through, and those at the right edge: all
    /// that stands beside a way is in one of them.
    static func tiles(of indices: [Int64], size: UInt64) -> [TileCoordinate] {
        var tiles: [TileCoordinate] = []
        var places = Set(indices.map { UInt64($0) } + [size - 1])
        // What a tree has no tile for is left out: it has no hash there.
        for level in 0..<8 where size >> UInt64(8 * level) > 0 {
            places = Set(places.map { $0 / UInt64(TileCoordinate.fullWidth) })
            tiles += places.compactMap { index in
                let width = TileCoordinate.width(level: level, index: index, size: size)
                return try? TileCoordinate(level: level, index: index, width: width)
            }
        }
        return tiles
    }

    /// The tlog-proof of one entry.
    func receipt(of index: Int64) async throws(StoreError) -> [UInt8] {
        let proof = try await proofs(of: [index])[0]
        guard let note = try? Note(parsing: head.checkpoint),
            let receipt = try? TransparencyProof(
                index: proof.index, hashes: proof.hashes, checkpoint: note)
        else { throw .corrupt(.checkpoint, .malformed) }
        return receipt.bytes
    }
}

/// How much is asked of a store in one go: so many entries at most, and it ends with the one that
/// makes it so many bytes.
enum ReadAtOnce {
    static let entries = 64
    static let bytes = 1 << 20
}

extension ReadableStore {
    /// The attachments of all these entries, in their order, restricted to the sections named.
    func attachments(
        ofAll indices: [Int64], sections: Set<String>
    ) async throws(StoreError) -> [Attachments?] {
        var found: [Attachments?] = []
        while found.count < indices.count {
            found += try await attachments(
                of: Array(indices[found.count...].prefix(ReadAtOnce.entries)), sections: sections,
                enough: ReadAtOnce.bytes)
        }
        return found
    }

    /// The leaves at `indices`, in their order; neighbours are read together.
    func leaves(at indices: [Int64]) async throws(StoreError) -> [[UInt8]] {
        var leaves: [[UInt8]] = []
        leaves.reserveCapacity(indices.count)
        var position = 0
        while position < indices.count {
            var end = position + 1
            while end < indices.count, indices[end] == indices[end - 1] + 1 { end += 1 }
            let run = indices[position]..<(indices[end - 1] + 1)
            let found = try await self.leaves(run)
            guard found.count == run.count else {
                throw .corrupt(.entry(run.lowerBound + Int64(found.count)), .missing)
            }
            leaves += found
            position = end
        }
        return leaves
    }
}
