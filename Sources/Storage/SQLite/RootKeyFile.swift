import Foundation
import Wire

/// `vault.key`: the root key of a vault, and during a change the next one, in two places that are used
/// in turns. Each has the generation as 8 bytes big-endian, the key, and the SHA-256 of both; zeros,
/// where there is none.
///
/// A write is durable when it returns.
struct RootKeyFile: Sendable {
    /// Does a write; a test may let it fail.
    typealias Changing =
        @Sendable (_ path: String, _ write: () throws(StoreError) -> Void) throws(StoreError) ->
        Void

    let path: String
    let changing: Changing

    private static let places = 2
    /// The places lie in one block of the disk, and in different sectors of old ones.
    private static let placeBytes = 2048
    private static let contentBytes = 8 + WrapKey.byteCount + 32

    /// Makes the file where there is none.
    func prepare() throws(StoreError) {
        let count = Self.places * Self.placeBytes
        guard try size() < count else { return }
        try write([UInt8](repeating: 0, count: count), at: 0)
    }

    func roots() throws(StoreError) -> [VaultRoot] {
        var roots: [VaultRoot] = []
        for place in 0..<Self.places {
            var bytes = try read(place)
            defer { bytes.wipe() }
            let content = Array(bytes.dropLast(32))
            guard Digest<Digested.Blob>(hashing: content).bytes == Array(bytes.suffix(32)),
                let key = WrapKey(bytes: content.dropFirst(8))
            else { continue }
            let generation = content.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
            roots.append(VaultRoot(generation: generation, key: key))
        }
        return roots
    }

    func write(_ root: VaultRoot) throws(StoreError) {
        var content = withUnsafeBytes(of: root.generation.bigEndian) { Array($0) }
        root.key.withBytes { content += $0 }
        content += Digest<Digested.Blob>(hashing: content).bytes
        defer { content.wipe() }
        try write(content, at: place(root.generation))
    }

    /// Overwrites every key but that of `generation`, and what is left of one.
    func erase(but generation: Int64?) throws(StoreError) {
        for place in 0..<Self.places where place != generation.map(self.place) {
            var bytes = try read(place)
            defer { bytes.wipe() }
            guard bytes.contains(where: { $0 != 0 }) else { continue }
            try write([UInt8](repeating: 0, count: Self.contentBytes), at: place)
        }
    }

    /// Whether no key is in it, nor what is left of one.
    func isErased() throws(StoreError) -> Bool {
        for place in 0..<Self.places {
            var bytes = try read(place)
            defer { bytes.wipe() }
            if bytes.contains(where: { $0 != 0 }) { return false }
        }
        return true
    }

    private func place(_ generation: Int64) -> Int { Int(generation % Int64(Self.places)) }

    // MARK: The file

    private func opened<Result>(
        _ flags: Int32, _ body: (Int32) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw fault("open") }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    private func size() throws(StoreError) -> Int {
        try opened(O_RDONLY) { descriptor throws(StoreError) in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw fault("fstat") }
            return Int(status.st_size)
        }
    }

    private func read(_ place: Int) throws(StoreError) -> [UInt8] {
        try opened(O_RDONLY) { descriptor throws(StoreError) in
            var bytes = [UInt8](repeating: 0, count: Self.contentBytes)
            let count = pread(descriptor, &bytes, bytes.count, off_t(place * Self.placeBytes))
            guard count == bytes.count else { throw fault("pread") }
            return bytes
        }
    }

    private func write(_ bytes: [UInt8], at place: Int) throws(StoreError) {
        try changing(path) { () throws(StoreError) in
            try opened(O_WRONLY) { descriptor throws(StoreError) in
                let offset = off_t(place * Self.placeBytes)
                guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else {
                    throw fault("pwrite")
                }
                guard fsync(descriptor) == 0 else { throw fault("fsync") }
            }
        }
    }

    private func fault(_ call: String) -> StoreError {
        .failed(.system(call: call, path: path, code: errno))
    }
}
