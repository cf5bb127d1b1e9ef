import Custody
import Demo
import Foundation
import Gateway
import Hummingbird
import Logging
import NIOCore
import Storage

/// A server in a process of its own: this program, started once more. It ends with the one that
/// started it.
final class ServedProcess: Sendable {
    let port: Int
    private let process: Process
    /// While this is open the server serves.
    private let line: Pipe

    init(_ arguments: [String], on port: Int) async throws {
        self.port = port
        process = Process()
        line = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments + ["\(port)"]
        process.standardInput = line
        try process.run()
        for _ in 0..<1000 {
            guard process.isRunning else { break }
            if isListening { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CocoaError(.executableLoad)
    }

    func end() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Bytes of it that are in memory now.
    var residentBytes: Double { status("VmRSS") }
    /// The most that ever were.
    var mostResidentBytes: Double { status("VmHWM") }

    /// Seconds that processors worked for it.
    var processorSeconds: Double {
        let path = "/proc/\(process.processIdentifier)/stat"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        // Behind the name, which is in brackets.
        let fields = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func status(_ name: String) -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        let words = line?.split(whereSeparator: \.isWhitespace) ?? []
        return (words.count > 1 ? Double(words[1]) ?? 0 : 0) * 1024
    }

    private var isListening: Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// The servers that a load is sent to.
enum LoadServer {
    static let hello = "serve-hello"
    static let gateway = "serve-gateway"

    /// Serves what the arguments name, and never returns; returns at once where they name no server.
    static func serve(_ arguments: [String]) async throws {
        guard let name = arguments.first, [hello, gateway].contains(name) else { return }
        Thread.detachNewThread {
            while (try? FileHandle.standardInput.read(upToCount: 1))?.isEmpty == false {}
            exit(0)
        }
        guard let port = arguments.last.flatMap({ Int($0) }) else { exit(2) }
        if name == hello {
            try await serveHello(port)
        } else {
            try await serveGateway(GatewayDirectory(arguments[1]), port)
        }
        exit(0)
    }

    /// A full tile has as many bytes.
    static let tileBytes = 8192

    private static func serveHello(_ port: Int) async throws {
        let router = Router()
        router.get("/") { _, _ in "Hello, world!" }
        let bytes = ByteBuffer(repeating: 7, count: tileBytes)
        router.get("/static") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/octet-stream"],
                body: ResponseBody(byteBuffer: bytes))
        }
        var logger = Logger(label: "hello")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: logger)
        try await application.runService()
    }

    /// As `trine gateway serve` does it.
    private static func serveGateway(_ directory: GatewayDirectory, _ port: Int) async throws {
        let keys = try directory.unlock(LoadScene.protection)
        let store = try SQLiteStore(opening: directory.store)
        var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let service = try await GatewayService(
            store: try await directory.remembering(store), keys: keys, logger: logger,
            clock: .system(isTrustedAtStart: true))
        try await service.serve(host: "127.0.0.1", port: port, stopOnSignals: true) { _ in }
        try store.close()
    }
}
