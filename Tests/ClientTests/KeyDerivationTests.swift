import Foundation
import Sharing
import TestSupport
import Testing
import Wire

@testable import Custody

/// The whole key schedule, computed once more in another language from the specification alone:
/// Python's `hmac` and `hashlib`. Skipped where there is no `python3`.
@Suite(.enabled(if: Python.isThere, "no Python"))
struct KeyDerivationTests {
    @Test func anotherLanguageDerivesTheSame() throws {
        let log = Digest<Digested.Genesis>(hashing: Array("a log".utf8))
        let root = Root(Secret(copying: (0..<32).map { UInt8($0) }))
        let device = Keyring(
            device: Secret(copying: (32..<64).map { UInt8($0) }), eras: [],
            signing: [.init(generation: 1, scopes: [.all])])
        let jti = try #require(JTI(bytes: (64..<80).map { UInt8($0) }))
        let keyring = try device.adding(3, of: root)
        let schedule = try keyring.schedule(log: log, eras: 3)
        let month = try #require(Month("2026-11"))
        let key = BusinessKey(
            documentKind: "invoice", seller: "vat:DE123456789", number: "Ä/17",
            date: try #require(CalendarDate("2026-11-20")), ordinal: 2)
        func text(_ secret: Secret) -> String { secret.withBytes { hex($0) } }

        var expected: [String] = []
        for era in [1, 2, 3] as [Int64] { expected += root.secrets(ofEra: era).all.map(text) }
        expected.append(text(root.secret.derived(.recoveryKey)))
        expected.append(text(device.device.derived(.signingKey, "1")))
        expected.append(text(device.device.derived(.deviceKey)))
        for epoch in [0, 3, 1_000_000, 1_000_004, 2_000_000, 2_999_999] as [Int64] {
            expected.append(
                text(
                    schedule.fieldKey(
                        type: "invoice", field: "due_date", epoch: epoch, month: month, record: jti
                    ).secret))
        }
        expected += schedule.sources(of: key, in: month).map { hex($0.bytes) }
        #expect(
            try Python.run([Self.script, hex(log.bytes), hex(jti.bytes)]).split(separator: "\n")
                .map(String.init) == expected)
    }

    private static let script = """
        import hashlib, hmac, sys
        log, jti = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2])
        def ds(label, *parts):
            out = b""
            for part in (label,) + parts:
                part = part if isinstance(part, bytes) else part.encode()
                out += len(part).to_bytes(4, "big") + part
            return out
        mac = lambda key, message: hmac.new(key, message, hashlib.sha256).digest()
        derive = lambda key, *info: mac(key, ds(*info) + b"\\x01")
        def month_key(node, year, month):
            for bit in format((year - 2000) * 12 + month - 1, "012b"):
                node = derive(node, "trine/v1 month tree " + bit)
            return node
        root, device = bytes(range(32)), bytes(range(32, 64))
        for era in "123":
            for label in ("vault", "encryption key", "holder key", "locker"):
                print(derive(root, "trine/v1 " + label, era).hex())
        print(derive(root, "trine/v1 recovery key").hex())
        print(derive(device, "trine/v1 signing key", "1").hex())
        print(derive(device, "trine/v1 device encryption key").hex())
        vault = lambda era: derive(root, "trine/v1 vault", str(era))
        for epoch in (0, 3, 1000000, 1000004, 2000000, 2999999):
            node = derive(
                vault(epoch // 1000000 + 1), "trine/v1 field root", log, "invoice", "due_date",
                str(epoch))
            print(derive(month_key(node, 2026, 11), "trine/v1 field key", jti).hex())
        business = ds(
            "trine/v1 business key", "invoice", "vat:DE123456789", "\u{c4}/17", "2026-11-20", "2")
        for era in (3, 2, 1):
            node = derive(vault(era), "trine/v1 source root", log)
            print(mac(month_key(node, 2026, 11), business).hex())
        """
}

private enum Python {
    static let python = ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    static let isThere = (try? run(["import hashlib, hmac"])) != nil

    static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "-c"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableRuntimeMismatch) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
