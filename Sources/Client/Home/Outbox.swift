import Custody
import Foundation
import Interface
import Verification
import Wire

/// What was signed and not yet acknowledged: kept as bytes, sent again as those very bytes, and let
/// go of only for a receipt that was verified or a refusal that is final.
///
/// Every parcel is a file of its own, encrypted under a key of the keyring; their names give the
/// order in which they were signed.
struct Outbox: Sendable {
    /// Something to send, under the number of its file.
    struct Parcel: Sendable, Equatable {
        let number: Int
        let content: Content
    }

    enum Content: Sendable, Equatable {
        /// Statements to register, in order; sent singly or in bulk.
        case frames([Frame])
        /// A fetch that may be charged already, with its opener: the same call is answered again at
        /// no charge.
        case fetch([UInt8])
        /// A call that the host carries into the log: the same call is answered with the same entry.
        case call([UInt8])
    }

    private let directory: String
    private let keyring: Keyring
    private(set) var numbers: [Int]
    private var highest: Int

    /// Room for a full bulk submission.
    static let maximumBytes = 64 << 20

    /// Throws ``HomeError``.
    init(in home: Home, keyring: Keyring) throws(HomeError) {
        directory = home.directory + "/outbox"
        self.keyring = keyring
        do { try PrivateFile.makeDirectory(directory) } catch {
            guard case .alreadyThere = error else { throw error }
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw .system(path: directory, call: "readdir", code: EIO)
        }
        // A file with another name was never complete.
        numbers = names.filter(Self.isName).compactMap { Int($0) }.sorted()
        highest = numbers.last ?? 0
    }

    /// Saves `content` durably, to be sent. Throws ``HomeError``.
    mutating func add(
        _ content: Content, using random: inout some RandomNumberGenerator
    ) throws(HomeError) -> Parcel {
        let number = highest + 1
        let name = Self.name(number)
        let sealed = SecretBox.seal(
            content.encoded, under: keyring.fileKey("outbox/" + name), using: &random)
        try PrivateFile.replace(directory + "/" + name, with: sealed)
        // From here on a crash is recovered by sending what the file holds.
        highest = number
        numbers.append(number)
        return Parcel(number: number, content: content)
    }

    /// `nil` where another process has let go of it. Throws ``HomeError``.
    func parcel(_ number: Int) throws(HomeError) -> Parcel? {
        let name = Self.name(number)
        let path = directory + "/" + name
        guard let sealed = try PrivateFile.read(path, limit: Self.maximumBytes) else {
            return nil
        }
        guard let plain = SecretBox.open(sealed, under: keyring.fileKey("outbox/" + name)),
            let content = Content(encoded: plain)
        else { throw .malformed(path: path) }
        return Parcel(number: number, content: content)
    }

    /// Lets go of a parcel. Throws ``HomeError``.
    mutating func remove(_ number: Int) throws(HomeError) {
        try PrivateFile.remove(directory + "/" + Self.name(number))
        numbers.removeAll { $0 == number }
    }

    private static let digits = 12

    /// Whether a whole parcel is called so.
    static func isName(_ text: String) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func name(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension Outbox.Content {
    fileprivate var encoded: [UInt8] {
        switch self {
        case .frames(let frames): [1] + frames.flatMap(\.bytes)
        case .fetch(let call): [2] + call
        case .call(let call): [3] + call
        }
    }

    fileprivate init?(encoded bytes: [UInt8]) {
        switch bytes.first {
        case 1:
            guard let frames = try? Frame.list(parsing: Array(bytes.dropFirst())) else {
                return nil
            }
            self = .frames(frames)
        case 2: self = .fetch(Array(bytes.dropFirst()))
        case 3: self = .call(Array(bytes.dropFirst()))
        default: return nil
        }
    }
}
