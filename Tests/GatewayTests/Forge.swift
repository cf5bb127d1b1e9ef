import Foundation
import Rules
import Sharing
import Wire

@testable import Client

/// Signed documents of one type, changed claim by claim or byte by byte.
struct Forge {
    let type: String
    /// Beyond the common ones.
    let claims: [String: JSON]
    private let common: [String: JSON]
    private let key: SigningKey

    static let origin = "trine.example/test"
    static let stranger: SigningKey = {
        var random = SystemRandomNumberGenerator()
        return SigningKey(seed: .random(count: 32, using: &random))
    }()

    init(_ session: Session, type: String, _ claims: [String: JSON]) throws {
        (self.type, self.claims) = (type, claims)
        key = try session.signer(.all).key
        common = [
            "iss": .string(session.configuration.issuer),
            "iat": .integer(session.now.seconds), "log": .digest(session.log),
        ]
    }

    private func payload(_ changes: [String: JSON?] = [:]) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        var members = common.merging(claims) { $1 }
        members["jti"] = .string(JTI(using: &random).text)
        for (name, value) in changes { members[name] = value }
        return JSON.object(members).canonicalBytes
    }

    /// A fresh one with some claims changed.
    func jws(_ changes: [String: JSON] = [:], by other: SigningKey? = nil) -> [UInt8] {
        JWS(
            signing: payload(changes.mapValues { .some($0) }), type: type, with: other ?? key
        ).bytes
    }

    /// One whose signature was made over other claims.
    func jws(signedOver changes: [String: JSON]) -> [UInt8] {
        let signature = jws(changes).split(separator: UInt8(ascii: "."))[2]
        return jws().dropLast(86) + signature
    }

    /// Well-signed and malformed in every way that the form knows.
    func malformed() throws -> [(name: String, jws: [UInt8])] {
        var result: [(String, [UInt8])] = []
        func sign(_ name: String, _ payload: String) {
            result.append(
                (name, JWS(signing: Array(payload.utf8), type: type, with: key).bytes))
        }
        let text = String(decoding: payload(), as: UTF8.self)
        let iat = common["iat"]?.int ?? 0
        sign("an empty payload", "")
        sign("no JSON", "hello")
        sign("a list", "[]")
        sign("cut", String(text.dropLast()))
        sign("white space before", " " + text)
        sign("white space inside", text.replacing("\"iat\":", with: "\"iat\": "))
        sign("a newline behind", text + "\n")
        sign("two values", text + text)
        sign("a key twice", "{\"iat\":\(iat)," + text.dropFirst())
        sign("keys out of order", "{\"zzz\":1," + text.dropFirst())
        sign("a number with a fraction", text.replacing("\"iat\":\(iat)", with: "\"iat\":\(iat).0"))
        sign("a number with an exponent", text.replacing("\"iat\":\(iat)", with: "\"iat\":17e8"))
        sign(
            "a number beyond 2⁵³",
            text.replacing("\"iat\":\(iat)", with: "\"iat\":9007199254740993"))
        sign("a negative time", text.replacing("\"iat\":\(iat)", with: "\"iat\":-\(iat)"))
        sign("a needless escape", text.replacing("https:", with: "http\\u0073:"))
        sign("a lone surrogate", text.replacing("https:", with: "\\ud800"))
        sign("deeply nested", String(repeating: "[", count: 30_000))
        sign("null", "null")
        func change(_ name: String, _ changes: [String: JSON?]) {
            result.append((name, JWS(signing: payload(changes), type: type, with: key).bytes))
        }
        change("a claim that isn't known", ["zzz": 1])
        for name in common.keys.sorted() + claims.keys.sorted() + ["jti"] {
            change("no \(name)", [name: JSON?.none])
            change("a null \(name)", [name: .null])
            change("a list for \(name)", [name: .array([.array([])])])
        }
        change("a short jti", ["jti": "AAAA"])
        change("a jti with stray bits", ["jti": "AAAAAAAAAAAAAAAAAAAAAB"])
        change("an issuer that is no URL", ["iss": "acme"])
        let valid = jws()
        let parts = valid.split(separator: UInt8(ascii: ".")).map(Array.init)
        func join(_ parts: [[UInt8]]) -> [UInt8] { Array(parts.joined(separator: [0x2e])) }
        func header(_ name: String, _ header: String) {
            result.append(
                (name, join([Base64URL.encodedBytes(Array(header.utf8)), parts[1], parts[2]])))
        }
        let kid = key.verificationKey.thumbprint.text
        header("no algorithm", "{\"alg\":\"none\",\"kid\":\"\(kid)\",\"typ\":\"\(type)\"}")
        header("another algorithm", "{\"alg\":\"ES256\",\"kid\":\"\(kid)\",\"typ\":\"\(type)\"}")
        header(
            "one header more",
            "{\"alg\":\"EdDSA\",\"crit\":[],\"kid\":\"\(kid)\",\"typ\":\"\(type)\"}")
        header("another order", "{\"kid\":\"\(kid)\",\"alg\":\"EdDSA\",\"typ\":\"\(type)\"}")
        header("another type", "{\"alg\":\"EdDSA\",\"kid\":\"\(kid)\",\"typ\":\"JWT\"}")
        header("no key", "{\"alg\":\"EdDSA\",\"typ\":\"\(type)\"}")
        result += [
            ("two parts", join(Array(parts.prefix(2)))), ("four parts", join(parts + [parts[2]])),
            ("an empty signature", join([parts[0], parts[1], []])),
            ("a cut signature", Array(valid.dropLast())), ("padding", valid + [0x3d]),
            ("base64 with +", join([parts[0], parts[1] + [0x2b], parts[2]])),
            ("white space", valid + [0x0a]),
            ("too long", [UInt8](repeating: 0x41, count: JWS.maximumBytes)),
        ]
        return result
    }
}

extension Session {
    /// The end of an empty book.
    nonisolated func closing(_ month: Month, _ series: Series = .invoices) throws -> SignedStatement
    {
        Statement.sign(
            CloseBook(BookName(series: series, month: month), count: 0, root: BookState().root),
            by: try signer(.close), at: now, jti: newJTI())
    }
}

extension Configuration {
    var issuer: String { origin.issuer(handle) }
}
