import Foundation
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Wire

@testable import Client
@testable import Gateway

/// Who has only a record finds its issuer's keys, its type and its status where SD-JWT VC and the Token
/// Status List say: libraries of others (PyPI `sd-jwt` and `jwcrypto`) go that way.
@Suite struct ForeignVerifierTests {
    @Test(
        .enabled(
            if: ForeignVerifierTests.isThere, "no Python with the packages sd_jwt and jwcrypto"))
    func recordsAreVerifiedByTheirAddresses() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let session = try await alliance.admit("acme", [.enterprise])
        let enterprise = try Enterprise(session)
        _ = try await enterprise.importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let records = try await Self.records(alliance)
        try #require(records.count >= 2)
        let valid = records.map { record in
            let series = (record.claims as? RegisterRecord)?.book.series
            let type = series == .bills ? "bill" : "invoice"
            return #"{"status": 0, "type": "\#(type)"}"#
        }
        #expect(Set(valid).count == 2)
        #expect(try await Self.read(records, alliance) == valid)
        let first = try #require(records.first?.claims as? RegisterRecord)
        _ = try await enterprise.erase(
            try #require(RecordNumber(book: first.book, number: Int(first.number))),
            .retentionEnded)
        let after = try await Self.read(records, alliance)
        #expect(after.first == #"{"status": 1, "type": "invoice"}"#)
        #expect(after.dropFirst() == valid.dropFirst())
        await session.close()
        await alliance.stop()
    }

    /// What isn't there is not found, and nothing is told about it.
    @Test func otherAddressesAreNotFound() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let session = try await alliance.admit("acme", [.enterprise])
        for path in [
            "/types/invoice/2", "/types/invoice/01", "/types/payroll/1", "/types/invoice",
            "/status/acme/invoices/2031-01", "/status/nobody/invoices/2026-01",
            "/status/acme/invoices/2026-1",
            "/.well-known/jwt-vc-issuer/test/participants/nobody",
            "/.well-known/jwt-vc-issuer/participants/acme",
            "/.well-known/jwt-vc-issuer/other/participants/acme",
            "/.well-known/jwt-vc-issuer/test/participants/acme/more",
            "/.well-known/jwt-vc-issuer",
        ] { #expect(try await alliance.send(path).status == 404, "\(path)") }
        #expect(
            try await alliance.send("/.well-known/jwt-vc-issuer/test/participants/acme")
                .status == 200)
        #expect(
            try await alliance.send("/types/invoice/1").bytes
                == RecordType.invoice.document(origin: Self.origin))
        await session.close()
        await alliance.stop()
    }

    @Test func bitsAreThoseOfReplacedAndErased() {
        var book = BookState()
        #expect(StatusList.bits(of: book) == [0])
        book.count = 17
        book.erase(1)
        book.replace(8)
        book.replace(17)
        #expect(StatusList.bits(of: book) == [0b0000_0010, 0b0000_0001, 0b0000_0010])
    }

    /// Blocks of at most 65 535 bytes, and the checksum of RFC 1950.
    @Test func storedBlocks() {
        #expect(
            Zlib.stored([UInt8]("Wikipedia".utf8))
                == [0x78, 1, 1, 9, 0, 0xf6, 0xff] + [UInt8]("Wikipedia".utf8)
                + [0x11, 0xe6, 0x03, 0x98])
        #expect(Zlib.stored([]) == [0x78, 1, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1])
        let long = Zlib.stored([UInt8](repeating: 0, count: 70_000))
        #expect(long.count == 70_000 + 2 + 2 * 5 + 4)
        #expect(long[2...6] == [0, 0xff, 0xff, 0, 0] && long[65_542] == 1)
    }

    // MARK: The other side

    private static let origin = Origin("trine.example/test")!

    private static let python = ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    private static let isThere =
        (try? run(["-c", "import sd_jwt.verifier, jwcrypto.jwk"], "")) != nil

    private static func records(_ alliance: Alliance) async throws -> [Statement] {
        let size = try #require(try await alliance.store.head()).size
        return try await alliance.store.leaves(0..<size).compactMap { leaf in
            let statement = try Statement(parsing: leaf)
            return statement.claims is RegisterRecord ? statement : nil
        }
    }

    private static func read(
        _ records: [Statement], _ alliance: Alliance
    ) async throws -> [String] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Readers/vc_reader.py").path
        let arguments = [script, "http://127.0.0.1:\(alliance.port)", "\(origin)"]
        let input = records.map { $0.jws.text + "~" }.joined(separator: "\n")
        let output: String = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try run(arguments, input) })
            }
        }
        return try output.split(separator: "\n").map { line in
            let found = try JSON(lenient: Array(line.utf8))
            return
                "{\"status\": \(found["status"]?.int ?? -1), \"type\": \"\(found["type"]?.text ?? "")\"}"
        }
    }

    private static func run(_ arguments: [String], _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let (output, source) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardInput = source
        try process.run()
        try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try source.fileHandleForWriting.close()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
