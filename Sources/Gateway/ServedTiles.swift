import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The bytes of a tile as they are served.
struct ServedTile: Sendable {
    private let buffer: ByteBuffer

    init(_ bytes: [UInt8]) { buffer = ByteBuffer(bytes: bytes) }

    var byteCount: Int { buffer.readableBytes }

    var response: Response {
        Response(status: .ok, headers: Self.headers, body: ResponseBody(byteBuffer: buffer))
    }

    private static let headers: HTTPFields = [
        .contentType: "application/octet-stream",
        .cacheControl: "public, max-age=31536000, immutable",
    ]
}

/// The full tiles of hashes that were asked for lately. They never change.
final class ServedTiles: Sendable {
    fileprivate struct Content {
        var young: [Substring: ServedTile] = [:]
        var old: [Substring: ServedTile] = [:]
        /// Of the young ones.
        var bytes = 0
    }

    private let content = Mutex(Content())

    subscript(path: Substring) -> ServedTile? {
        content.withLock { content -> ServedTile? in
            if let tile = content.young[path] { return tile }
            guard let tile = content.old.removeValue(forKey: path) else { return nil }
            content.add(tile, path)
            return tile
        }
    }

    func keep(_ tile: ServedTile, under path: Substring) -> ServedTile {
        content.withLock { $0.add(tile, path) }
        return tile
    }
}

extension ServedTiles.Content {
    /// The older half goes when the younger one is full.
    fileprivate mutating func add(_ tile: ServedTile, _ path: Substring) {
        young[path] = tile
        bytes += tile.byteCount
        guard bytes >= GatewayLimits.cachedTileBytes / 2 else { return }
        old = young
        young = [:]
        bytes = 0
    }
}
