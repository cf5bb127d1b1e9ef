import Foundation
import Rules
import Sharing
import Testing
import Verification
import Wire

/// The audit's page in a real browser that has no network.
@Suite(.enabled(if: Browser.path != nil, "no chromium on this machine: the page isn't opened"))
struct BrowserTests {
    @Test func thePageIsShownAndPrinted() throws {
        let (log, wrong) = try AuditedPolicyTests.patched()
        let page = AuditPage(
            try AuditTests.audit(log), of: log.origin, genesis: log.trust.genesis,
            by: Handle("regulator")!, made: log.now)
        let browser = try Browser()
        defer { browser.remove() }
        try Data(page.html.utf8).write(to: browser.folder.appending(path: "audit.html"))
        // What the browser made of it, serialised again: all the plots, with their columns.
        let seen = try browser.run(["--dump-dom"])
        #expect(seen.components(separatedBy: "<svg").count - 1 == 3)
        #expect(seen.components(separatedBy: "<rect").count - 1 >= 4)
        #expect(seen.contains("Audit of \(log.origin)</h1>"))
        #expect(wrong.allSatisfy { index, _ in seen.contains("against-policy at \(index)</h3>") })
        let print = browser.folder.appending(path: "audit.pdf")
        _ = try browser.run(["--no-pdf-header-footer", "--print-to-pdf=\(print.path)"])
        let pdf = try Data(contentsOf: print)
        #expect(pdf.starts(with: Array("%PDF-".utf8)) && pdf.count > 10_000)
    }
}

/// Chromium without a window, a profile or a network.
private struct Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "trine-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Opens `audit.html` with these options; gives what the browser wrote.
    func run(_ options: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path ?? "")
        process.arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--user-data-dir=\(folder.path)/profile",
            ] + options + ["file://\(folder.path)/audit.html"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: deadline)
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        deadline.cancel()
        return text
    }
}
