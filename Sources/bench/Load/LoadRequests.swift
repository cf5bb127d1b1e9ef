import Client
import Foundation
import Interface
import NIOCore
import Sharing
import Transparency
import Wire

extension ByteBuffer {
    /// A whole request.
    static func post(_ path: String, _ type: String, _ body: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(160 + body.count)
        buffer.writeString(
            "POST \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: \(type)\r\n"
                + "content-length: \(body.count)\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }

    static func get(_ path: String) -> ByteBuffer {
        ByteBuffer(string: "GET \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    }
}

// What is sent is signed before the clock starts. Each connection's requests are made by a task of
// its own.
extension LoadScene {
    /// Statements without a blob, by all enterprises in turns: each closes another empty book.
    private func closings(_ count: Int) throws -> [Frame] {
        let signers = try enterprises.map { try $0.signer(.all) }
        let time = enterprises[0].now
        return try newNumbers(count).map { number in
            let (book, series) = (number % Month.count, number / Month.count)
            guard let month = Month(number: book), let series = Series(rawValue: "load-\(series)")
            else { throw CocoaError(.coderInvalidValue) }
            let statement = Statement.sign(
                CloseBook(
                    BookName(series: series, month: month), count: 0, root: Self.emptyRoot),
                by: signers[number % signers.count], at: time, jti: enterprises[0].newJTI())
            return Frame(jws: statement.statement.jws.bytes)
        }
    }

    private static let emptyRoot: Digest<Digested.Book> = {
        guard let root = Digest<Digested.Book>(bytes: RightEdge().root.bytes) else {
            preconditionFailure("a hash has 32 bytes")
        }
        return root
    }()

    /// `count` requests for each of some connections, made side by side.
    private func forEach(
        _ connections: Int, _ make: @escaping @Sendable (Int) throws -> [ByteBuffer]
    ) async throws -> [[ByteBuffer]] {
        try await withThrowingTaskGroup(of: (Int, [ByteBuffer]).self) { group in
            for number in 0..<connections { group.addTask { (number, try make(number)) } }
            var made = Array(repeating: [ByteBuffer](), count: connections)
            for try await (number, requests) in group { made[number] = requests }
            return made
        }
    }

    func singles(_ count: Int, over connections: Int) async throws -> [[ByteBuffer]] {
        try await forEach(connections) { _ in
            try self.closings(count / connections).map {
                .post("/statements", "application/octet-stream", $0.bytes)
            }
        }
    }

    func bulks(_ count: Int, of frames: Int, over connections: Int) async throws -> [[ByteBuffer]] {
        try await forEach(connections) { _ in
            try (0..<(count / frames / connections)).map { _ in
                .post(
                    "/statements/bulk", "application/octet-stream",
                    try self.closings(frames).flatMap(\.bytes))
            }
        }
    }

    /// Records, each connection's into a book of its own: their numbers count up.
    func records(
        _ count: Int, of frames: Int, over connections: Int
    ) async throws -> [[ByteBuffer]] {
        let fields = try Self.ciphertexts()
        let (root, blob) = (fields.root, fields.encoded)
        let numbers = newNumbers(connections)
        let time = enterprises[0].now
        return try await forEach(connections) { connection in
            let enterprise = self.enterprises[connection % self.enterprises.count]
            let signer = try enterprise.signer(.all)
            guard let month = Month(number: numbers[numbers.startIndex + connection] % Month.count)
            else { throw CocoaError(.coderInvalidValue) }
            return (0..<(count / frames / connections)).map { request in
                let frames = (0..<frames).flatMap { place in
                    let record = signer.emptyInvoice(
                        in: month, number: Int64(request * frames + place + 1), at: time,
                        fieldsRoot: root)
                    return Frame(jws: record.jws.bytes, blob: blob).bytes
                }
                return .post("/statements/bulk", "application/octet-stream", frames)
            }
        }
    }

    /// As many bytes as the fields of an invoice with its document have.
    static func ciphertexts() throws -> SealedFields {
        let names = RecordType.invoice.sealedNames
        let fields = SealedFields(
            names.map { name in
                FieldCiphertext(name: name, bytes: .init(repeating: 1, count: 12_000 / names.count))
            })
        guard let fields else { throw CocoaError(.coderInvalidValue) }
        return fields
    }

    func fetches(
        _ count: Int, over connections: Int, under grants: [JTI]? = nil
    ) async throws -> [[ByteBuffer]] {
        let grants = grants ?? [grant]
        let signer = try lender.signer(.all)
        let time = lender.now
        return try await forEach(connections) { _ in
            var random = SystemRandomNumberGenerator()
            return (0..<(count / connections)).map { number in
                let call = Fetch.sign(
                    grant: grants[number % grants.count], fields: Self.fields, ranges: [],
                    by: signer, at: time,
                    jti: self.lender.newJTI(), opener: FetchOpener(using: &random))
                return .post("/fetches", "application/jose", call.bytes)
            }
        }
    }

    /// The log's size, as its checkpoint says.
    func size() async throws -> UInt64 {
        UInt64(try await lender.connection.description().size)
    }

    /// All full tiles of the lowest level, in an order of each connection's own.
    func tiles(of size: UInt64, over connections: Int) throws -> [[ByteBuffer]] {
        let tiles = try (0..<(size / 256)).map {
            ByteBuffer.get("/" + (try TileCoordinate(level: 0, index: $0)).path)
        }
        return (0..<connections).map { _ in tiles.shuffled() }
    }
}
