package import Client
package import Custody
import Foundation
import Gateway
import Logging
import Rules
import Sharing
package import Storage
import Transparency
import Wire

/// A gateway in this process, on a port of 127.0.0.1 that was free.
package actor LocalGateway {
    private let directory: GatewayDirectory
    private let protection: Protection
    private var serving: (store: SQLiteStore, task: Task<Void, any Error>)?
    /// What the gateway stores in, while it serves.
    package var store: SQLiteStore? { serving?.store }

    package init(directory: String, under protection: Protection) {
        self.directory = GatewayDirectory(directory)
        self.protection = protection
    }

    /// Begins a log whose authority lives in `home`, and serves it. Returns the log's address.
    package func begin(authority home: Home) async throws -> LogAddress {
        guard let origin = Origin("trine.example/alliance"), let host = Handle("host"),
            let authority = Handle("authority"),
            let listen = ListenAddress("127.0.0.1:\(try LoopbackPort.free())")
        else { preconditionFailure("these are well-formed") }
        let protection = protection
        let address = try GatewayAddress(parsing: "http://\(listen)")
        let log = try await directory.begin(
            .init(origin: origin, host: host, listen: listen), under: protection
        ) { keys in
            try await home.found(
                origin, as: authority, host: .init(handle: host, key: keys.host.verificationKey),
                logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey, gateway: address,
                policies: CedarPolicies.standard.digest, under: protection)
        }
        try await serve(listen)
        return log
    }

    private func serve(_ listen: ListenAddress) async throws {
        let keys = try directory.unlock(protection)
        let store = try SQLiteStore(opening: directory.store)
        var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let service = try await GatewayService(
            store: try await directory.remembering(store), keys: keys, logger: logger,
            clock: HostClock { .now })
        let (listening, ready) = AsyncStream<Void>.makeStream()
        let task = Task {
            defer { ready.finish() }
            try await service.serve(host: listen.host, port: listen.port, stopOnSignals: false) {
                _ in ready.yield()
            }
        }
        serving = (store, task)
        for await _ in listening { return }
        // It ended before it listened: this throws why.
        try await task.value
    }

    package func stop() async throws {
        guard let serving else { return }
        serving.task.cancel()
        _ = await serving.task.result
        try serving.store.close()
        self.serving = nil
    }

    // MARK: Tampering

    /// Changes one byte in copies of the gateway's data, in one place each, checks each copy, and
    /// returns the places that the checks named; `nil` where a check saw nothing.
    package func tamper() async throws -> [(changed: String, found: String?)] {
        var results: [(changed: String, found: String?)] = []
        for place in TamperedPlace.allCases {
            let copy = directory.path + "-\(place)"
            try FileManager.default.copyItem(atPath: directory.store, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try place.changeByte(inStore: copy)
            results.append((Self.words(place), try await firstFinding(in: copy)))
        }
        return results
    }

    private static func words(_ place: TamperedPlace) -> String {
        switch place {
        case .entry: "an entry"
        case .field: "a stored field"
        case .state: "the derived state"
        }
    }

    private func firstFinding(in directory: String) async throws -> String? {
        let store: SQLiteStore
        do { store = try SQLiteStore(opening: directory) } catch {
            if case .corrupt(let place, _) = error { return "\(place)" }
            throw error
        }
        defer { try? store.close() }
        return try await Inspection(store: store).run().findings.first.map { "\($0.place)" }
    }
}
