import Synchronization
import Wire

/// Which pages a vault has, and of which ledger.
struct VaultHeader: Sendable {
    /// The root key of this generation opens the first page.
    let generation: Int64
    /// How many entries the ledger had, durably, when this was written.
    let size: Int64
}

/// A root key: what must be destroyed so that nothing sealed under it opens.
struct VaultRoot: Sendable {
    static let file = "vault.key"
    static let pagesFile = "vault.sqlite"

    let generation: Int64
    let key: WrapKey
}

/// Where a vault is kept. Whatever changes something is durable when it returns.
protocol VaultFiles: Sendable {
    /// `nil` for a vault that was not begun yet.
    func header() throws -> VaultHeader?
    func page(_ number: Int64) throws -> [UInt8]?
    /// Writes `pages`, removes those with the numbers in `removed`, and sets the header: all of it or
    /// nothing. A page that is written isn't removed.
    func write(
        pages: [(number: Int64, sealed: [UInt8])], removing removed: [ClosedRange<Int64>],
        _ header: VaultHeader
    ) throws

    /// The one root key that there is; during a change, and after a crash in one, two.
    func roots() throws -> [VaultRoot]
    /// Keeps a root key beside that of the generation before.
    func write(_ root: VaultRoot) throws
    /// Overwrites every root key but that of `generation`, and what is left of one.
    func eraseRoots(but generation: Int64) throws
}

/// A vault that is gone with the process.
final class VaultInMemory: VaultFiles {
    private struct Content {
        var header: VaultHeader?
        var pages: [Int64: [UInt8]] = [:]
        var roots: [VaultRoot] = []
    }

    private let content = Mutex(Content())

    func header() -> VaultHeader? { content.withLock { $0.header } }
    var pages: [(number: Int64, sealed: [UInt8])] {
        content.withLock { $0.pages.map { ($0.key, $0.value) } }
    }
    func page(_ number: Int64) -> [UInt8]? { content.withLock { $0.pages[number] } }
    func roots() -> [VaultRoot] { content.withLock { $0.roots } }

    func write(
        pages: [(number: Int64, sealed: [UInt8])], removing removed: [ClosedRange<Int64>],
        _ header: VaultHeader
    ) {
        content.withLock { content in
            if !removed.isEmpty {
                content.pages = content.pages.filter { page in
                    !removed.contains { $0.contains(page.key) }
                }
            }
            for (number, sealed) in pages { content.pages[number] = sealed }
            content.header = header
        }
    }

    func write(_ root: VaultRoot) { content.withLock { $0.roots.append(root) } }

    func eraseRoots(but generation: Int64) {
        content.withLock { $0.roots.removeAll { $0.generation != generation } }
    }
}
