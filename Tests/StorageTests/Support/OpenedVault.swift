import Foundation
import GRDB

@testable import Storage

/// A vault as whoever has its files can open it: in a copy, so that nothing is changed.
struct OpenedVault {
    let vault: Vault

    var size: Int64 { vault.size }

    /// The keys of the numbers in `range` that aren't destroyed.
    func keys(of kind: VaultPlace.Kind, _ range: Range<Int64>) throws -> [Int64: [UInt8]] {
        var keys: [Int64: [UInt8]] = [:]
        for number in range {
            keys[number] = try vault.key(VaultPlace(kind, number))?.withBytes { Array($0) }
        }
        return keys
    }
}

extension TemporaryDirectory {
    func vault() throws -> OpenedVault {
        let copy = try copied()
        let root = RootKeyFile(
            path: copy.path + "/" + VaultRoot.file,
            changing: { _, write throws(StoreError) in try write() })
        let pool = try DatabasePool(path: copy.path + "/" + VaultRoot.pagesFile)
        return OpenedVault(vault: try Vault(VaultDatabase(pool: pool, rootFile: root)))
    }

    /// The vault of other pages with the root key that is there now; `nil` where it opens none.
    func vault(pages file: String) throws -> OpenedVault? {
        let copy = try copied()
        for end in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: copy.path + "/" + VaultRoot.pagesFile + end)
        }
        try FileManager.default.copyItem(
            atPath: path + "/" + file, toPath: copy.path + "/" + VaultRoot.pagesFile)
        do { return try copy.vault() } catch StoreError.unreadable(.rootKeyMissing) { return nil }
    }
}

extension TemporaryDirectory {
    /// Puts this one's vault in the place of the other's.
    func copyVault(to other: TemporaryDirectory) throws {
        for name in ["vault.sqlite", "vault.sqlite-wal", "vault.sqlite-shm", "vault.key"] {
            try? FileManager.default.removeItem(atPath: other.path + "/" + name)
        }
        for name in ["vault.sqlite", "vault.sqlite-wal", "vault.key"]
        where FileManager.default.fileExists(atPath: path + "/" + name) {
            try FileManager.default.copyItem(
                atPath: path + "/" + name, toPath: other.path + "/" + name)
        }
    }
}
