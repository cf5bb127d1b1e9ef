import Foundation

@testable import Storage

/// A directory with a store in files, tuned so that short tests reach all of it.
struct SQLiteHome: StoreHome {
    let directory: TemporaryDirectory

    init(_ directory: TemporaryDirectory) { self.directory = directory }

    func open() throws -> any ClosableStore { try SQLiteStore(opening: directory.path, .small) }

    func copied() throws -> any StoreHome { SQLiteHome(try directory.copied()) }

    func contents() throws -> [String: [UInt8]] {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return try Dictionary(uniqueKeysWithValues: files.map { ($0, try directory.bytes($0)) })
    }
}

/// The same on a disk that fails on demand.
struct FaultySQLiteHome: FaultyStoreHome {
    private let home: SQLiteHome
    private let disk: FaultyDisk

    init(_ directory: TemporaryDirectory) {
        home = SQLiteHome(directory)
        disk = FaultyDisk(directory: directory.path)
    }

    func open() throws -> any ClosableStore { try home.open() }
    func copied() throws -> any StoreHome { try home.copied() }
    func contents() throws -> [String: [UInt8]] { try home.contents() }

    func fail(_ number: Int?, _ fault: Fault) { disk.fail(number, fault) }
    var fired: Bool { disk.fired }
    func afterPowerCut() throws -> any StoreHome { SQLiteHome(try disk.afterPowerCut()) }
    func mend() { disk.remove() }
}
