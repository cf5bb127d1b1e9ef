import Custody
import Foundation
import Synchronization
import Wire

/// A key and what stands under it; `nil` where it was taken away since an older table was written.
struct KeptRow: Hashable, Sendable {
    let key: String
    let value: [UInt8]?
}

/// Rows in the order of their keys, in a file that is written once: sealed pages, each of which is read
/// when something in it is asked for.
///
/// Each page has a key of its own, made of the table's name and the page's number: none can stand in the
/// place of another.
final class RowTable: Sendable {
    let description: Description
    private let key: @Sendable (String) -> Secret
    private let path: String
    private let descriptor: Int32
    private let read = Mutex(Pages())

    /// What whoever uses the table keeps of it.
    struct Description: Shaped, Hashable {
        /// Random, and the name of the file.
        let name: String
        let rows: Int64
        /// Where the index of the pages begins.
        let index: Int64
        let end: Int64

        static let shape = Shape<Description>(
            Description.init(name:rows:index:end:),
            .required("name", \.name, .text(1...64)), .required("rows", \.rows, .count),
            .required("index", \.index, .count), .required("end", \.end, .count))
    }

    /// Where a page lies, and the first key on it.
    private struct Place {
        let first: String
        let range: Range<Int64>
    }

    private struct Pages {
        var places: [Place]?
        var rows: [Int: [KeptRow]] = [:]
    }

    /// Opens the file at once, so that it can be read for as long as this lives, whoever takes it away.
    /// Throws ``HomeError/missing(path:)``.
    init(
        _ description: Description, in directory: String,
        keyed key: @escaping @Sendable (String) -> Secret
    ) throws(HomeError) {
        let path = directory + "/" + description.name
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .system(path: path, call: "open", code: errno)
        }
        self.description = description
        self.key = key
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    var isThere: Bool { access(path, F_OK) == 0 }

    /// How many pages were read so far, and how many there are, as far as that is known.
    var pagesRead: Int { read.withLock { $0.rows.count } }
    var pages: Int { read.withLock { $0.places?.count ?? 0 } }

    /// The bytes of the first page, where it and the second have as many.
    var pageLength: Int? {
        guard let places = try? places(), places.count > 1,
            places[0].range.count == places[1].range.count
        else { return nil }
        return places[0].range.count
    }

    // MARK: Reading

    /// What the table says about `key`; `nil` where it says nothing. Throws ``HomeError``.
    func row(_ key: String) throws(HomeError) -> KeptRow? {
        let places = try places()
        guard let page = Self.last(places, where: { $0.first <= key }) else { return nil }
        let rows = try rows(on: page, places)
        guard let place = Self.last(rows, where: { $0.key <= key }), rows[place].key == key else {
            return nil
        }
        return rows[place]
    }

    /// The rows of `span`, in their order. Throws ``HomeError``.
    func rows(in span: RowSpan) throws(HomeError) -> [KeptRow] {
        let places = try places()
        var page = Self.last(places, where: { $0.first < span.first }) ?? 0
        var found: [KeptRow] = []
        while page < places.count {
            let first = places[page].first
            guard first <= span.first || span.contains(first) else { break }
            found += try rows(on: page, places).filter { span.contains($0.key) }
            page += 1
        }
        return found
    }

