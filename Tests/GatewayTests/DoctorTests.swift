import Client
import Foundation
import GRDB
import Sharing
import Storage
import Testing
import Wire

@testable import Gateway

/// Everything that keeps a gateway from being served has its line.
@Suite(.serialized) struct DoctorTests {
    /// A gateway that was founded and isn't served.
    private struct Patient {
        let process: GatewayProcess
        let gateway: GatewayDirectory

        init() async throws {
            process = try await GatewayProcess()
            gateway = GatewayDirectory(process.directory + "/gateway")
        }

        /// The lines that aren't good. How full this machine's disk is, is left out.
        func complaints(now: Timestamp = .now) async -> [String: ExaminedThing.Verdict] {
            let things = await gateway.examine(now: now).filter {
                $0.verdict != .ok && $0.code != "disk"
            }
            return Dictionary(uniqueKeysWithValues: things.map { ($0.code, $0.verdict) })
        }

        func remove(_ name: String) throws {
            try FileManager.default.removeItem(atPath: gateway.path + "/" + name)
        }

        func overwrite(_ name: String, with bytes: [UInt8]) throws {
            let file = try #require(FileHandle(forWritingAtPath: gateway.path + "/" + name))
            try file.write(contentsOf: bytes)
            try file.close()
        }

        func execute(_ sql: String, in file: String = "ledger.sqlite") throws {
            let queue = try DatabaseQueue(path: gateway.store + "/" + file)
            try queue.write { try $0.execute(sql: sql) }
            try queue.close()
        }
    }

    @Test func `who is well has no complaint, served or not`() async throws {
        let patient = try await Patient()
        #expect(await patient.complaints().isEmpty)
        func isRunning() async -> Bool? {
            for thing in await patient.gateway.examine(now: .now) {
                if case .served(let isServed) = thing.finding { return isServed }
            }
            return nil
        }
        #expect(await isRunning() == false)
        try await patient.process.start()
        #expect(await patient.complaints().isEmpty)
        #expect(await isRunning() == true)
        _ = try await patient.process.end(SIGTERM)
    }

