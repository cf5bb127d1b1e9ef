import Rules
import Sharing
import Wire

/// The statuses of one book's records for others' verifiers (IETF Token Status List, `statuslist+jwt`):
/// a bit for each number, 1 where the record was replaced or erased.
///
/// Who verifies by the log knows this from the log. The host signs this list, and nobody else vouches
/// for it.
enum StatusList {
    static let mediaType = "application/statuslist+jwt"
    /// Seconds that a reader may keep it.
    static let lifetime: Int64 = 300
    /// Seconds after which it says nothing any more.
    static let validity: Int64 = 86_400

    /// The compact JWS, as ASCII.
    static func token(
        of book: BookName, _ state: BookState, of handle: Handle, by host: Signer,
        at time: Timestamp
    ) -> [UInt8] {
        let list: JSON = .object([
            "bits": .integer(1), "lst": .string(Base64URL.encode(Zlib.stored(bits(of: state)))),
        ])
        let payload = JSON.object([
            "exp": .integer(time.seconds + validity), "iat": .integer(time.seconds),
            "iss": .string("https://\(host.origin)/participants/\(host.handle)"),
            "status_list": list,
            "sub": .string(StatusReference.uri(of: book, of: handle, origin: host.origin)),
            "ttl": .integer(lifetime),
        ])
        let header = JSON.object([
            "alg": .string("EdDSA"), "kid": .string(host.key.verificationKey.thumbprint.text),
            "typ": .string("statuslist+jwt"),
        ])
        let parts = [header, payload].map { Base64URL.encodedBytes($0.canonicalBytes) }
        let signed = parts[0] + [UInt8(ascii: ".")] + parts[1]
        return signed + [UInt8(ascii: ".")]
            + Base64URL.encodedBytes(host.key.signature(of: signed))
    }

    /// Number 1 is bit 1: there is no record 0. The lowest bit of a byte comes first.
    static func bits(of state: BookState) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(state.count) / 8 + 1)
        for range in state.erased + state.replaced {
            for number in range where number <= state.count {
                bytes[Int(number) / 8] |= 1 << UInt8(number % 8)
            }
        }
        return bytes
    }
}

/// The zlib format (RFC 1950) without compression: a list is short, and mostly what others would pad.
enum Zlib {
    /// Stored blocks (RFC 1951 §3.2.4), and the checksum behind them.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 0xffff, bytes.count)
            let length = UInt16(end - start)
            result.append(end == bytes.count ? 1 : 0)
            for word in [length, ~length] { result += [UInt8(word & 0xff), UInt8(word >> 8)] }
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        let checksum = b << 16 | a
        return result + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
    }
}
