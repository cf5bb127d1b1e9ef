package import Custody
import Foundation
package import Wire

/// The view as it lies on disk, encrypted: a file that is read whole, and tables of what is looked up. It
/// is a cache: without it, or with one that can't be read, the log is read from the beginning.
package struct ViewFile {
    let home: Home
    private let keyring: Keyring
    /// The file that was read or written last.
    private var seen: FileIdentity?

    package init(home: Home, keyring: Keyring) {
        self.home = home
        self.keyring = keyring
    }

    private var directory: String { Self.directory(of: home) }

    private static func directory(of home: Home) -> String { home.path(.view) + ".rows" }

    /// Without the view they are nothing.
    static func removeTables(of home: Home) {
        try? FileManager.default.removeItem(atPath: directory(of: home))
    }

    private var key: @Sendable (String) -> Secret {
        let keyring = keyring
        return { keyring.fileKey("view/" + $0) }
    }

    /// Whether another process wrote the file since this one read or wrote it.
    var hasChanged: Bool { FileIdentity(home.path(.view)) != seen }

    /// `nil` where there is none for `handle` that lists as much. Throws ``HomeError``.
    package mutating func read(of handle: Handle, seesAll: Bool = false) throws(HomeError) -> View?
    {
        for _ in 0..<Self.tries {
            seen = FileIdentity(home.path(.view))
            guard let sealed = try home.read(.view),
                let plain = SecretBox.open(sealed, under: keyring.fileKey("view")),
                let document = try? JSONDocument(.canonical, plain),
                var view = try? View.shape.read(document.root), view.handle == handle,
                view.seesAll == seesAll
            else { return nil }
            do {
                var tables: [RowTable] = []
                for table in view.unopened {
                    tables.append(try RowTable(table, in: directory, keyed: key))
                }
                view.open(tables)
                return view
            } catch {
                // Another process may have written a later view meanwhile, with other tables.
                guard case .missing = error else { throw error }
            }
        }
        return nil
    }

    private static let tries = 3

    /// Keeps the view, unless another process kept one that knows as much: that is found by
    /// ``hasChanged``. Throws ``HomeError``.
    package mutating func write(
        _ view: inout View, using random: inout some RandomNumberGenerator
    ) throws {
        let lock = try home.lockFiles()
        try withExtendedLifetime(lock) {
            if hasChanged {
                var other = self
                let kept = try other.read(of: view.handle, seesAll: view.seesAll)
                if let kept, kept.next >= view.next { return }
            }
            do { try PrivateFile.makeDirectory(directory) } catch HomeError.alreadyThere {}
            try view.keepRows(in: directory, keyed: key, using: &random)
            // From here on the view on disk is this one.
            try home.replace(
                .view,
                with: SecretBox.seal(
                    View.shape.bytes(of: view), under: keyring.fileKey("view"), using: &random))
            seen = FileIdentity(home.path(.view))
            removeTables(but: Set(view.tables.map(\.name)))
        }
    }

    /// What no view names any more. Who has such a table open reads on in it.
    private func removeTables(but wanted: Set<String>) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where !wanted.contains(name) { unlink(directory + "/" + name) }
    }
}

/// Tells a file from one that took its place.
private struct FileIdentity: Equatable {
    private let device: UInt
    private let number: UInt
    private let changed: Int
    private let nanoseconds: Int

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        number = UInt(status.st_ino)
        changed = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
    }
}
