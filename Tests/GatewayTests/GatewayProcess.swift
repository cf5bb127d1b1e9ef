import Client
import Demo
import Foundation
import Gateway
import Interface
import Rules
import Sharing
import Storage
import Synchronization
import Transparency
import Verification
import Wire

@testable import Client
@testable import Custody

/// The program itself, as an operator runs it: `trine gateway serve` in a process of its own, over a
/// directory with a log that was founded, and the homes of those who use it.
final class GatewayProcess: Sendable {
    let directory: String
    let port: Int
    let logKey: VerifierKey
    let log: LogAddress
    private let running = Mutex<Process?>(nil)
    private let protection: Protection

    private static let phrase = "correct horse battery"
    private static let cost = KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "1"])

    /// Founds a log in a directory of its own. Nothing serves it yet.
    init() async throws {
        directory = NSTemporaryDirectory() + "/trine-processes-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data((Self.phrase + "\n").utf8).write(
            to: URL(fileURLWithPath: directory + "/passphrase"))
        chmod(directory + "/passphrase", 0o600)
        port = try LoopbackPort.free()
        protection = Protection(Passphrase(Array(Self.phrase.utf8))!, cost: Self.cost)
        let origin = Origin("trine.example/processes")!
        let host = Handle("host")!
        let gateway = GatewayDirectory(directory + "/gateway")
        let home = Home(directory + "/authority")
        let (port, protection) = (port, protection)
        (logKey, log) = try await gateway.begin(
            .init(origin: origin, host: host, listen: ListenAddress("127.0.0.1:\(port)")!),
            under: protection
        ) { keys in
            let founded = try await home.found(
                origin, as: Handle("authority")!,
                host: .init(handle: host, key: keys.host.verificationKey),
                logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey,
                gateway: try GatewayAddress(parsing: "http://127.0.0.1:\(port)"),
                policies: CedarPolicies.standard.digest, under: protection)
            return (founded.genesis, (keys.log.verifierKey, founded.address))
        }
    }

    deinit {
        if let process = running.withLock({ $0 }), process.isRunning {
            kill(process.processIdentifier, SIGKILL)
        }
        try? FileManager.default.removeItem(atPath: directory)
    }

    var storeDirectory: String { GatewayDirectory(directory + "/gateway").store }

    /// Starts the program and returns once it answers.
    func start(_ options: String...) async throws {
        let process = try Self.launch(
            directory, ["gateway", "serve", directory + "/gateway"] + options)
        running.withLock { $0 = process }
        for _ in 0..<1500 {
            if let connection = try? RawConnection(port: port, timeoutSeconds: 5),
                let answer = try? await connection.exchange(.get("/health")), answer.status == 200
            {
                return
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw RawConnection.Broken(reason: "it doesn't serve: \(said)")
    }

    /// Ends the program with a signal; returns its exit code, or the signal that ended it.
    func end(_ signal: Int32) async throws -> (code: Int32, bySignal: Bool) {
        guard let process = running.withLock({ $0 }) else { return (0, false) }
        kill(process.processIdentifier, signal)
        return try await ended()
    }

    func signal(_ signal: Int32) {
        if let process = running.withLock({ $0 }) { kill(process.processIdentifier, signal) }
    }

    /// Waits for the end, up to 20 seconds.
    func ended() async throws -> (code: Int32, bySignal: Bool) {
        guard let process = running.withLock({ $0 }) else { return (0, false) }
        try await Self.wait(for: process)
        running.withLock { $0 = nil }
        return (process.terminationStatus, process.terminationReason == .uncaughtSignal)
    }

    /// Runs a further process to its end; returns its exit code and what it said on standard error.
    func run(
        _ arguments: [String], seconds: Int = 20
    ) async throws -> (code: Int32, errors: String) {
        let other = try surroundings()
        let process = try Self.launch(other, arguments)
        try await Self.wait(for: process, seconds: seconds)
        return (process.terminationStatus, Self.text(other + "/errors"))
    }

    /// Starts a further process, which the caller ends.
    func spawn(_ arguments: [String]) throws -> Process {
        try Self.launch(try surroundings(), arguments)
    }

    /// A folder for a further process.
    private func surroundings() throws -> String {
        let other = directory + "/other-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: other, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: directory + "/passphrase", toPath: other + "/passphrase")
        return other
    }

    /// What the program said on standard error since it was started.
    var said: String { Self.text(directory + "/errors") }

    func admit(_ name: String, _ roles: [Role]) async throws -> Session {
        let home = Home(directory + "/" + name)
        let authority = try await session("authority")
        let invitation = try await Authority(authority).invite(Handle(name))
        _ = try await home.join(
            invitation,
            as: Applicant(roles: roles, legalName: "The \(name)", country: "DE", identifiers: []),
            under: protection, keeping: { _ in })
        _ = try await Authority(authority).admit(invitation.handle)
        await authority.close()
        return try await session(name)
    }

    private func session(_ name: String) async throws -> Session {
        try await Session(
            Home(directory + "/" + name), passphrase: protection.passphrase, cost: Self.cost)
    }

    private static func wait(for process: Process, seconds: Int = 20) async throws {
        for _ in 0..<(seconds * 100) where process.isRunning {
            try await Task.sleep(for: .milliseconds(10))
        }
        guard !process.isRunning else { throw RawConnection.Broken(reason: "it goes on") }
    }

    private static func launch(_ directory: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = directory + "/errors"
        try Data().write(to: URL(fileURLWithPath: errors))
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.environment = [
            "HOME": directory, "PATH": "/usr/bin:/bin",
            "TRINE_PASSPHRASE_FILE": directory + "/passphrase", "TRINE_TEST_ARGON2_MIB": "1",
        ]
        try process.run()
        return process
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// Where the built program is: beside the tests.
    private static let program: String = {
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests ?? ".").deletingLastPathComponent()
            .appendingPathComponent("trine").path
    }()
}
