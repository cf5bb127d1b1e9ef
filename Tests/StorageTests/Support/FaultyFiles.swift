import Foundation
import GRDBSQLite
import Synchronization

/// SQLite's access to files, with ``FaultyDisk`` asked before each operation that changes one.
///
/// Registered as the process's default VFS the first time a disk is; files outside the directories
/// of registered disks are passed through. A file is SQLite's header with these methods, the disk
/// and path it belongs to, and behind them the system's own file.
enum FaultyFiles {
    private static let disks = Mutex<[FaultyDisk]>([])

    static func register(_ disk: FaultyDisk) {
        _ = installed
        disks.withLock { $0.append(disk) }
    }

    static func unregister(_ disk: FaultyDisk) {
        disks.withLock { $0.removeAll { $0 === disk } }
    }

    private static func disk(of path: String) -> FaultyDisk? {
        disks.withLock { $0.first { path.hasPrefix($0.directory + "/") } }
    }

    // Written once, before any use.
    nonisolated(unsafe) private static var system: UnsafeMutablePointer<sqlite3_vfs>!
    nonisolated(unsafe) private static var methods = sqlite3_io_methods()

    private static let headerBytes = 64

    /// Behind SQLite's header: whose file it is.
    private final class Owner {
        let disk: FaultyDisk?
        let path: String
        init(disk: FaultyDisk?, path: String) { (self.disk, self.path) = (disk, path) }
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    private static func real(_ file: File?) -> File {
        (UnsafeMutableRawPointer(file!) + headerBytes).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func ownerSlot(_ file: File?) -> UnsafeMutablePointer<Unmanaged<Owner>> {
        (UnsafeMutableRawPointer(file!) + 16).assumingMemoryBound(to: Unmanaged<Owner>.self)
    }

    private static func owner(_ file: File?) -> Owner {
        ownerSlot(file).pointee.takeUnretainedValue()
    }

    private static func real(
        _ file: File?, _ body: (sqlite3_io_methods, File) -> CInt
    ) -> CInt {
        let file = real(file)
        return body(file.pointee.pMethods.pointee, file)
    }

    /// Asks the disk, and does `body` where it says so.
    private static func change(_ file: File?, _ body: () -> CInt) -> CInt {
        guard let disk = owner(file).disk else { return body() }
        let verdict = disk.operation()
        let result = verdict.perform ? body() : SQLITE_OK
        return verdict.succeed ? result : SQLITE_IOERR
    }

    private static let installed: Void = {
        guard let found = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has a VFS") }
        system = found
        installMethods()
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: found.pointee)
        vfs.pointee.iVersion = 2
        vfs.pointee.zName = UnsafePointer(strdup("faulty"))
        vfs.pointee.szOsFile = found.pointee.szOsFile + CInt(headerBytes)
        vfs.pointee.xOpen = { _, name, file, flags, outFlags in
            let opened = real(file)
            opened.pointee.pMethods = nil
            file!.pointee.pMethods = nil
            let result = system.pointee.xOpen(system, name, opened, flags, outFlags)
            if opened.pointee.pMethods != nil {
                let path = name.map { String(cString: $0) } ?? ""
                ownerSlot(file).initialize(
                    to: .passRetained(Owner(disk: disk(of: path), path: path)))
                withUnsafePointer(to: &methods) { file!.pointee.pMethods = $0 }
            }
            return result
        }
        vfs.pointee.xDelete = { _, name, syncDirectory in
            let path = String(cString: name!)
            guard let disk = disk(of: path) else {
                return system.pointee.xDelete(system, name, syncDirectory)
            }
            let verdict = disk.operation()
            if verdict.perform {
                let result = system.pointee.xDelete(system, name, syncDirectory)
                if result == SQLITE_OK { disk.deleted(path) }
                if verdict.succeed { return result }
            }
            return SQLITE_IOERR
        }
        precondition(sqlite3_vfs_register(vfs, 1) == SQLITE_OK)
    }()

    private static func installMethods() {
        methods.iVersion = 2
        methods.xClose = { file in
            let result = FaultyFiles.real(file) { $0.xClose($1) }
            FaultyFiles.ownerSlot(file).pointee.release()
            return result
        }
        methods.xRead = { file, bytes, count, offset in
            FaultyFiles.real(file) { $0.xRead($1, bytes, count, offset) }
        }
        methods.xWrite = { file, bytes, count, offset in
            FaultyFiles.change(file) {
                let result = FaultyFiles.real(file) { $0.xWrite($1, bytes, count, offset) }
                let owner = FaultyFiles.owner(file)
                // Afterwards: a sync beside this one may have seen half of it.
                owner.disk?.written(
                    Int(offset)..<Int(offset) + Int(count), to: owner.path, by: owner)
                return result
            }
        }
        methods.xTruncate = { file, size in
            FaultyFiles.change(file) { FaultyFiles.real(file) { $0.xTruncate($1, size) } }
        }
        methods.xSync = { file, flags in
            let owner = FaultyFiles.owner(file)
            var result = SQLITE_OK
            func sync() -> Bool {
                result = FaultyFiles.real(file) { $0.xSync($1, flags) }
                return result == SQLITE_OK
            }
            guard let disk = owner.disk else { return sync() ? SQLITE_OK : result }
            let verdict = disk.operation(syncing: owner.path)
            if verdict.perform { disk.sync(owner.path, sync) } else { disk.lose(owner.path) }
            return verdict.succeed ? result : SQLITE_IOERR
        }
        methods.xFileSize = { file, size in FaultyFiles.real(file) { $0.xFileSize($1, size) } }
        methods.xLock = { file, level in FaultyFiles.real(file) { $0.xLock($1, level) } }
        methods.xUnlock = { file, level in FaultyFiles.real(file) { $0.xUnlock($1, level) } }
        methods.xCheckReservedLock = { file, reserved in
            FaultyFiles.real(file) { $0.xCheckReservedLock($1, reserved) }
        }
        methods.xFileControl = { file, operation, argument in
            FaultyFiles.real(file) { $0.xFileControl($1, operation, argument) }
        }
        methods.xSectorSize = { file in FaultyFiles.real(file) { $0.xSectorSize($1) } }
        methods.xDeviceCharacteristics = { file in
            FaultyFiles.real(file) { $0.xDeviceCharacteristics($1) }
        }
        methods.xShmMap = { file, page, size, extend, memory in
            FaultyFiles.real(file) { $0.xShmMap($1, page, size, extend, memory) }
        }
        methods.xShmLock = { file, offset, count, flags in
            FaultyFiles.real(file) { $0.xShmLock($1, offset, count, flags) }
        }
        methods.xShmBarrier = { file in
            let file = FaultyFiles.real(file)
            file.pointee.pMethods.pointee.xShmBarrier(file)
        }
        methods.xShmUnmap = { file, delete in FaultyFiles.real(file) { $0.xShmUnmap($1, delete) } }
    }
}
