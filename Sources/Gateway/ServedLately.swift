import Rules
import Sharing
import Storage
import Synchronization
import Wire

/// What fetches read lately and what may change or be erased: which books an enterprise has, and of
/// attachments what was served, compared already with what the log commits to.
///
/// All attachments go as soon as a batch erases anything, and everything goes as soon as another gateway
/// is seen to have committed. What was read before and comes after isn't taken.
final class ServedLately: Sendable {
    /// The books that were asked for.
    struct Shelf: Hashable {
        let series: Series?
        let months: ClosedRange<Month>?
    }

    typealias Books = [(book: BookName, state: BookState)]

    /// When something began to be read.
    struct Mark {
        fileprivate let erasures: Int
        fileprivate let bookChanges: Int
    }

    private struct Fields {
        /// Those that were asked for; a record's type may not have all of them.
        let names: [FieldName]
        let fields: [FieldCiphertext]
    }

    private struct KnownEnvelope {
        let envelope: Envelope
        let digest: Digest<Digested.Envelope>
    }

    private struct Content {
        var books = RecentlyUsed<Handle, [Shelf: Books]>(limit: GatewayLimits.cachedBooks)
        var fields = RecentlyUsed<Int64, Fields>(limit: GatewayLimits.cachedFieldBytes)
        var disclosures = RecentlyUsed<Int64, [UInt8]>(limit: GatewayLimits.cachedSecretBytes)
        var envelopes = RecentlyUsed<Int64, KnownEnvelope>(
            limit: GatewayLimits.cachedSecretBytes)
        var erasures = 0
        var bookChanges = 0

        mutating func forgetAttachments() {
            fields.removeAll()
            disclosures.removeAll()
            envelopes.removeAll()
            erasures += 1
        }
    }

    private let content = Mutex(Content())

    /// Whether nothing of any attachment is in memory.
    var hasNoAttachments: Bool {
        content.withLock {
            $0.fields.isEmpty && $0.disclosures.isEmpty && $0.envelopes.isEmpty
        }
    }

    /// Taken before something is read, and given back with it.
    func mark() -> Mark {
        content.withLock { Mark(erasures: $0.erasures, bookChanges: $0.bookChanges) }
    }

    // MARK: What ends

    /// Takes note of a batch that is in the store.
    func take(_ batch: Batch) {
        content.withLock { content in
            if !batch.erased.isEmpty { content.forgetAttachments() }
            for key in batch.changes.keys {
                guard case .book(let enterprise, _) = key.name else { continue }
                content.books.remove(enterprise)
                content.bookChanges += 1
            }
        }
    }

    /// Forgets all of it: somebody else changed what is in the store.
    func forget() {
        content.withLock { content in
            content.forgetAttachments()
            content.books.removeAll()
            content.bookChanges += 1
        }
    }

    // MARK: Books

    func books(of enterprise: Handle, on shelf: Shelf) -> Books? {
        content.withLock { $0.books[enterprise]?[shelf] }
    }

    func keep(_ books: Books, of enterprise: Handle, on shelf: Shelf, since mark: Mark) {
        content.withLock { content in
            guard content.bookChanges == mark.bookChanges else { return }
            var shelves = content.books[enterprise] ?? [:]
            // Who asks for ever other months has no more than some.
            if shelves.count == Self.shelvesOfOne { shelves = [:] }
            shelves[shelf] = books
            content.books.keep(shelves, cost: 1 + books.count, under: enterprise)
        }
    }

    private static let shelvesOfOne = 16

    // MARK: Attachments

    /// The fields called `names` of the records at `indices`, each `nil` where that isn't known.
    func fields(
        _ names: [FieldName], of indices: [Int64]
    ) -> [[FieldCiphertext]?] {
        let known = content.withLock { content in indices.map { content.fields[$0] } }
        return known.map { $0?.names == names ? $0?.fields : nil }
    }

    /// `fields` are those of `names` that the record at `index` has and commits to.
    func keep(
        _ fields: [FieldCiphertext], called names: [FieldName], of index: Int64, since mark: Mark
    ) {
        let cost = fields.reduce(128) { $0 + $1.bytes.count + 96 }
        content.withLock { content in
            guard content.erasures == mark.erasures else { return }
            content.fields.keep(Fields(names: names, fields: fields), cost: cost, under: index)
        }
    }

    /// The disclosures of the entry at `index`.
    func disclosures(of index: Int64) -> [UInt8]? { content.withLock { $0.disclosures[index] } }

    func keep(disclosures: [UInt8], of index: Int64, since mark: Mark) {
        content.withLock { content in
            guard content.erasures == mark.erasures else { return }
            content.disclosures.keep(disclosures, cost: 128 + disclosures.count, under: index)
        }
    }

    /// The envelope at `index`, if it is the one with this digest.
    func envelope(at index: Int64, _ digest: Digest<Digested.Envelope>) -> Envelope? {
        let known = content.withLock { $0.envelopes[index] }
        return known?.digest == digest ? known?.envelope : nil
    }

    func keep(
        _ envelope: Envelope, _ digest: Digest<Digested.Envelope>, at index: Int64,
        since mark: Mark
    ) {
        content.withLock { content in
            guard content.erasures == mark.erasures else { return }
            content.envelopes.keep(
                KnownEnvelope(envelope: envelope, digest: digest),
                cost: 128 + envelope.bytes.count, under: index)
        }
    }
}
