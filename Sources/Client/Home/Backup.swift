public import Custody
import Foundation
import Sharing
public import Wire

/// A copy of a home in one file: its keyring, what it trusts and has seen, its names and what it has
/// yet to send; not the view, which the log gives again.
///
/// The file begins with the keyring's own file, so it opens with what opened the home; everything else
/// is encrypted under the same file key.
public struct HomeBackup: Sendable {
    /// Where the home was.
    public let directory: String
    public let made: Timestamp
    fileprivate let files: [Contents.File]

    static let firstLine = "trine-backup/1"
    public static let maximumBytes = 1 << 30

    fileprivate struct Contents: Message {
        struct File: Shaped, Hashable {
            let name: String
            let bytes: [UInt8]

            static let shape = Shape<File>(
                File.init(name:bytes:),
                .required("name", \.name, .text(1...64)),
                .required("bytes", \.bytes, .base64URL(0...(64 << 20), "content")))
        }

        let directory: String
        let made: Timestamp
        let files: [File]

        static let maximumBytes = HomeBackup.maximumBytes

        static let shape = Shape<Contents>(
            Contents.init(directory:made:files:),
            .required("directory", \.directory, .text(1...4096)),
            .required("made", \.made, .time),
            .required("files", \.files, .list(of: .object)))
    }
}

/// Why a backup isn't restored.
public enum BackupError: Error, Equatable, Sendable {
    case notABackup
    /// It opened, and what is in it isn't a home.
    case malformed
    /// The home that it was made of is still there and has other things to send: both would number the
    /// same books.
    case originalDiffers(directory: String)
}

extension Home {
    /// What belongs into a backup, beside the keyring and the outbox.
    private static let kept: [File] = File.allCases.filter {
        switch $0 {
        case .keyring, .view, .lock, .files: false
        case .config, .trustPolicy, .genesis, .checkpoint, .application, .invited, .fingerprints,
            .declined, .trail, .contacts, .mappings, .settings, .shares, .devices, .enrolment:
            true
        }
    }

    /// The bytes of a backup. No operation goes on meanwhile. Throws ``HomeError``,
    /// ``KeyringError``.
    public func backup(
        _ open: OpenKeyring, surroundings: Surroundings = .system
    ) throws -> [UInt8] {
        let lock = try self.lock()
        return try withExtendedLifetime(lock) {
            try changingFiles {
                var random = surroundings.random
                let keyring = try required(.keyring)
                _ = try KeyringFile(parsing: keyring).open(with: open.fileKey)
                var files: [HomeBackup.Contents.File] = []
                for file in Self.kept {
                    guard let bytes = try read(file) else { continue }
                    files.append(.init(name: file.rawValue, bytes: bytes))
                }
                files += try outboxFiles()
                let contents = HomeBackup.Contents(
                    directory: URL(fileURLWithPath: directory).standardizedFileURL.path,
                    made: surroundings.now(), files: files)
                let header = Array("\(HomeBackup.firstLine) \(keyring.count)\n".utf8)
                return header + keyring
                    + SecretBox.seal(contents.bytes, under: open.fileKey.backup, using: &random)
            }
        }
    }

    private func outboxFiles() throws -> [HomeBackup.Contents.File] {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: directory + "/outbox")) ?? []
        return try names.filter(Outbox.isName).sorted().compactMap { name in
            let bytes = try PrivateFile.read(
                "\(directory)/outbox/\(name)", limit: Outbox.maximumBytes)
            return bytes.map { .init(name: "outbox/" + name, bytes: $0) }
        }
    }

    /// Makes this home anew from a backup. `unlock` opens its keyring.
    ///
    /// Throws ``HomeError/alreadyThere(path:)`` where a home is here, ``BackupError``, and
    /// ``BackupError/originalDiffers(directory:)`` where the home that it was made of is on this machine
    /// and has signed something since.
    public func restore(
        _ bytes: [UInt8], unlock: (_ keyring: KeyringBytes) throws -> OpenKeyring
    ) throws -> HomeBackup {
        if isInhabited { throw HomeError.alreadyThere(path: directory) }
        let (keyring, box) = try HomeBackup.parts(of: bytes)
        let open = try unlock(KeyringBytes(bytes: keyring))
        guard let plain = SecretBox.open(box, under: open.fileKey.backup),
            let contents = try? HomeBackup.Contents(parsing: plain),
            contents.files.allSatisfy({ Self.isKept($0.name) })
        else { throw BackupError.malformed }
        try refuseBeside(contents, open)
        try make()
        let lock = try self.lock()
        try withExtendedLifetime(lock) {
            for file in contents.files where file.name.hasPrefix("outbox/") {
                do { try PrivateFile.makeDirectory(directory + "/outbox") } catch HomeError
                    .alreadyThere
                {}
                try PrivateFile.replace("\(directory)/\(file.name)", with: file.bytes)
            }
            for file in contents.files where !file.name.hasPrefix("outbox/") {
                try PrivateFile.replace("\(directory)/\(file.name)", with: file.bytes)
            }
            // From here on the home is whole.
            try replace(.keyring, with: keyring)
        }
        return HomeBackup(
            directory: contents.directory, made: contents.made, files: contents.files)
    }

    private static func isKept(_ name: String) -> Bool {
        if let file = File(rawValue: name) { return kept.contains(file) }
        guard name.hasPrefix("outbox/") else { return false }
        return Outbox.isName(String(name.dropFirst("outbox/".count)))
    }

    private func refuseBeside(_ contents: HomeBackup.Contents, _ open: OpenKeyring) throws {
        let original = Home(contents.directory)
        guard original.isInhabited, let theirs = try? original.unlock(with: open.fileKey),
            theirs.keyring.isSameMachine(as: open.keyring)
        else { return }
        let then = contents.files.filter { $0.name.hasPrefix("outbox/") }
        guard try original.outboxFiles() == then else {
            throw BackupError.originalDiffers(directory: original.directory)
        }
    }
}

/// The keyring in a backup, to be opened.
public struct KeyringBytes: Sendable {
    fileprivate let bytes: [UInt8]

    /// Throws ``KeyringError``.
    public func open(with protection: Protection) throws(KeyringError) -> OpenKeyring {
        try KeyringFile.unlock(bytes, with: protection.passphrase, allowing: protection.cost)
    }
}

extension HomeBackup {
    fileprivate static func parts(
        of bytes: [UInt8]
    ) throws(BackupError) -> (keyring: [UInt8], box: ArraySlice<UInt8>) {
        guard let end = bytes.prefix(64).firstIndex(of: UInt8(ascii: "\n")) else {
            throw .notABackup
        }
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 2, words[0] == firstLine, let count = Int(words[1]), count > 0,
            count <= bytes.count - end - 1
        else { throw .notABackup }
        let rest = bytes[(end + 1)...]
        return (Array(rest.prefix(count)), rest.dropFirst(count))
    }
}
