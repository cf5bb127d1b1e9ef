import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Transparency
@testable import Wire

@Suite struct CharterTests {
    private static func witness(
        _ name: String, key: SigningKey? = nil, kind: SignatureKind = .ed25519Cosignature
    ) throws -> String {
        let key = (key ?? Person.key(name)).verificationKey
        let name = try KeyName("\(name).example")
        return
            (kind == .ed25519
            ? VerifierKey(log: name, key: key) : VerifierKey(witness: name, key: key))
            .text
    }

    /// A key that nothing here can verify, and no quorum can be made of (C2SP tlog-cosignature).
    private static func postQuantum() -> String {
        let material = [0x06] + [UInt8](repeating: 7, count: 1312)
        let id = Digest<Digested.Key>(hashing: Array("pq.example\n".utf8) + material).bytes
        let hex = id.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        return "pq.example+\(hex)+\(String(decoding: Base64.encode(material), as: UTF8.self))"
    }

    private func decide(_ charter: (Chain) throws -> Charter) rethrows -> Refusal? {
        var chain = Chain()
        let charter = try charter(chain)
        let refusal = chain.submit(chain.sign(ChangeCharter(charter), by: .authority))
        if refusal == nil { #expect(chain.log?.charter == charter) }
        return refusal
    }

    @Test func aNewCharterReplacesTheOldOne() throws {
        var chain = Chain()
        let witnesses = [
            "witness a \(try Self.witness("a")) https://a.example",
            "witness b \(try Self.witness("b"))",
            "group g 1 a b", "quorum g",
        ]
        let charter = chain.charter(
            authorities: [.second, .lender], threshold: 2, freshness: 3600, witnesses: witnesses)
        #expect(chain.submit(chain.sign(ChangeCharter(charter), by: .authority)) == nil)
        #expect(chain.log?.charter == charter)
        // From the next entry on.
        let suspension = chain.motion(Suspend(Person.rival.handle), StatedReason(.unspecified))
        #expect(chain.submit(chain.issued(suspension, by: .authority)) == .issuer(.notAuthority))
        #expect(
            chain.submit(chain.issued(suspension, by: .second))
                == .governance(.approvalsMissing(have: 1, need: 2)))
        let agreed = [chain.approval(of: suspension, by: .lender)]
        #expect(chain.submit(chain.issued(suspension, by: .second, with: agreed)) == nil)
    }

    @Test func aCharterIsDecidedUnderTheOneInForce() {
        var chain = Chain(authorities: [.authority, .second, .third], threshold: 2)
        // One who would make itself the only authority.
        let motion = chain.motion(
            ChangeCharter(chain.charter(authorities: [.authority], threshold: 1)))
        #expect(
            chain.submit(chain.issued(motion, by: .authority))
                == .governance(.approvalsMissing(have: 1, need: 2)))
    }

    /// Under a charter that nobody can meet, nobody could decide anything again.
    @Test func unreachable() throws {
        #expect(
            decide { $0.charter(threshold: 3) } == .governance(.charter(.threshold(of: 2))))
        #expect(
            decide { $0.charter(authorities: [.authority, .outsider]) }
                == .issuer(.unknownParticipant(Person.outsider.handle)))
        #expect(
            decide { $0.charter(authorities: [.authority, .host]) }
                == .governance(.charter(.host)))
        func lines(_ lines: [String]) -> Refusal? { decide { $0.charter(witnesses: lines) } }
        func fault(_ line: Int) -> Refusal { .governance(.charter(.witnesses(line: line))) }
        let (a, b) = (try Self.witness("a"), try Self.witness("b"))
        #expect(lines(["witness a \(a)", "quorum a"]) == nil)
        #expect(lines(["witness a \(a)", "witness b \(a)", "quorum a"]) == fault(2))
        #expect(lines(["witness a \(a)", "witness a \(b)", "quorum a"]) == fault(2))
        #expect(
            lines(["witness a \(a)", "witness b \(b)", "group g 3 a b", "quorum g"]) == fault(3))
        #expect(lines(["witness a \(a)"]) == fault(0))
        #expect(lines(["quorum a"]) == fault(1))
        #expect(
            lines(["witness a \(try Self.witness("a", kind: .ed25519))", "quorum a"]) == fault(1))
        #expect(lines(["# nothing", "quorum none"]) == fault(1))
        let log = try Self.witness("l", kind: .ed25519)
        #expect(lines(["log \(log)", "quorum none"]) == fault(1))
        let host = Refusal.governance(.charter(.hostAsWitness))
        for key in ["log", "clock"] {
            let own = try Self.witness("h", key: Person.key(key))
            #expect(lines(["witness h \(own)", "quorum none"]) == host, "\(key)")
        }
    }

    /// A quorum that needs a kind of key which can't be verified is none.
    @Test func postQuantumWitnesses() throws {
        let lines = { (quorum: [String]) throws in
            ["witness pq \(Self.postQuantum())", "witness a \(try Self.witness("a"))"] + quorum
        }
        // Longer than a line of a charter may be, so that not even the form holds.
        #expect(Self.postQuantum().utf8.count > Limits.witnessLineBytes)
        let charter = Chain().charter(witnesses: try lines(["quorum pq"]))
        let key = try VerifierKey(parsing: Chain.logKey())
        #expect(throws: PolicyFileError.self) { try charter.policy(of: key) }
        #expect(
            throws: CharterFault.witnesses(line: 0)
        ) {
            try charter.check(
                logKey: Chain.logKey(), clockKey: Genesis.clockKey(Chain.origin.text),
                host: Person.host.handle)
        }
        #expect(throws: Never.self) {
            try Chain().charter(witnesses: try lines(["quorum a"])).policy(of: key)
        }
    }

    /// A charter that begins a log is held to the same.
    @Test func founding() throws {
        func found(_ threshold: Int64, _ witnesses: [String]) -> Refusal? {
            var chain = Chain(empty: ())
            return chain.submit(chain.founding(threshold: threshold, witnesses: witnesses))
        }
        #expect(found(2, []) == nil)
        #expect(found(3, []) == .governance(.charter(.threshold(of: 2))))
        #expect(found(1, ["quorum a"]) == .governance(.charter(.witnesses(line: 1))))
    }

    /// As many authorities as have to agree aren't suspended.
    @Test func suspendedAuthoritiesDoNotMakeAQuorum() {
        var chain = Chain()
        #expect(
            chain.submit(
                chain.sign(
                    Suspend(Person.second.handle), StatedReason(.unspecified), by: .authority))
                == nil)
        #expect(
            chain.submit(chain.sign(ChangeCharter(chain.charter(threshold: 2)), by: .authority))
                == .governance(.tooFewAuthorities(have: 1, need: 2)))
    }

    /// The largest charter, approved by all, is a statement.
    @Test func thirtyTwoAuthorities() throws {
        let people = (10..<42).map { Person("authority-with-a-long-name-\($0)") }
        var chain = Chain(authorities: people, threshold: 32)
        let motion = chain.motion(
            ChangeCharter(chain.charter(authorities: people, threshold: 32)), by: people[0])
        let approvals = people.dropFirst().map { chain.approval(of: motion, by: $0) }
        let signed = motion.issued(
            by: people[0].signer(Chain.origin, chain.genesis), at: chain.now, with: approvals)
        #expect(signed.statement.jws.bytes.count < JWS.maximumBytes)
        #expect(chain.submit(signed) == nil)
    }
}
