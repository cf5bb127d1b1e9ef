import ArgumentParser
import Cedar
import CedarTools
import Foundation
import Wire

struct PolicyTest: ResultCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run tests of policies in Cedar's integration-test format.",
        discussion: """
            A directory is searched for test files, archives of them (.tar, .tar.gz, .tar.xz) too. \
            The paths in a test file are relative to the root: --root, else the nearest directory \
            above the test in which they exist. The exit code is 1 where a test fails.

            Example: trine policy test Policies/tests
            """)

    @Argument(
        help: ArgumentHelp("Test files, directories or archives.", valueName: "path"),
        completion: .file())
    var paths: [String]

    @Option(
        help: ArgumentHelp("What the paths in the tests are relative to.", valueName: "dir"),
        completion: .directory)
    var root: String?

    @OptionGroup var printing: PrintingOptions

    func outcome() throws -> Outcome {
        var run = PolicyTestRun(root: root.map { URL(fileURLWithPath: $0) })
        for path in paths { try run.take(path) }
        let (passed, failures) = (run.passed, run.failures)
        return Outcome(["failed": failures.count, "failures": failures, "passed": passed]) {
            (failures.map { "FAILED \($0)" } + ["\(passed) passed, \(failures.count) failed"])
                .joined(separator: "\n")
        }.ending(well: failures.isEmpty)
    }
}

/// What came of some test files.
private struct PolicyTestRun {
    let root: URL?
    private(set) var passed = 0
    private(set) var failures: [String] = []

    init(root: URL?) { self.root = root }

    /// Runs a test file, all in a directory, or all in an archive.
    mutating func take(_ path: String) throws {
        if try InputFile.isFolder(path) {
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
            throw Complaint.usage("\(path) couldn't be unpacked")
                .hint("install tar and xz-utils")
        }
        try takeAll(in: folder, root: folder)
    }

    private mutating func take(_ file: URL, root: URL?) {
        do {
            let test = try CedarTestFile(parsing: try InputFile.bytes(file.path))
            let base = root ?? Self.root(of: test, in: file)
            let results = try test.run { path in
                let bytes = FileManager.default.contents(
                    atPath: base.appendingPathComponent(path).path)
                guard let bytes else {
                    throw Complaint.usage("there is no \(path) in \(base.path)")
                        .hint("name the --root")
                }
                return Array(bytes)
            }
            for result in results {
                if let words = result.outcome.failure {
                    failures.append("\(file.path): \(result.description): \(words)")
                } else {
                    passed += 1
                }
            }
        } catch let error as DataError {
            failures.append("\(file.path): \(error.words)")
        } catch let complaint as Complaint {
            failures.append("\(file.path): \(complaint.message)")
        } catch {
            failures.append("\(file.path): \(error)")
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

extension CedarTestFile.Outcome {
    /// What is wrong; `nil` for a test that passed.
    fileprivate var failure: String? {
        switch self {
        case .passed: nil
        case .different(let response):
            "\(response.decision.rawValue) by "
                + "[\(response.determining.map(\.description).joined(separator: ", "))]"
                + response.errors.map { ", error in \($0.policy): \($0.error.words)" }.joined()
        case .refused(let error): error.words
        }
    }
}
