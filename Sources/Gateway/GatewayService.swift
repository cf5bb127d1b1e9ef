import Foundation
import Hummingbird
import HummingbirdCore
import Interface
public import Logging
import NIOCore
import Rules
import ServiceLifecycle
public import Storage
import UnixSignals
public import Wire

/// A gateway that serves one log from one store.
public struct GatewayService: Sendable {
    public let sequencer: Sequencer
    let routes: Routes
    private let limits: ServingLimits
    let logger: Logger

    /// Loads the log from `store`. Throws ``Storage/StoreError`` where that isn't a whole log with a
    /// genesis, and ``Rules/UnknownRules`` where this program can't continue it. `clock` moves log
    /// time on.
    public init(
        store: any Store, keys: HostKeys, limits: ServingLimits = ServingLimits(), logger: Logger,
        clock: HostClock
    ) async throws {
        try await self.init(
            store: store, limits: limits, logger: logger, clock: clock.now,
            sequencer: try await Sequencer.load(store: store, keys: keys, clock: clock))
    }

    init(
        store: any Store, limits: ServingLimits, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp, sequencer: Sequencer
    ) async throws {
        self.sequencer = sequencer
        guard let log = try await store.value(of: LogState.key) else {
            throw StoreError.unreadable(.noGenesis)
        }
        if let unknown = log.unknownRules(at: try await store.head()?.size ?? 0) { throw unknown }
        let gate = CallGate(sequencer: sequencer, clock: clock)
        let applications = Applications(store: store, clock: clock)
        routes = Routes(
            store: store, sequencer: sequencer,
            fetches: FetchService(
                store: store, sequencer: sequencer, gate: gate, clock: clock),
            carriage: CarriageService(store: store, sequencer: sequencer, gate: gate),
            answers: FetchAnswers(limits),
            applications: applications,
            queries: QueryService(
                store: store, gate: gate, sequencer: sequencer, applications: applications),
            foreign: ForeignRoutes(
                store: store, sequencer: sequencer, origin: log.origin, clock: clock),
            bodies: RequestBodies(limits),
            origin: log.origin, clock: clock)
        (self.limits, self.logger) = (limits, logger)
    }

    /// Serves until the task is cancelled or the process is asked to stop; then takes no further
    /// connections, and finishes what was begun as far as ``ServingLimits/stop`` allows.
    /// `onListening` gets the port, which the system chose where 0 was asked for.
    public func serve(
        host: String, port: Int, stopOnSignals: Bool,
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        FreedMemory.keep()
        let application = Application(
            router: routes.router(logger: logger),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnreadAnswers(limit: limits.answer)],
                    idleTimeout: .init(limits.idle))),
            configuration: .init(
                address: .hostname(host, port: port), serverName: "trine",
                availableConnectionsDelegate: MaximumAvailableConnections(
                    limits.connections, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: stopOnSignals ? [.sigterm, .sigint] : [], logger: logger)
        // Whoever sends half a request and waits doesn't keep the gateway from stopping.
        configuration.maximumGracefulShutdownDuration = limits.stop
        let group = ServiceGroup(configuration: configuration)
        // Cancelling this task asks the service to finish; it isn't torn down in the middle.
        let running = Task { try await group.run() }
        let dating = Task {
            while !Task.isCancelled {
                await sequencer.renewDate()
                try? await Task.sleep(for: .seconds(sequencer.dateLasts))
            }
        }
        let learning = Task(priority: .background) {
            while !Task.isCancelled {
                await sequencer.learnState()
                try? await Task.sleep(for: GatewayLimits.learningPause)
            }
        }
        defer {
            dating.cancel()
            learning.cancel()
        }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
        await sequencer.stop()
    }
}

extension Timestamp {
    /// The system's clock.
    public static var now: Timestamp {
        Timestamp(clamping: Int64(Date().timeIntervalSince1970))
    }
}
