/// Consecutive entries as they are stored and served (C2SP tlog-tiles): each is prefixed with its
/// length as 16 bits big-endian.
///
/// Its elements are the entries' bytes, as slices of the bundle.
public struct EntryBundle: Hashable, Sendable {
    /// The length prefix has 16 bits.
    public static var maximumEntryBytes: Int { 65_535 }
    /// As many as leaf hashes in a full tile.
    public static var maximumEntries: Int { TileCoordinate.fullWidth }
    /// No bundle is longer, in bytes.
    public static var maximumBytes: Int { maximumEntries * (2 + maximumEntryBytes) }

    /// The bundle as served.
    public let bytes: [UInt8]
    private let ranges: [Range<Int>]

    /// Throws ``EntryBundleError/wrongCount`` unless there are 1 to 256 entries, and
    /// ``EntryBundleError/entryTooLong(bytes:)``.
    public init(entries: some Collection<some Collection<UInt8>>) throws(EntryBundleError) {
        guard 1...Self.maximumEntries ~= entries.count else {
            throw .wrongCount(have: entries.count, need: Self.maximumEntries)
        }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for entry in entries {
            let count = entry.count
            guard count <= Self.maximumEntryBytes else { throw .entryTooLong(bytes: count) }
            bytes += [UInt8(count >> 8), UInt8(count & 0xff)]
            ranges.append(bytes.count..<bytes.count + count)
            bytes += entry
        }
        self.bytes = bytes
        self.ranges = ranges
    }

    /// Reads a bundle of exactly `width` entries.
    ///
    /// Throws ``EntryBundleError/truncated(entry:)``, and ``EntryBundleError/wrongCount(have:need:)``
    /// where bytes follow the last entry or there are none.
    public init(parsing bytes: [UInt8], width: Int) throws(EntryBundleError) {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < bytes.count {
            guard ranges.count < width else {
                throw .wrongCount(have: ranges.count + 1, need: width)
            }
            guard bytes.count - position >= 2 else { throw .truncated(entry: ranges.count) }
            let count = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= count else { throw .truncated(entry: ranges.count) }
            ranges.append(position..<position + count)
            position += count
        }
        guard ranges.count == width else { throw .wrongCount(have: ranges.count, need: width) }
        self.bytes = bytes
        self.ranges = ranges
    }

    /// The hash of each entry, which are the hashes of the tile at level 0.
    public var leafHashes: [Hash] {
        bytes.withUnsafeBytes { bytes in
            ranges.map { Hash.leaf(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        }
    }
}

extension EntryBundle: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { ranges.count }
    public subscript(position: Int) -> ArraySlice<UInt8> { bytes[ranges[position]] }
}

/// Why entries or bytes aren't an entry bundle.
public enum EntryBundleError: Error, Hashable, Sendable {
    case wrongCount(have: Int, need: Int)
    case entryTooLong(bytes: Int)
    /// The bytes end within this entry, counted from 0.
    case truncated(entry: Int)
}
