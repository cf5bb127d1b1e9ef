import CSodium

/// Which parts an entry's attachments have, in order.
///
/// As bytes: the length of what follows as 32 bits, then for each part its row as 16 bits, its
/// length as 32, its check as 32, the length of its name as 16, all big-endian, and the name. The
/// parts in row 0 follow the directory in the same order, without gaps, to the end of the row.
struct PartDirectory {
    struct Part {
        let name: String
        let row: Int
        /// Where its bytes lie in row 0; for another row, as many bytes as there are in it.
        let range: Range<Int>
        let check: UInt32
    }

    private(set) var parts: [Part] = []
    private var records: [UInt8] = []

    /// An empty one, with room for so many parts.
    init(reserving count: Int) { records.reserveCapacity(count * 32) }

    /// Adds a part that lies in `row`.
    mutating func append(name: String, row: Int, _ bytes: [UInt8]) {
        let check = row == 0 ? Self.check(bytes) : 0
        precondition(name.utf8.count <= Int(UInt16.max), "names are short")
        Self.write(UInt16(row), to: &records)
        Self.write(UInt32(bytes.count), to: &records)
        Self.write(check, to: &records)
        Self.write(UInt16(name.utf8.count), to: &records)
        records.append(contentsOf: name.utf8)
    }

    /// What was added, with room for `count` bytes more.
    func bytes(reserving count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + records.count + count)
        Self.write(UInt32(records.count), to: &bytes)
        bytes += records
        return bytes
    }

    /// Reads the directory of `row`; `nil` unless it accounts for every byte of it.
    init?(parsing row: [UInt8]) {
        var position = 0
        func number(_ count: Int) -> Int? {
            guard row.count - position >= count else { return nil }
            var value = 0
            for place in position..<position + count { value = value << 8 | Int(row[place]) }
            position += count
            return value
        }
        guard let length = number(4), row.count - position >= length else { return nil }
        let end = position + length
        var inline = end
        while position < end {
            guard let place = number(2), let count = number(4), let check = number(4),
                let length = number(2), end - position >= length
            else { return nil }
            let name = String(decoding: row[position..<position + length], as: UTF8.self)
            position += length
            let from = place == 0 ? inline : 0
            if place == 0 { inline += count }
            parts.append(
                Part(
                    name: name, row: place, range: from..<from + count,
                    check: UInt32(truncatingIfNeeded: check)))
        }
        guard position == end, inline == row.count else { return nil }
    }

    /// Tells which part was damaged. It lies sealed with the part, and authenticates nothing.
    static func check(_ bytes: [UInt8]) -> UInt32 {
        var check: UInt64 = 0
        withUnsafeMutableBytes(of: &check) { check in
            _ = crypto_shorthash(
                check.baseAddress!.assumingMemoryBound(to: UInt8.self), bytes,
                UInt64(bytes.count), checkKey)
        }
        return UInt32(truncatingIfNeeded: UInt64(littleEndian: check))
    }

    private static let checkKey = [UInt8](
        repeating: 0, count: Int(crypto_shorthash_KEYBYTES))

    private static func write(_ value: some FixedWidthInteger, to output: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { output.append(contentsOf: $0) }
    }
}