    @Test func `the files beside the store`() async throws {
        var patient = try await Patient()
        try patient.remove("config")
        #expect(await patient.complaints()["settings"] == .failure)
        patient = try await Patient()
        try patient.remove("keyring")
        #expect(await patient.complaints() == ["keyring": .failure])
        patient = try await Patient()
        chmod(patient.gateway.path + "/keyring", 0o644)
        #expect(await patient.complaints() == ["keyring": .failure])
        patient = try await Patient()
        try patient.overwrite(
            "published", with: Array(repeating: 7, count: PublishedCheckpoint.empty.count))
        #expect(
            await patient.complaints() == ["published": .failure, "history": .warning])
    }

    /// What is in it only the passphrase tells.
    @Test func `a keyring that hasn't the form of one`() async throws {
        let patient = try await Patient()
        let path = patient.gateway.path + "/keyring"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let text = try #require(whole.firstRange(of: Data("argon2id".utf8)))
        let mac = try #require(whole.firstRange(of: Data("\nmac ".utf8)))
        var damaged = [0, 5, text.lowerBound, mac.lowerBound, mac.upperBound + 10].map { place in
            var keyring = whole
            keyring[place] ^= 0x80
            return keyring
        }
        damaged += [0, 1, 100, mac.lowerBound, mac.upperBound + 44].map { whole.prefix($0) }
        for keyring in damaged {
            try keyring.write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
            #expect(
                await patient.complaints() == ["keyring": .failure], "\(keyring.count) bytes")
        }
        try whole.write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        #expect(await patient.complaints().isEmpty)
    }

    @Test func `files of the store that others may read`() async throws {
        let patient = try await Patient()
        for (name, mode) in [
            ("vault.key", 0o640), ("ledger.sqlite", 0o604), ("vault.sqlite", 0o620),
        ] as [(String, mode_t)] {
            let path = patient.gateway.store + "/" + name
            chmod(path, mode)
            #expect(await patient.complaints() == ["access": .warning], "\(name)")
            chmod(path, 0o600)
        }
        chmod(patient.gateway.store, 0o755)
        #expect(await patient.complaints() == ["access": .warning])
    }

    /// A gateway may come upon any of them.
    @Test func `any page of the store that is damaged`() async throws {
        let patient = try await Patient()
        for name in ["ledger.sqlite", "vault.sqlite"] {
            let path = patient.gateway.store + "/" + name
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(whole.count % 4096 == 0 && whole.count > 4096)
            // The first page begins with the header of the file.
            for place in [0, 16, 100] + stride(from: 4096, to: whole.count, by: 4096) {
                // What a reader left there has pages that count instead of those in the file.
                for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
                let file = try #require(FileHandle(forWritingAtPath: path))
                try file.seek(toOffset: UInt64(place))
                try file.write(contentsOf: [UInt8](repeating: 0xff, count: 8))
                try file.close()
                #expect(
                    await patient.complaints()["store"] == .failure, "\(name) at \(place)")
                try whole.write(to: URL(fileURLWithPath: path))
                chmod(path, 0o600)
            }
        }
        #expect(await patient.complaints().isEmpty)
    }

    /// What a gateway reads when it starts: here the text of the policies that it was founded with.
    @Test func `a store that a gateway couldn't begin with`() async throws {
        for sql in [
            "UPDATE attachments SET row = zeroblob(length(row))", "DELETE FROM attachments",
            "UPDATE tiles SET hashes = zeroblob(32)", "DELETE FROM state WHERE key = 'log'",
            "UPDATE entries SET leaf = zeroblob(20)",
        ] {
            let patient = try await Patient()
            try patient.execute(sql)
            #expect(await patient.complaints()["store"] == .failure, "\(sql)")
        }
    }

    @Test func `a store that doesn't open`() async throws {
        var patient = try await Patient()
        try patient.overwrite("store/vault.key", with: Array(repeating: 0, count: 4096))
        #expect(await patient.complaints() == ["store": .failure])
        patient = try await Patient()
        try patient.remove("store/ledger.sqlite")
        #expect(await patient.complaints() == ["store": .failure])
        for (sql, file) in [
            ("PRAGMA user_version = 1", "ledger.sqlite"),
            ("PRAGMA application_id = 7", "vault.sqlite"),
            ("UPDATE identity SET store = zeroblob(16)", "vault.sqlite"),
            ("UPDATE header SET size = 5", "vault.sqlite"),
            ("DELETE FROM head", "ledger.sqlite"),
        ] {
            patient = try await Patient()
            try patient.execute(sql, in: file)
            #expect(await patient.complaints() == ["store": .failure], "\(sql)")
        }
    }

    @Test func `what waits to be destroyed, and an older vault`() async throws {
        var patient = try await Patient()
        try patient.execute("INSERT INTO due (place, size) VALUES (0, 1)")
        #expect(await patient.complaints() == ["erasures": .warning])
        patient = try await Patient()
        try patient.execute("UPDATE counters SET vault = 5")
        #expect(await patient.complaints() == ["vault": .warning])
    }

    @Test func `a store behind what was published, and another history`() async throws {
        let patient = try await Patient()
        let older = patient.process.directory + "/older"
        try FileManager.default.copyItem(atPath: patient.gateway.store, toPath: older)
        try await patient.process.start()
        await (try patient.process.admit("acme", [.enterprise])).close()
        _ = try await patient.process.end(SIGTERM)
        #expect(await patient.complaints().isEmpty)
        let newer = patient.process.directory + "/newer"
        try FileManager.default.moveItem(atPath: patient.gateway.store, toPath: newer)
        try FileManager.default.moveItem(atPath: older, toPath: patient.gateway.store)
        #expect(await patient.complaints() == ["history": .failure])
        try FileManager.default.removeItem(atPath: patient.gateway.store)
        let other = try await Patient()
        try await other.process.start()
        await (try other.process.admit("acme", [.enterprise])).close()
        _ = try await other.process.end(SIGTERM)
        try FileManager.default.moveItem(
            atPath: other.gateway.store, toPath: patient.gateway.store)
        #expect(await patient.complaints() == ["history": .failure])
    }

    @Test func `a clock that nobody believes`() async throws {
        let patient = try await Patient()
        let now = Timestamp.now
        #expect(
            await patient.complaints(now: now.advanced(by: -3600)) == ["clock": .failure])
        #expect(
            await patient.complaints(now: now.advanced(by: 2 * 86_400)) == ["clock": .warning])
    }
}
