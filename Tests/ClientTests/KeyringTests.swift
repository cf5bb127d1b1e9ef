import Foundation
import Sharing
import Testing
import Wire

@testable import Client
@testable import Custody

@Suite struct KeyringTests {
    private let cheap = KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "1"])
    private let passphrase = Passphrase("correct horse battery".utf8)!

    private func sealed() throws -> (Keyring, [UInt8]) {
        var random = SystemRandomNumberGenerator()
        let keyring = Keyring(using: &random)
        let bytes = try KeyringFile.seal(keyring, under: passphrase, cost: cheap, using: &random)
        return (keyring, bytes)
    }

    @Test func opensWithItsPassphraseOnly() throws {
        let (keyring, bytes) = try sealed()
        let opened = try KeyringFile.open(bytes, with: passphrase, allowing: cheap)
        #expect(
            try opened.signingKey(.all).verificationKey == keyring.signingKey(.all).verificationKey)
        #expect(
            try opened.deviceKey().encryptionKey == keyring.deviceKey().encryptionKey)
        #expect(throws: KeyringError.wrongPassphrase) {
            try KeyringFile.open(
                bytes, with: Passphrase("correct horse batterz".utf8)!, allowing: cheap)
        }
    }

    /// An accented letter can be typed as one character or two.
    @Test func spellingsOfOnePassphraseAreOne() throws {
        var random = SystemRandomNumberGenerator()
        let composed = Passphrase("sch\u{00f6}nes wetter".utf8)!
        let decomposed = Passphrase("scho\u{0308}nes wetter".utf8)!
        let bytes = try KeyringFile.seal(
            Keyring(using: &random), under: composed, cost: cheap, using: &random)
        _ = try KeyringFile.open(bytes, with: decomposed, allowing: cheap)
    }

    @Test func everyChangedByteIsRefused() throws {
        let (_, bytes) = try sealed()
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            #expect(throws: KeyringError.self, "byte \(place)") {
                try KeyringFile.open(changed, with: passphrase, allowing: cheap)
            }
        }
        for count in [0, 1, 40, bytes.count - 1] {
            #expect(throws: KeyringError.self) {
                try KeyringFile.open(
                    Array(bytes.prefix(count)), with: passphrase, allowing: cheap)
            }
        }
    }

    /// A keyring for tests doesn't open where nobody asked for tests, and nothing cheaper than the
    /// usual passes for a protected one, or asks for all memory.
    @Test func costHasAFloorAndACeiling() throws {
        let (_, bytes) = try sealed()
        #expect(throws: KeyringError.costOutOfRange(mebibytes: 1)) {
            try KeyringFile.open(bytes, with: passphrase, allowing: .usual)
        }
        for mebibytes in [0, 1, 255, 4097, 1_000_000] {
            let wrapped = Base64URL.encode([UInt8](repeating: 0, count: 72))
            let header =
                "trine-keyring/1\npassphrase argon2id 3 \(mebibytes) AAAAAAAAAAAAAAAAAAAAAA "
                + "\(wrapped)\nmac \(wrapped)\n"
            #expect(throws: KeyringError.costOutOfRange(mebibytes: mebibytes)) {
                try KeyringFile.open(
                    Array(header.utf8) + [UInt8](repeating: 0, count: 100), with: passphrase,
                    allowing: cheap)
            }
        }
    }

    @Test func onlyTestsCanAskForLess() {
        #expect(KeyringCost.named(in: [:]) == .usual)
        for text in ["256", "0", "-1", "x", "", "4096"] {
            #expect(KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": text]) == .usual)
        }
    }

    /// All keys of a machine follow from its secret, and those of an era from the root; each use has
    /// its own.
    @Test func keysFollowFromTheirSecrets() throws {
        let device = Secret(copying: [UInt8](repeating: 7, count: 32))
        let root = Root(Secret(copying: [UInt8](repeating: 8, count: 32)))
        let eras = (1...2).map { root.secrets(ofEra: $0) }
        let one = Keyring(
            device: device, eras: [eras[0]], signing: [.init(generation: 1, scopes: [.all])])
        let two = Keyring(
            device: device, eras: eras,
            signing: [.init(generation: 1, scopes: [.all]), .init(generation: 2, scopes: [.seal])])
        #expect(
            try one.signingKey(.grant).verificationKey == two.signingKey(.grant).verificationKey)
        #expect(
            try one.signingKey(.seal).verificationKey != two.signingKey(.seal).verificationKey)
        #expect(
            try one.decryptionKey(era: 1).encryptionKey == two.decryptionKey(era: 1).encryptionKey)
        #expect(
            try two.decryptionKeys().map(\.encryptionKey)
                == [2, 1].map { try two.decryptionKey(era: $0).encryptionKey })
        #expect(throws: KeyringError.eraMissing(2)) { try one.decryptionKey(era: 2) }
        #expect(throws: KeyringError.eraMissing(2)) { try one.holderKey(era: 2) }
        let all =
            [one.fileKey("a"), one.fileKey("b"), device, root.secret] + eras.flatMap(\.all)
            + [root.secret.derived(.recoveryKey), device.derived(.deviceKey)]
        #expect(Set(all.map { $0.withBytes { Array($0) } }).count == all.count)
        let sealing = Keyring(
            device: device, eras: [], signing: [.init(generation: 1, scopes: [.seal])])
        #expect(throws: KeyringError.noKey(.grant)) { try sealing.signingKey(.grant) }
    }

    /// A keyring with several eras is itself again; a kit of another participant adds none.
    @Test func erasAreKept() throws {
        var random = SystemRandomNumberGenerator()
        let root = Root(using: &random)
        let keyring = try Keyring(of: root, using: &random).adding(3, of: root)
        let bytes = try KeyringFile.seal(keyring, under: passphrase, cost: cheap, using: &random)
        let opened = try KeyringFile.open(bytes, with: passphrase, allowing: cheap)
        #expect(opened.eraCount == 3)
        for era in 1...3 {
            #expect(
                try opened.decryptionKey(era: era).encryptionKey
                    == root.secrets(ofEra: Int64(era)).decryptionKey().encryptionKey)
        }
        #expect(throws: KeyringError.otherRoot) {
            try keyring.adding(4, of: Root(using: &random))
        }
        #expect(try keyring.adding(2, of: root).eraCount == 3, "none is lost")
    }

    /// Any slot opens the same keyring, with its own secret only; and no line can be put beside them,
    /// taken away or moved by who doesn't know the file key.
    @Test func slotsOpenTheSame() throws {
        var random = SystemRandomNumberGenerator()
        let (keyring, bytes) = try sealed()
        let open = try KeyringFile.unlock(bytes, with: passphrase, allowing: cheap)
        let (one, two) = (Secret.random(count: 32, using: &random), Secret(copying: [1, 2, 3]))
        var file = try KeyringFile(parsing: bytes)
        for (opener, secret) in [
            (KeyringSlot.Opener.helper("keychain"), one), (.credential("n"), two),
        ] {
            file = try KeyringFile(
                parsing: file.adding(opener, secret: secret, to: open, using: &random))
        }
        #expect(file.slots.map(\.opener.name) == [nil, "keychain", "n"])
        for key in [
            try file.fileKey(with: passphrase), file.fileKey(.helper("keychain"), with: one),
            file.fileKey(.credential("n"), with: two),
        ] {
            let opened = try file.open(with: try #require(key)).keyring
            #expect(
                try opened.signingKey(.all).verificationKey
                    == keyring.signingKey(.all).verificationKey)
        }
        #expect(file.fileKey(.credential("n"), with: one) == nil)
        #expect(file.fileKey(.helper("n"), with: two) == nil)

        let whole = file.replacing(with: open, using: &random)
        var lines = String(decoding: whole.prefix { $0 < 0x80 }, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).prefix(5).map(String.init)
        let head = lines.joined(separator: "\n") + "\n"
        #expect(whole.starts(with: head.utf8))
        let box = whole.dropFirst(head.utf8.count)
        for change in [0, 1, 2] {
            var changed = lines
            switch change {
            case 0: changed.remove(at: 2)
            case 1: changed.swapAt(2, 3)
            default: changed.insert(changed[3], at: 2)
            }
            let forged = Array((changed.joined(separator: "\n") + "\n").utf8) + box
            #expect(throws: KeyringError.malformed) {
                try KeyringFile.open(forged, with: passphrase, allowing: cheap)
            }
        }
        lines.removeAll()
        let less = try file.removing(.helper("keychain"), from: open, using: &random)
        #expect(try KeyringFile(parsing: less).fileKey(.helper("keychain"), with: one) == nil)
        #expect(throws: KeyringError.noSlot("other")) {
            try file.removing(.helper("other"), from: open, using: &random)
        }
        #expect(throws: KeyringError.tooManySlots(limit: 8)) {
            for number in 0..<8 {
                file = try KeyringFile(
                    parsing: file.adding(
                        .credential("c\(number)"), secret: one, to: open, using: &random))
            }
        }
    }

    /// After a change neither the old passphrase nor what an agent still holds opens the keyring.
    @Test func aNewPassphraseEndsTheOldOne() throws {
        var random = SystemRandomNumberGenerator()
        let (keyring, bytes) = try sealed()
        let open = try KeyringFile.unlock(bytes, with: passphrase, allowing: cheap)
        let other = Passphrase("another long passphrase".utf8)!
        let changed = try KeyringFile.resealed(
            keyring, under: Protection(other, cost: cheap), using: &random)
        #expect(throws: KeyringError.wrongPassphrase) {
            try KeyringFile.open(changed, with: passphrase, allowing: cheap)
        }
        #expect(throws: KeyringError.malformed) {
            try KeyringFile(parsing: changed).open(with: open.fileKey)
        }
        _ = try KeyringFile.open(changed, with: other, allowing: cheap)
    }

    @Test func passphraseComesFromTheFirstLineOfAFile() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/passphrase"
        for (content, isOne) in [
            ("word\n", true), ("word\r\nrest", true), ("word", true), ("\nword", false),
            ("", false),
        ] {
            try Data(content.utf8).write(to: URL(fileURLWithPath: path))
            chmod(path, 0o600)
            if isOne {
                #expect(try Passphrase(file: path).matches(Passphrase("word".utf8)!))
            } else {
                #expect(throws: KeyringError.passphraseFile(path: path)) {
                    try Passphrase(file: path)
                }
            }
        }
        #expect(throws: KeyringError.passphraseFile(path: path + "-not")) {
            try Passphrase(file: path + "-not")
        }
        #expect(Passphrase([0xff, 0xfe]) == nil)
    }

    /// Who may write the file chooses the passphrase, and who may read it has it.
    @Test(arguments: [0o604, 0o602, 0o640, 0o620, 0o644, 0o666] as [mode_t])
    func aPassphraseFileThatOthersReachIsRefused(mode: mode_t) throws {
        let path = try Scratch().path + "-passphrase"
        defer { unlink(path) }
        try Data("correct horse battery\n".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, mode)
        #expect(throws: KeyringError.passphraseFileExposed(path: path)) {
            try Passphrase(file: path)
        }
        chmod(path, 0o400)
        _ = try Passphrase(file: path)
    }

    /// A short passphrase opens what it protects already, and protects nothing new.
    @Test func aNewKeyringsPassphraseHasAFloor() throws {
        var random = SystemRandomNumberGenerator()
        let keyring = Keyring(using: &random)
        // The last has eleven characters, and more code points and bytes than that.
        for text in ["1", "12345678901", String(repeating: "e\u{301}\u{302}", count: 11)] {
            #expect(throws: KeyringError.passphraseTooShort(minimum: 12)) {
                try KeyringFile.seal(
                    keyring, under: Passphrase(text.utf8)!, cost: cheap, using: &random)
            }
        }
        _ = try KeyringFile.seal(
            keyring, under: Passphrase("123456789012".utf8)!, cost: cheap, using: &random)
    }
}
