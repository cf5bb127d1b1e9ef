import Client
import Custody
import Foundation

/// An import in a process of its own: this program, started once more.
enum ImportProcess {
    struct Result: Codable {
        let imported: Int
        let duplicates: Int
        let seconds: Double
        /// Seconds that processors worked for it.
        let processors: Double
        /// The most bytes of it that were ever in memory.
        let memory: Double
    }

    private static let name = "import-folder"

    /// Imports a folder into a home, in another process.
    static func run(_ home: String, _ folder: String) throws -> Result {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [name, home, folder]
        process.standardOutput = pipe
        try process.run()
        let answer = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Result.self, from: answer)
    }

    /// Does what another process was started for, and ends this one; returns at once where the arguments
    /// are others.
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 3, arguments[0] == name else { return }
        let session = try await Session(
            Home(arguments[1]), passphrase: LoadScene.protection.passphrase,
            cost: LoadScene.protection.cost)
        let clock = ContinuousClock()
        let start = clock.now
        let before = processors
        let report = try await Enterprise(session).importDocuments([arguments[2]])
        let result = Result(
            imported: report.imported, duplicates: report.duplicates,
            seconds: (clock.now - start) / .seconds(1), processors: processors - before,
            memory: usage.memory)
        await session.close()
        FileHandle.standardOutput.write(try JSONEncoder().encode(result))
        exit(0)
    }

    /// Seconds that processors worked for this process.
    static var processors: Double { usage.processors }

    private static var usage: (processors: Double, memory: Double) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Double(usage.ru_maxrss) * 1024)
    }
}
