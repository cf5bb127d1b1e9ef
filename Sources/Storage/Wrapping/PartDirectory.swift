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

    init() {}

    /// Adds a part that lies in `row`.
    mutating func append(name: String, row: Int, _ bytes: [UInt8]) {
        let check = row == 0 ? Self.check(bytes) : 0
        parts.append(Part(name: name, row: row, range: 0..<bytes.count, check: check))
        Self.write(row, bytes: 2, to: &records)
        Self.write(bytes.count, bytes: 4, to: &records)
        Self.write(Int(check), bytes: 4, to: &records)
        precondition(name.utf8.count <= Int(UInt16.max), "names are short")
        Self.write(name.utf8.count, bytes: 2, to: &records)
        records += name.utf8
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        Self.write(records.count, bytes: 4, to: &bytes)
        return bytes + records
    }

    /// Reads the directory of `row`; `nil` unless it accounts for every byte of it.
    init?(parsing row: [UInt8]) {
        var position = 0
        func number(_ count: Int) -> Int? {
            guard row.count - position >= count else { return nil }
            defer { position += count }
            return row[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
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

    private static func write(_ value: Int, bytes count: Int, to output: inout [UInt8]) {
        for byte in stride(from: count - 1, through: 0, by: -1) {
            output.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
        }
    }
}
