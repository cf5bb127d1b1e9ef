import Client
import Demo
import Foundation
import Gateway
import Importing
import Logging
import Rules
import Sharing
import Storage
import Synchronization
import Testing
import Verification
import Wire

@testable import Client

/// What a gateway writes into its own log, at its most talkative: nothing of what it was given.
@Suite struct LogTests {
    @Test func nothingImportedIsLogged() async throws {
        let book = LogBook()
        let store = FaultyStore()
        let alliance = try await Alliance(on: store, listening: true, logger: book.logger)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
                fields: ["due_date", "number"], purpose: .receivablesFinancing, lifetime: 86_400,
                fetches: 5, dataLife: 86_400))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        _ = try await Lender(lender).fetch(grant)
        // Requests that fail, with something in them that would stand out.
        let marker = "markerOfTheTest"
        for (path, type) in [
            ("/statements", "application/octet-stream"), ("/fetches", "application/jose"),
            ("/queries", "application/jose"), ("/applications", "application/json"),
            ("/" + marker, "application/json"), ("/entries?\(marker)=\(marker)", marker),
        ] {
            _ = try await alliance.send(path, Array(marker.utf8), type: type)
        }
        _ = try await alliance.send("/participants/\(marker)?\(marker)=1")
        store.arm(at: 0, .failed)
        #expect(try await alliance.send("/statements/\(grant)").status == 503)
        _ = store.disarm()
        await enterprise.close()
        await lender.close()
        await alliance.stop()

        let text = book.text
        // The fault was logged, and so was the server at work: something would be found.
        #expect(text.contains("request failed") && text.contains("by the test"))
        #expect(text.contains("[trace]") || text.contains("[debug]"))
        for word in Self.imported + [marker, "northbank", "due_date", grant.text, "The acme"] {
            let found = text.contains(word)
            #expect(!found, "\(word)")
        }
    }

    /// Every text of the documents that is long enough to be told from others.
    private static var imported: [String] {
        var words: Set<String> = []
        for document in SampleEnterprise.documents(months: Months.first...Months.first) {
            let text = String(decoding: document.xml, as: UTF8.self)
            for part in text.split(separator: ">") {
                let word = part.prefix { $0 != "<" }.trimmingCharacters(in: .whitespacesAndNewlines)
                if word.count >= 6 { words.insert(word) }
            }
        }
        return words.sorted()
    }
}

/// Keeps everything that is logged, at any level.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var logger: Logger {
        var logger = Logger(label: "book") { _ in Handler(book: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line =
                "[\(event.level)] \(event.source) \(event.message) \(all) \(event.error.map { "\($0)" } ?? "")"
            book.lines.withLock { $0.append(line) }
        }
    }
}
