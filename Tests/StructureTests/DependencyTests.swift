import Foundation
import Testing

/// The direction of the house: what each module may import, and what the pure ones never touch.
///
/// The build's own import check misses modules that are reachable indirectly; this reads the sources.
@Suite struct DependencyTests {
    /// Own modules, libraries and parts of the platform that the sources of a module may import.
    private static let allowed: [String: Set<String>] = [
        "Curve": ["CSodium"],
        "Wire": ["Curve", "Crypto", "CSodium", "Dispatch", "Synchronization"],
        "Transparency": ["Wire", "Crypto"],
        "Commitments": ["Curve", "Wire", "CSodium", "Synchronization"],
        "Cedar": [],
        "CedarTools": ["Cedar", "Wire"],
        "Sharing": [
            "Curve", "Wire", "Transparency", "Commitments", "CSodium", "Crypto", "Foundation",
            "Synchronization",
        ],
        "Rules": ["Wire", "Transparency", "Sharing", "Cedar"],
        "Verification": [
            "Wire", "Transparency", "Commitments", "Sharing", "Rules", "Synchronization",
        ],
        "Interface": ["Wire", "Transparency", "Sharing", "Rules", "Verification"],
        "PolicyTools": ["Wire", "Sharing", "Cedar", "Rules"],
        "Importing": ["Wire", "Sharing", "Foundation"],
        "PDF": ["CQPDF"],
        "Custody": ["Wire", "Sharing", "CSodium", "Crypto", "Foundation"],
        "Storage": [
            "Wire", "Transparency", "Sharing", "Rules", "GRDB", "GRDBSQLite", "CSodium",
            "Foundation", "Synchronization", "Darwin", "Glibc", "Musl",
        ],
        "Gateway": [
            "Wire", "Transparency", "Sharing", "Rules", "Verification", "Interface", "Custody",
            "Storage",
            "CAllocator", "Foundation", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging",
            "NIOCore", "ServiceLifecycle", "Synchronization", "UnixSignals",
        ],
        "Client": [
            "Wire", "Transparency", "Commitments", "Sharing", "Rules", "Verification", "Interface",
            "Importing", "PolicyTools", "Custody", "CCurl", "CSodium", "Crypto", "Foundation",
            "Synchronization",
        ],
        "Demo": [
            "Wire", "Transparency", "Commitments", "Sharing", "Rules", "Verification", "Interface",
            "Importing", "Custody", "Storage", "Gateway", "Client", "Logging", "Foundation",
            "Synchronization",
        ],
        "trine": [
            "Wire", "Transparency", "Commitments", "Sharing", "Rules", "Verification", "Interface",
            "Cedar",
            "CedarTools", "PolicyTools", "Importing", "PDF", "Custody", "Storage", "Gateway",
            "Client", "Demo", "ArgumentParser", "Logging", "Foundation",
        ],
    ]

    /// Names by which a source would reach for a clock, a file, a socket or global randomness.
    private static let impure = [
        "FileManager", "FileHandle", "URLSession", "Date(", "ContinuousClock", "SuspendingClock",
        "DispatchQueue", "SystemRandomNumberGenerator", "ProcessInfo", "getenv", "fopen(",
        "socket(", "Thread.", "arc4random",
    ]

    /// Where a computation is spread over the cores, which changes nothing of its result.
    private static let parallel = "Parallel.swift"

    private static let pure = [
        "Curve", "Wire", "Transparency", "Commitments", "Cedar", "CedarTools", "Sharing", "Rules",
        "PolicyTools", "Verification", "Interface", "Importing",
        "PDF",
    ]

    private static var sources: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
    }

    private static func files(of module: String) throws -> [(name: String, text: String)] {
        let folder = sources.appendingPathComponent(module)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try paths.filter { $0.hasSuffix(".swift") }.map {
            ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
        }
    }

    @Test(arguments: allowed.keys.sorted())
    func importsPointOneWay(module: String) throws {
        let files = try Self.files(of: module)
        #expect(!files.isEmpty)
        for file in files {
            for line in file.text.split(separator: "\n") {
                guard let name = Self.importedModule(line) else { continue }
                #expect(
                    Self.allowed[module]?.contains(name) == true,
                    "\(module)/\(file.name) imports \(name)")
            }
        }
    }

    @Test(arguments: pure)
    func pureModulesTakeTheWorldAsArguments(module: String) throws {
        for file in try Self.files(of: module) {
            for word in Self.impure {
                if word == "DispatchQueue", module == "Wire", file.name == Self.parallel {
                    continue
                }
                #expect(!Self.uses(word, in: file.text), "\(module)/\(file.name) has \(word)")
            }
        }
    }

    /// Whether `word` stands in `text` other than as the end of a longer name.
    private static func uses(_ word: String, in text: String) -> Bool {
        var rest = text[...]
        while let range = rest.range(of: word) {
            let before =
                range.lowerBound > text.startIndex
                ? text[text.index(before: range.lowerBound)] : " "
            if !before.isLetter && before != "_" { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    /// Swift's own parts don't count.
    private static func importedModule(_ line: Substring) -> String? {
        var words = line.split(separator: " ").map(String.init)
        if let access = words.first, ["public", "internal", "package", "private"].contains(access) {
            words.removeFirst()
        }
        guard words.first == "import", words.count >= 2 else { return nil }
        let kinds: Set<String> = [
            "struct", "enum", "class", "func", "protocol", "typealias", "var",
        ]
        let path = kinds.contains(words[1]) ? words[2] : words[1]
        let name = path.split(separator: ".").first.map(String.init) ?? path
        return name == "Swift" ? nil : name
    }
}
