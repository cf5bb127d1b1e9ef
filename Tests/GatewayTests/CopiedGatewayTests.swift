import Client
import Foundation
import GRDB
import Gateway
import Sharing
import Storage
import Testing

/// What an operator copies, puts back and makes again, with the program itself.
@Suite(.serialized) struct CopiedGatewayTests {
    /// A gateway that isn't served, with a store of one entry and one of two.
    private struct Scene {
        let process: GatewayProcess
        let gateway: String

        init() async throws {
            process = try await GatewayProcess()
            gateway = process.directory + "/gateway"
            try copy("gateway/store", to: "older")
            try await process.start()
            await (try process.admit("acme", [.enterprise])).close()
            _ = try await process.end(SIGTERM)
        }

        func path(_ name: String) -> String { process.directory + "/" + name }

        func copy(_ name: String, to other: String) throws {
            try FileManager.default.copyItem(atPath: path(name), toPath: path(other))
        }

        func move(_ name: String, to other: String) throws {
            try FileManager.default.moveItem(atPath: path(name), toPath: path(other))
        }

        func exists(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: path(name))
        }

        /// Every file in a directory, and what is in it.
        func files(_ name: String) throws -> [String: Data] {
            var files: [String: Data] = [:]
            for file in try FileManager.default.subpathsOfDirectory(atPath: path(name)) {
                files[file] =
                    (try? Data(contentsOf: URL(fileURLWithPath: path(name + "/" + file))))
                    ?? Data()
            }
            return files
        }

        func backUp(_ ledger: String, _ vault: String) async throws -> (
            code: Int32, errors: String
        ) {
            try await process.run([
                "gateway", "backup", gateway, "--ledger", path(ledger), "--vault", path(vault),
            ])
        }

        func restore(_ ledger: String, _ vault: String, _ name: String) async throws -> (
            code: Int32, errors: String
        ) {
            try await process.run([
                "gateway", "restore", path(ledger), "--vault", path(vault), path(name),
            ])
        }
    }

    /// Its vault has the keys of what was erased since.
    @Test func `a store that is behind what was published is neither copied nor rebuilt`()
        async throws
    {
        let scene = try await Scene()
        #expect(try await scene.backUp("ledger", "vault").code == 0)
        let (ledger, vault) = (try scene.files("ledger"), try scene.files("vault"))
        try scene.move("gateway/store", to: "newer")
        try scene.copy("older", to: "gateway/store")
        let before = try scene.files("gateway")
        let words = try await scene.process.run(["gateway", "check", scene.gateway])
        #expect(words.code == 4 && words.errors.contains("has 1 entries"))
        for result in [
            try await scene.backUp("ledger", "vault"), try await scene.backUp("new", "newest"),
            try await scene.process.run(["gateway", "rebuild", scene.gateway]),
        ] { #expect(result == words) }
        #expect(try scene.files("ledger") == ledger && scene.files("vault") == vault)
        #expect(!scene.exists("new") && !scene.exists("newest"))
        #expect(try scene.files("gateway/store")["ledger.sqlite"] == before["store/ledger.sqlite"])
        // Of what can't be read nobody knows whether the store is behind it.
        try FileManager.default.removeItem(atPath: scene.path("gateway/store"))
        try scene.copy("newer", to: "gateway/store")
        #expect(try await scene.backUp("ledger", "vault").code == 0)
        try FileManager.default.removeItem(atPath: scene.path("gateway/published"))
        let unknown = try await scene.process.run(["gateway", "check", scene.gateway])
        #expect(unknown.code == 4 && unknown.errors.contains("isn't known any more"))
        #expect(try await scene.backUp("new", "newest") == unknown)
        #expect(
            try await scene.process.run(["gateway", "rebuild", scene.gateway]) == unknown)
        #expect(!scene.exists("new") && !scene.exists("newest"))
    }

    /// A rebuild is for stores whose tree is damaged, so the entries themselves are compared.
    @Test func `another history isn't rebuilt, and a damaged tree is`() async throws {
        let scene = try await Scene()
        let other = try await GatewayProcess()
        try scene.move("gateway/published", to: "published")
        try FileManager.default.copyItem(
            atPath: other.directory + "/gateway/published",
            toPath: scene.path("gateway/published"))
        let refused = try await scene.process.run(["gateway", "rebuild", scene.gateway])
        #expect(refused.code == 4 && refused.errors.contains("isn't the one of 1 entries"))
        try FileManager.default.removeItem(atPath: scene.path("gateway/published"))
        try scene.move("published", to: "gateway/published")
        let queue = try DatabaseQueue(path: scene.path("gateway/store/ledger.sqlite"))
        try await queue.write { try $0.execute(sql: "UPDATE tiles SET hashes = zeroblob(32)") }
        try queue.close()
        #expect(try await scene.process.run(["gateway", "rebuild", scene.gateway]).code == 0)
        #expect(try await scene.process.run(["gateway", "check", scene.gateway]).code == 0)
    }

    @Test func `a restore that fails leaves nothing behind, so that the right one is made`()
        async throws
    {
        let scene = try await Scene()
        #expect(try await scene.backUp("ledger", "vault").code == 0)
        let other = try await Scene()
        #expect(try await other.backUp("ledger", "vault").code == 0)
        try FileManager.default.copyItem(
            atPath: other.path("vault"), toPath: scene.path("other"))
        try scene.copy("ledger", to: "cut")
        try FileManager.default.removeItem(atPath: scene.path("cut/keyring"))
        func there() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: scene.process.directory)
                .filter { !$0.hasPrefix("other-") }.sorted()
        }
        let before = try there()
        for (ledger, vault) in [
            ("nowhere", "vault"), ("ledger", "nowhere"), ("ledger", "other"), ("cut", "vault"),
            ("older", "vault"), ("ledger", "ledger"),
        ] {
            let result = try await scene.restore(ledger, vault, "restored")
            #expect(result.code == 4, "\(ledger) \(vault): \(result.errors)")
            #expect(try there() == before, "\(ledger) \(vault)")
        }
        // One that was killed left this.
        try scene.copy("gateway", to: "restored.part")
        try FileManager.default.removeItem(atPath: scene.path("restored.part/published"))
        #expect(try await scene.restore("ledger", "vault", "restored").code == 0)
        #expect(try there() == (before + ["restored"]).sorted())
        let again = try await scene.restore("ledger", "vault", "restored")
        #expect(again.code == 4)
        // Something else of that name stays.
        for name in ["ledger", "gateway"] {
            try scene.copy(name, to: "second.part")
            let files = try scene.files("second.part")
            #expect(try await scene.restore("ledger", "vault", "second").code == 4)
            #expect(try scene.files("second.part") == files && !scene.exists("second"))
            try FileManager.default.removeItem(atPath: scene.path("second.part"))
        }
    }
}
