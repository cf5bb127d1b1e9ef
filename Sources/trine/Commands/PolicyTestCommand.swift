import ArgumentParser
import Cedar
import CedarTools
import Foundation
import Wire

struct PolicyTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run tests of policies in Cedar's integration-test format.",
        discussion: """
            A directory is searched for test files, archives of them (.tar, .tar.gz, .tar.xz) too. \
            The paths in a test file are relative to the root: --root, else the nearest directory \
            above the test in which they exist. The exit code is 1 where a test fails.

            Example: trine policy test Policies/tests
            """)

    @Argument(help: ArgumentHelp("Test files, directories or archives.", valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("What the paths in the tests are relative to.", valueName: "dir"))
    var root: String?

    @Flag(help: "Print the result as one JSON object.") var json = false

    func run() throws {
        var run = PolicyTestRun(root: root.map { URL(fileURLWithPath: $0) })
        for path in paths { try run.take(path) }
        if json {
            Terminal.print(run.json.canonicalText)
        } else {
            for failure in run.failures { Terminal.print("FAILED \(failure)") }
            Terminal.print("\(run.passed) passed, \(run.failures.count) failed")
        }
        if !run.failures.isEmpty { throw ExitCode(Exit.refused.rawValue) }
    }
}

/// What came of some test files.
struct PolicyTestRun {
    let root: URL?
    private(set) var passed = 0
    private(set) var failures: [String] = []

    init(root: URL?) { self.root = root }

    var json: JSON {
        [
            "failed": .number(failures.count),
            "failures": .texts(failures), "passed": .number(passed),
        ]
    }

    /// Runs a test file, all in a directory, or all in an archive.
    mutating func take(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Complaint.usage("there is no \(path)")
        }
        if isFolder.boolValue {
            try takeAll(in: URL(fileURLWithPath: path), root: root)
        } else if Self.isArchive(path) {
            try takeArchive(path)
        } else {
            take(URL(fileURLWithPath: path), root: root)
        }
    }

    private mutating func takeAll(in folder: URL, root: URL?) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            let file = folder.appendingPathComponent(name)
            if Self.isArchive(name) {
                try takeArchive(file.path)
            } else if name.hasSuffix(".json"), Self.isTest(file) {
                take(file, root: root)
            }
        }
    }

    private static func isArchive(_ name: String) -> Bool {
        [".tar", ".tar.gz", ".tgz", ".tar.xz"].contains { name.hasSuffix($0) }
    }

    /// Entities and schemas are JSON too; a test names policies and has requests.
    private static func isTest(_ file: URL) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: file.path),
            bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{")
        else { return false }
        return bytes.firstRange(of: Data("\"policies\"".utf8)) != nil
            && bytes.firstRange(of: Data("\"requests\"".utf8)) != nil
    }

    private mutating func takeArchive(_ path: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("trine-policy-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xf", path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        guard tar.terminationStatus == 0 else {
            throw Complaint.usage(
                "\(path) couldn't be unpacked", "install tar and xz-utils")
        }
        try takeAll(in: folder, root: folder)
    }

    private mutating func take(_ file: URL, root: URL?) {
        let name = file.path
        do {
            guard let bytes = FileManager.default.contents(atPath: name) else {
                return failures.append("\(name): can't be read")
            }
            let test = try CedarTestFile(parsing: Array(bytes))
            let base = root ?? Self.root(of: test, in: file)
            let results = try test.run { path in
                guard
                    let bytes = FileManager.default.contents(
                        atPath: base.appendingPathComponent(path).path)
                else {
                    throw Complaint.usage(
                        "there is no \(path) in \(base.path)", "name the --root")
                }
                return Array(bytes)
            }
            for result in results {
                switch result.outcome {
                case .passed: passed += 1
                case .different(let response):
                    failures.append(
                        "\(name): \(result.description): \(response.decision.rawValue) by "
                            + "[\(response.determining.map(\.description).joined(separator: ", "))]"
                            + response.errors.map { ", error in \($0.policy): \($0.error.words)" }
                            .joined())
                case .refused(let error):
                    failures.append("\(name): \(result.description): \(error.words)")
                }
            }
        } catch let error as DataError {
            failures.append("\(name): \(error.words)")
        } catch let complaint as Complaint {
            failures.append("\(name): \(complaint.message)")
        } catch {
            failures.append("\(name): \(error)")
        }
    }

    /// The nearest directory above the test in which the policies it names are.
    private static func root(of test: CedarTestFile, in file: URL) -> URL {
        var folder = file.standardizedFileURL.deletingLastPathComponent()
        while folder.path != "/" {
            let policies = folder.appendingPathComponent(test.policies)
            if FileManager.default.fileExists(atPath: policies.path) { return folder }
            folder = folder.deletingLastPathComponent()
        }
        return URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    }
}
