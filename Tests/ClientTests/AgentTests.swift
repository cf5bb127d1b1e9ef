import Foundation
import TestSupport
import Testing
import Wire

@testable import Client
@testable import Custody

/// The process that holds a home's file key, and who wants it from it.
@Suite struct AgentTests {
    private let scratch: Scratch
    private let key: FileKey

    init() throws {
        scratch = try Scratch()
        var random = SystemRandomNumberGenerator()
        key = FileKey(using: &random)
        try scratch.home("home").make()
    }

    private var home: String { scratch.home("home").directory }

    /// An agent on a thread of its own, which is answered for until it ends.
    private func serve(
        for seconds: Int64 = 60, _ directory: String? = nil
    ) async throws -> Task<Void, any Error> {
        let (ready, said) = AsyncStream<Void>.makeStream()
        let (key, directory) = (key, directory ?? home)
        let task = Task {
            defer { said.finish() }
            try await BlockingWork.run {
                try Agent.serve(key, for: directory, seconds: seconds) { said.yield() }
            }
        }
        for await _ in ready { break }
        return task
    }

    private func same(_ held: Agent.Held?) -> Bool {
        guard let held else { return false }
        return held.fileKey.withBytes { Array($0) } == key.withBytes { Array($0) }
    }

    @Test func holdsTheKeyUntilItIsTold() async throws {
        #expect(Agent.held(for: home) == nil && !Agent.end(for: home))
        let agent = try await serve()
        let held = try #require(Agent.held(for: home))
        #expect(same(held) && (50...60).contains(held.secondsLeft))
        #expect((50...60).contains(try #require(Agent.secondsLeft(for: home))))
        var status = stat()
        #expect(lstat(home + "/run/agent", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(Agent.end(for: home))
        try await agent.value
        #expect(Agent.held(for: home) == nil)
        #expect(lstat(home + "/run/agent", &status) != 0)
    }

    @Test func endsByItself() async throws {
        let agent = try await serve(for: 1)
        try await agent.value
        #expect(Agent.held(for: home) == nil)
    }

    /// A home has one agent; one that was killed leaves a socket that hinders nobody.
    @Test func thereIsOne() async throws {
        let agent = try await serve()
        #expect(throws: HomeError.busy(path: home + "/run", holder: nil)) {
            try Agent.serve(key, for: home, seconds: 1) {}
        }
        #expect(Agent.end(for: home))
        try await agent.value
        #expect(FileManager.default.createFile(atPath: home + "/run/agent", contents: nil))
        #expect(Agent.held(for: home) == nil)
        let next = try await serve()
        #expect(same(Agent.held(for: home)))
        #expect(Agent.end(for: home))
        try await next.value
    }

    /// Somebody else's agent in its place gets nothing: who asks sends no secret, and believes a key
    /// only once it opens the keyring. The agent whose socket was taken away ends.
    @Test func aStolenPathGainsNothing() async throws {
        let agent = try await serve()
        try FileManager.default.moveItem(
            atPath: home + "/run/agent", toPath: home + "/run/elsewhere")
        try await agent.value
        let run = try #require(RunDirectory(home + "/run"))
        let thief = try #require(LocalSocket(listeningIn: run, "agent"))
        let garbage = [UInt8](repeating: 7, count: 8 + FileKey.byteCount)
        // A thread of its own: who asks waits for an answer for some seconds only.
        let (heard, hearing) = AsyncStream<[UInt8]?>.makeStream()
        Thread.detachNewThread {
            let caller = thief.accepted()
            hearing.yield(caller?.read(1))
            _ = caller?.write(garbage)
            caller?.limit(seconds: 1)
            hearing.yield(caller?.read(1))
            hearing.finish()
        }
        let held = try #require(Agent.held(for: home))
        let said = await heard.reduce(into: []) { $0.append($1) }
        #expect(said == [[Agent.Question.key.rawValue], nil], "nothing more is said")
        var random = SystemRandomNumberGenerator()
        let cost = KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "1"])
        let sealed = try KeyringFile.seal(
            Keyring(using: &random), under: Passphrase("correct horse battery".utf8)!, cost: cost,
            using: &random)
        #expect(throws: KeyringError.malformed) {
            try KeyringFile(parsing: sealed).open(with: held.fileKey)
        }
    }

    /// A directory that others may enter, or that is a link to another, has no agent.
    @Test func othersDirectoriesAreNotAsked() async throws {
        let agent = try await serve()
        chmod(home + "/run", 0o755)
        #expect(Agent.held(for: home) == nil)
        chmod(home + "/run", 0o700)
        #expect(same(Agent.held(for: home)))
        let other = scratch.home("other")
        try other.make()
        try FileManager.default.createSymbolicLink(
            atPath: other.directory + "/run", withDestinationPath: home + "/run")
        #expect(Agent.held(for: other.directory) == nil)
        #expect(Agent.end(for: home))
        try await agent.value
    }

    /// The kernel says whose process is at the other end; another user is told nothing.
    @Test func anotherUserIsRefused() async throws {
        #expect(isOwn(geteuid()) && !isOwn(geteuid() + 1))
        guard geteuid() == 0 else { return }
        let agent = try await serve()
        // As root a process can be another user's: it may enter the directory, and is told nothing.
        chmod(scratch.path, 0o755)
        chmod(home, 0o755)
        chmod(home + "/run", 0o755)
        chmod(home + "/run/agent", 0o666)
        let asked = Process()
        asked.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        asked.arguments = [
            "perl", "-MSocket", "-e",
            """
            $> = 65534; socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 2;
            connect(S, sockaddr_un($ARGV[0])) or exit 3; syswrite(S, chr(0)) or exit 0;
            exit(sysread(S, $answer, 100) ? 5 : 0)
            """, home + "/run/agent",
        ]
        try asked.run()
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                asked.waitUntilExit()
                done.resume()
            }
        }
        #expect(asked.terminationStatus == 0, "it was told nothing")
        chmod(home + "/run", 0o700)
        #expect(same(Agent.held(for: home)), "the agent goes on")
        #expect(Agent.end(for: home))
        try await agent.value
    }

    /// However deep a home lies, longer than a socket's address may be.
    @Test func longPathsHaveAnAgent() async throws {
        let deep = scratch.home("home/" + String(repeating: "a-long-name/", count: 15) + "home")
        try deep.make()
        let agent = try await serve(for: 60, deep.directory)
        #expect(same(Agent.held(for: deep.directory)))
        #expect(Agent.end(for: deep.directory))
        try await agent.value
    }
}
