import Synchronization

/// Wrap keys that are durable before what they are for: a commit that finds its keys here needs no
/// sync of its own for them.
///
/// A key is taken out once, for one content: were a commit to fail and something else to be wrapped
/// for the same place, it gets another key, since one key and nonce must never seal two contents.
final class KeyReserve: Sendable {
    /// Keys that are laid in at a time.
    let count: Int64

    /// A key for a place, and of which stock it is.
    struct Taken: Sendable {
        let place: Int64
        let key: WrapKey
        /// `nil` for a key that is stored nowhere yet.
        fileprivate let stock: Int?
    }

    private struct Stock {
        var number = 0
        var keys: [Int64: WrapKey] = [:]
    }

    private let stock = Mutex(Stock())

    init(count: Int64) { self.count = count }

    /// Keys for `places`, from the stock or new.
    func take(_ places: [Int64]) -> [Taken] {
        stock.withLock { stock in
            places.map { place in
                if let key = stock.keys.removeValue(forKey: place) {
                    return Taken(place: place, key: key, stock: stock.number)
                }
                return Taken(place: place, key: WrapKey(), stock: nil)
            }
        }
    }

    /// Whether all of these are durable.
    func holds(_ taken: [Taken]) -> Bool {
        stock.withLock { stock in taken.allSatisfy { $0.stock == stock.number } }
    }

    /// Forgets the stock, whose keys' places are about to be written over.
    func discard() {
        stock.withLock { stock in
            stock.keys = [:]
            stock.number += 1
        }
    }

    /// Puts in keys that are durable now.
    func lay(_ keys: [(place: Int64, key: WrapKey)]) {
        stock.withLock { stock in
            for (place, key) in keys { stock.keys[place] = key }
        }
    }
}
