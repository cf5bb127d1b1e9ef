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
    private let tiles = Mutex(
        RecentlyUsed<Substring, ServedTile>(limit: GatewayLimits.servedTileBytes))

    subscript(path: Substring) -> ServedTile? { tiles.withLock { $0[path] } }

    func keep(_ tile: ServedTile, under path: Substring) -> ServedTile {
        tiles.withLock { $0.keep(tile, cost: tile.byteCount, under: path) }
        return tile
    }
}
