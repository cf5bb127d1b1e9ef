import Foundation

@testable import Storage

/// A directory with a store in files, tuned so that short tests reach all of it.
struct SQLiteHome: StoreHome {
    let directory: TemporaryDirectory
    private let tuning: SQLiteTuning

    init(_ directory: TemporaryDirectory, _ tuning: SQLiteTuning = .small) {
        self.directory = directory
        self.tuning = tuning
    }

    func open() throws -> any ClosableStore { try openStore() }
    func openStore() throws -> SQLiteStore { try SQLiteStore(opening: directory.path, tuning) }

    func copied() throws -> any StoreHome { SQLiteHome(try directory.copied()) }

    func contents() throws -> [String: [UInt8]] {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return try Dictionary(uniqueKeysWithValues: files.map { ($0, try directory.bytes($0)) })
    }
}

/// The same on a disk that fails on demand.
struct FaultySQLiteHome: FaultyStoreHome {
    private let home: SQLiteHome
    let disk: FaultyDisk

    /// The ledger's write-ahead log is moved from so many pages on.
    init(_ directory: TemporaryDirectory, moving pages: Int = SQLiteTuning.small.checkpointPages) {
        let disk = FaultyDisk(directory: directory.path)
        self.disk = disk
        var tuning = SQLiteTuning.small
        tuning.checkpointPages = pages
        tuning.changingRoot = { path, write throws(StoreError) in try disk.change(path, write) }
        home = SQLiteHome(directory, tuning)
    }

    var path: String { home.directory.path }

    func open() throws -> any ClosableStore { try home.open() }
    func openStore() throws -> SQLiteStore { try home.openStore() }
    func copied() throws -> any StoreHome { try home.copied() }
    func contents() throws -> [String: [UInt8]] { try home.contents() }

    func fail(_ number: Int?, _ fault: Fault) { disk.fail(number, fault) }
    var fired: Bool { disk.fired }
    func afterPowerCut() throws -> any StoreHome { SQLiteHome(try disk.afterPowerCut()) }
    func afterPowerCut(writingOut: Bool) throws -> SQLiteHome {
        SQLiteHome(try disk.afterPowerCut(writingOut: writingOut))
    }
    func mend() { disk.remove() }
}
