import Sharing
public import Wire

/// A statement on its way in: three parts, each with its length as 32 bits big-endian.
public struct Frame: Hashable, Sendable {
    /// The ASCII of the statement's JWS.
    public let jws: [UInt8]
    /// Its disclosures, each followed by `~`.
    public let disclosures: [UInt8]
    /// A record's field ciphertexts, a grant's or rekey's envelope, a policy set's texts; else
    /// empty.
    public let blob: [UInt8]

    public static let maximumBlobBytes =
        Limits.sealedRecordBytes + 2 * Limits.fieldsPerType * (1 + 64 + 4)
    public static let maximumBytes =
        12 + JWS.maximumBytes + Limits.disclosureBytes + maximumBlobBytes

    public init(jws: [UInt8], disclosures: [UInt8] = [], blob: [UInt8] = []) {
        (self.jws, self.disclosures, self.blob) = (jws, disclosures, blob)
    }

    /// Reads exactly one frame. Throws ``MessageError``.
    public init(parsing bytes: [UInt8]) throws(MessageError) {
        var rest = bytes[...]
        self = try Self.next(&rest, at: "")
        guard rest.isEmpty else { throw MessageError(place: "", reason: .trailingBytes) }
    }

    /// Reads the frames of a bulk submission: at most 256, 32 MiB in all. Throws
    /// ``MessageError``, whose place is the number of the frame, counted from 0, and the part.
    public static func list(parsing bytes: [UInt8]) throws(MessageError) -> [Frame] {
        guard bytes.count <= Limits.bulkBytes else {
            throw MessageError(
                place: "", reason: .tooLarge(bytes: bytes.count, limit: Limits.bulkBytes))
        }
        var frames: [Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard frames.count < Limits.bulkFrames else {
                throw MessageError(place: "", reason: .tooMany(limit: Limits.bulkFrames))
            }
            frames.append(try next(&rest, at: "\(frames.count)/"))
        }
        return frames
    }

    /// The frame as sent; the frames of a bulk submission stand one after another.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(12 + jws.count + disclosures.count + blob.count)
        for part in [jws, disclosures, blob] {
            let count = UInt32(part.count)
            for shift in [24, 16, 8, 0] as [UInt32] {
                output.append(UInt8(truncatingIfNeeded: count >> shift))
            }
            output += part
        }
        return output
    }

    private static func next(
        _ rest: inout ArraySlice<UInt8>, at place: String
    ) throws(MessageError) -> Frame {
        Frame(
            jws: try part(&rest, place + "jws", limit: JWS.maximumBytes),
            disclosures: try part(
                &rest, place + "disclosures", limit: Limits.disclosureBytes),
            blob: try part(&rest, place + "blob", limit: maximumBlobBytes))
    }

    private static func part(
        _ rest: inout ArraySlice<UInt8>, _ place: String, limit: Int
    ) throws(MessageError) -> [UInt8] {
        guard rest.count >= 4 else { throw MessageError(place: place, reason: .truncated) }
        let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard count <= limit else {
            throw MessageError(place: place, reason: .tooLarge(bytes: count, limit: limit))
        }
        rest = rest.dropFirst(4)
        guard rest.count >= count else { throw MessageError(place: place, reason: .truncated) }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
