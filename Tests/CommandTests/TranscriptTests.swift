import Demo
import Foundation
import Gateway
import Testing

/// Every session in `Transcripts`, played against the program that was built.
@Suite struct TranscriptTests {
    @Test(arguments: Transcript.all) func plays(transcript: Transcript) async throws {
        let stage = try Stage()
        defer { stage.clear() }
        try play(
            transcript.steps, of: transcript.name, on: stage,
            knowing: ["port": "\(try LoopbackPort.free())"])
    }

    /// What README tells a newcomer to type, line by line, and what it says that it prints.
    @Test func readmeIsTrue() throws {
        let root = Transcript.folder.deletingLastPathComponent().deletingLastPathComponent()
        let readme = try Transcript(blocksOf: root.appendingPathComponent("README.md"))
        #expect(readme.steps.count >= 14)
        let fetch = try #require(readme.steps.firstIndex { $0.command.contains("lender fetch") })
        #expect(fetch < 10, "the first fetch is the command \(fetch + 1)")
        let stage = try Stage()
        defer { stage.clear() }
        try stage.link("Tests", to: root.appendingPathComponent("Tests"))
        let port = "\(try LoopbackPort.free())"
        func here(_ text: String) -> String {
            text.replacingOccurrences(of: "GRANT", with: "{grant}")
                .replacingOccurrences(of: "8087", with: port)
        }
        let steps = readme.steps.map { step in
            var step = step
            step.command = here(step.command).replacingOccurrences(
                of: "gateway init ./gateway",
                with: "gateway init ./gateway --listen 127.0.0.1:\(port)")
            step.output = step.output.map(here)
            return step
        }
        try play(steps, of: readme.name, on: stage, knowing: [:])
    }

    private func play(
        _ steps: [Transcript.Step], of name: String, on stage: Stage,
        knowing words: [String: String]
    ) throws {
        var memory = TranscriptMemory(words)
        for step in steps {
            let place = "\(name):\(step.line): \(step.command)"
            let command = memory.expanded(step.command)
            if command.hasSuffix("&") {
                try stage.start(command)
                continue
            }
            let (output, errors, exit) = try stage.run(command)
            #expect(exit == step.exit, "\(place)\n\(output)\(errors)")
            #expect(try memory.matches(output, step.output), "\(place) printed\n\(output)")
            #expect(try memory.matches(errors, step.errors), "\(place) said\n\(errors)")
        }
    }

    @Test func thereAreTranscripts() { #expect(Transcript.all.count >= 4) }
}

/// A scratch directory with the sample documents, and the shell in it.
final class Stage {
    let directory: URL
    private var background: [Process] = []

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "trine-command-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
        for folder in ["documents", "bank", "trade"] {
            try FileManager.default.copyItem(
                at: Transcript.folder.appendingPathComponent("Fixtures/" + folder),
                to: directory.appendingPathComponent(folder))
        }
        let passphrase = directory.appendingPathComponent("passphrase")
        try Data("correct horse battery\n".utf8).write(to: passphrase)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: passphrase.path)
    }

    func clear() {
        for process in background.reversed() { stop(process) }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Has `name` lead to something that isn't here.
    func link(_ name: String, to target: URL) throws {
        try FileManager.default.createSymbolicLink(
            at: directory.appendingPathComponent(name), withDestinationURL: target)
    }

    /// Runs a command to its end.
    func run(_ command: String) throws -> (output: String, errors: String, exit: Int32) {
        if command == "stop" {
            background.popLast().map(stop)
            return ("", "", 0)
        }
        let process = process(command)
        // Files instead of pipes: nothing blocks, however much is printed.
        let (output, errors) = (try file("output"), try file("errors"))
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        return (try text("output"), try text("errors"), process.terminationStatus)
    }

    /// Starts a command that goes on, and waits until it says something.
    func start(_ command: String) throws {
        let process = process("exec " + command.dropLast())
        let errors = try file("background")
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        background.append(process)
        let deadline = Date(timeIntervalSinceNow: 60)
        while try text("background").isEmpty, process.isRunning, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.02)
        }
        let said = try text("background")
        #expect(process.isRunning, "\(command)\n\(said)")
    }

    private func stop(_ process: Process) {
        process.terminate()
        process.waitUntilExit()
    }

    private func process(_ command: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.environment = [
            "HOME": directory.path, "LC_ALL": "C.UTF-8",
            "PATH": Self.programs + ":/usr/bin:/bin",
            "TRINE_PASSPHRASE_FILE": directory.appendingPathComponent("passphrase").path,
            "TRINE_TEST_ARGON2_MIB": "1",
        ]
        return process
    }

    private func file(_ name: String) throws -> FileHandle {
        let url = directory.appendingPathComponent(name + ".captured")
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private func text(_ name: String) throws -> String {
        let url = directory.appendingPathComponent(name + ".captured")
        return String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }

    /// Where the built program is: beside the tests.
    static let programs: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(fileURLWithPath: tests ?? ".").deletingLastPathComponent().path
    }()
}