    /// The last of `all`, in their order, for which `isBefore` holds: it does for a beginning of them.
    private static func last<Element>(
        _ all: [Element], where isBefore: (Element) -> Bool
    ) -> Int? {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(all[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    private func places() throws(HomeError) -> [Place] {
        if let known = read.withLock({ $0.places }) { return known }
        let rows = try unsealed(description.index..<description.end, as: "index")
        var places: [Place] = []
        var from: Int64 = 0
        for row in rows {
            guard let length = row.value.flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }),
                length > 0, from + length <= description.index
            else { throw damaged() }
            places.append(Place(first: row.key, range: from..<(from + length)))
            from += length
        }
        guard from == description.index else { throw damaged() }
        let all = places
        read.withLock { $0.places = all }
        return all
    }

    private func rows(on page: Int, _ places: [Place]) throws(HomeError) -> [KeptRow] {
        if let known = read.withLock({ $0.rows[page] }) { return known }
        let rows = try unsealed(places[page].range, as: "\(page)")
        read.withLock { $0.rows[page] = rows }
        return rows
    }

    private func unsealed(_ range: Range<Int64>, as page: String) throws(HomeError) -> [KeptRow] {
        var sealed = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
        var count = 0
        while count < sealed.count {
            let got = sealed.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress! + count, $0.count - count,
                    off_t(range.lowerBound) + off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .system(path: path, call: "pread", code: errno) }
            guard got > 0 else { throw damaged() }
            count += got
        }
        guard let plain = SecretBox.open(sealed, under: key("\(description.name)/\(page)")),
            let rows = Self.rows(plain)
        else { throw damaged() }
        return rows
    }

    /// It is a part of a cache: who comes next does without it.
    private func damaged() -> HomeError {
        unlink(path)
        return .viewDamaged(path: path)
    }

    // MARK: Writing

    /// A page has as many bytes before another begins.
    private static let pageBytes = 16 << 10

    /// Writes a table of `rows`, which are in the order of their keys, and opens it. Throws
    /// ``HomeError``.
    static func write(
        _ rows: [KeptRow], in directory: String,
        keyed key: @escaping @Sendable (String) -> Secret,
        using random: inout some RandomNumberGenerator
    ) throws(HomeError) -> RowTable {
        let name = Base64URL.encode(RandomBytes.make(16, using: &random))
        var file: [UInt8] = []
        var index: [KeptRow] = []
        var page: [KeptRow] = []
        var bytes = 0
        func finish(_ random: inout some RandomNumberGenerator) {
            guard let first = page.first else { return }
            let sealed = SecretBox.seal(
                Self.bytes(page), under: key("\(name)/\(index.count)"), using: &random)
            index.append(KeptRow(key: first.key, value: Array("\(sealed.count)".utf8)))
            file += sealed
            page = []
            bytes = 0
        }
        for row in rows {
            page.append(row)
            bytes += row.key.utf8.count + (row.value?.count ?? 0)
            if bytes >= pageBytes { finish(&random) }
        }
        finish(&random)
        let end = file.count
        file += SecretBox.seal(Self.bytes(index), under: key("\(name)/index"), using: &random)
        try PrivateFile.replace("\(directory)/\(name)", with: file)
        return try RowTable(
            Description(
                name: name, rows: Int64(rows.count), index: Int64(end), end: Int64(file.count)),
            in: directory, keyed: key)
    }

    /// Of each row the length of the key as 16 bits, that of the value as 32, both big-endian, key and
    /// value; for what was taken away a length of 2³² − 1.
    private static func bytes(_ rows: [KeptRow]) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            let key = Array(row.key.utf8)
            withUnsafeBytes(of: UInt16(key.count).bigEndian) { bytes += $0 }
            let length = row.value.map { UInt32($0.count) } ?? .max
            withUnsafeBytes(of: length.bigEndian) { bytes += $0 }
            bytes += key
            bytes += row.value ?? []
        }
        return bytes
    }

    private static func rows(_ bytes: [UInt8]) -> [KeptRow]? {
        var rows: [KeptRow] = []
        var place = 0
        func taken(_ count: Int) -> ArraySlice<UInt8> {
            defer { place += count }
            return bytes[place..<(place + count)]
        }
        func number(_ count: Int) -> Int { taken(count).reduce(0) { $0 << 8 | Int($1) } }
        while place < bytes.count {
            guard bytes.count - place >= 6 else { return nil }
            let keyLength = number(2)
            let length = number(4)
            let isRemoved = length == Int(UInt32.max)
            guard bytes.count - place >= keyLength + (isRemoved ? 0 : length) else { return nil }
            let key = String(decoding: taken(keyLength), as: UTF8.self)
            rows.append(KeptRow(key: key, value: isRemoved ? nil : Array(taken(length))))
        }
        return rows
    }
}
