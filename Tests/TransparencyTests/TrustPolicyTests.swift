import Testing
import Wire

@testable import Transparency

/// A log with three entries, witnesses, and the checkpoint that all of them vouch for.
struct SampleTrust {
    static let time: UInt64 = 1_700_000_000

    let log: SampleLog
    let signer: NoteSigner
    let witnesses: [Cosigner]
    let checkpoint: Checkpoint

    init(origin: String = "log.example/one", size: Int = 3) throws {
        log = SampleLog(size: size)
        signer = try NoteSigner(name: KeyName(origin), key: signingKey(1))
        witnesses = try (1...5).map {
            try Cosigner(name: KeyName("witness.example/w\($0)"), key: signingKey(UInt8(10 + $0)))
        }
        checkpoint = try Checkpoint(origin: origin, size: UInt64(size), root: log.root(size))
    }

    /// The checkpoint, cosigned by witnesses counted from 1.
    func note(_ cosigners: [Int] = []) throws -> Note {
        var note = try Note(parsing: checkpoint.signed(by: signer))
        for number in cosigners {
            note = try note.adding(
                witnesses[number - 1].cosignature(
                    of: checkpoint, at: Self.time + UInt64(number)))
        }
        return note
    }

    /// A policy with all witnesses, as `w1` to `w5`, followed by `lines`.
    func policy(_ lines: String) throws -> TrustPolicy {
        try TrustPolicy(parsing: file(lines).utf8)
    }

    func file(_ lines: String) -> String {
        var file = "log \(signer.verifierKey)\n"
        for (number, witness) in witnesses.enumerated() {
            file += "witness w\(number + 1) \(witness.verifierKey)\n"
        }
        return file + lines
    }
}

@Suite("Trust policies")
struct TrustPolicyTests {
    private let trust = try! SampleTrust()

    @Test func everyPartIsRead() throws {
        let key = trust.signer.verifierKey
        let witness = trust.witnesses[0].verifierKey
        let file = """
            # a comment, ünïcode
              \t# another

            log\t\(key)  https://log.example/
            witness  K\u{212a} \(witness) https://witness.example/
             group g  any K\u{212a}\t
            quorum g

            """
        let policy = try TrustPolicy(parsing: file.utf8)
        #expect(policy.logs.map(\.key) == [key])
        #expect(policy.logs[0].url?.description == "https://log.example/")
        #expect(policy.witnesses.map(\.key) == [witness])
        #expect(policy.witnesses[0].name.description == "K\u{212a}")
        #expect(policy.witnesses[0].url?.description == "https://witness.example/")
        #expect(
            policy.quorum
                == .group(
                    PolicyWord("g"), threshold: 1, members: [.witness(PolicyWord("K\u{212a}"))]))
        #expect(policy.file == Array(file.utf8))
        #expect(try TrustPolicy(parsing: policy.file) == policy)
        // Names are bytes: a Kelvin sign isn't the letter K.
        _ = refusal(PolicyFileError.self) {
            try TrustPolicy(parsing: file.replacing("any K\u{212a}", with: "any KK").utf8)
        }
    }

    @Test func whoVouches() throws {
        let policy = try trust.policy("group g 2 w1 w2 w3\nquorum g\n")
        let note = try trust.note([2, 3, 5])
        let verified = try policy.verify(note.bytes)
        #expect(verified.checkpoint == trust.checkpoint)
        #expect(verified.log == trust.signer.verifierKey)
        #expect(verified.note == note)
        #expect(verified.cosignatures.map(\.witness.description) == ["w2", "w3", "w5"])
        #expect(verified.cosignatures.map(\.timestamp) == [2, 3, 5].map { SampleTrust.time + $0 })
        #expect(
            refusal(PolicyError.self) { try policy.verify(trust.note([1, 4, 5])) }
                == .quorumNotMet(have: 1, need: 2))
    }

    /// For every subset of five witnesses, against the same rule written as a condition.
    @Test(arguments: [
        "quorum none\n", "quorum w2\n", "group g any w1 w2\nquorum g\n",
        "group g all w1 w2 w3\nquorum g\n", "group g 2 w1 w2 w3 w4 w5\nquorum g\n",
        "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup z all x y\nquorum z\n",
        "group x all w1 w2\ngroup z 2 x w3 w4\nquorum z\n",
    ])
    func quorums(lines: String) throws {
        let rules: [String: (Set<Int>) -> Bool] = [
            "quorum none\n": { _ in true },
            "quorum w2\n": { $0.contains(2) },
            "group g any w1 w2\nquorum g\n": { !$0.isDisjoint(with: [1, 2]) },
            "group g all w1 w2 w3\nquorum g\n": { $0.isSuperset(of: [1, 2, 3]) },
            "group g 2 w1 w2 w3 w4 w5\nquorum g\n": { $0.count >= 2 },
            "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup z all x y\nquorum z\n": {
                $0.intersection([1, 2, 3]).count >= 2 && !$0.isDisjoint(with: [4, 5])
            },
            "group x all w1 w2\ngroup z 2 x w3 w4\nquorum z\n": {
                ($0.isSuperset(of: [1, 2]) ? 1 : 0) + $0.intersection([3, 4]).count >= 2
            },
        ]
        let rule = try #require(rules[lines])
        let policy = try trust.policy(lines)
        for subset in 0..<32 {
            let cosigners = (1...5).filter { subset >> ($0 - 1) & 1 == 1 }
            let note = try trust.note(cosigners)
            if rule(Set(cosigners)) {
                #expect(try policy.verify(note).cosignatures.count == cosigners.count)
            } else {
                guard case .quorumNotMet = refusal(PolicyError.self, { try policy.verify(note) })
                else {
                    Issue.record("\(cosigners) under \(lines)")
                    continue
                }
            }
        }
    }

    /// A witness counts once, whatever it signs how often; its latest time counts.
    @Test func aWitnessCountsOnce() throws {
        let policy = try trust.policy("group g 2 w1 w2\nquorum g\n")
        let again = trust.witnesses[0].cosignature(of: trust.checkpoint, at: SampleTrust.time + 60)
        let note = try trust.note([1]).adding(again)
        #expect(
            refusal(PolicyError.self) { try policy.verify(note) }
                == .quorumNotMet(have: 1, need: 2))
        let both = try trust.note([1, 2]).adding(again)
        #expect(
            try policy.verify(both).cosignatures.map(\.timestamp)
                == [SampleTrust.time + 60, SampleTrust.time + 2])
    }

    @Test func logsThatAreNotAccepted() throws {
        let policy = try trust.policy("quorum none\n")
        // Another key, the same origin.
        let forger = try NoteSigner(name: KeyName("log.example/one"), key: signingKey(9))
        #expect(
            refusal(PolicyError.self) { try policy.verify(trust.checkpoint.signed(by: forger)) }
                == .note(.noKnownSignature))
        // Another origin, signed with a known log's key.
        let other = try Checkpoint(
            origin: "log.example/two", size: 3, root: trust.checkpoint.root)
        #expect(
            refusal(PolicyError.self) { try policy.verify(other.signed(by: trust.signer)) }
                == .unknownLog(origin: "log.example/two"))
        // Cosigned by a known witness, but not signed by the log.
        let cosigned = try Note(parsing: trust.checkpoint.signed(by: forger)).adding(
            trust.witnesses[0].cosignature(of: trust.checkpoint, at: 1))
        #expect(
            refusal(PolicyError.self) { try policy.verify(cosigned) }
                == .unknownLog(origin: "log.example/one"))
        // One of two known logs signs for the other.
        let second = try NoteSigner(name: KeyName("log.example/two"), key: signingKey(2))
        let both = try TrustPolicy(
            parsing: "log \(trust.signer.verifierKey)\nlog \(second.verifierKey)\nquorum none\n"
                .utf8)
        #expect(
            refusal(PolicyError.self) { try both.verify(trust.checkpoint.signed(by: second)) }
                == .unknownLog(origin: "log.example/one"))
        #expect(throws: Never.self) { try both.verify(other.signed(by: second)) }
        // No log at all.
        let none = try TrustPolicy(parsing: "quorum none\n".utf8)
        #expect(
            refusal(PolicyError.self) { try none.verify(trust.note()) } == .note(.noKnownSignature))
    }

    @Test func aBadCosignatureRefusesTheCheckpoint() throws {
        let policy = try trust.policy("quorum w1\n")
        let other = try Checkpoint(
            origin: "log.example/one", size: 3, root: trust.log.leaves[0])
        let bad = trust.witnesses[4].cosignature(of: other, at: 1)
        #expect(
            refusal(PolicyError.self) { try policy.verify(trust.note([1]).adding(bad)) }
                == .note(.badSignature(trust.witnesses[4].verifierKey.name)))
    }

    @Test func notesThatAreNoCheckpoint() throws {
        let policy = try trust.policy("quorum none\n")
        let note = try Note(text: ascii("log.example/one\n3\n"), signedBy: trust.signer)
        #expect(
            refusal(PolicyError.self) { try policy.verify(note) } == .checkpoint(.malformedRoot))
    }

    @Test func growthBetweenCheckpoints() throws {
        let grown = try SampleTrust(size: 7)
        let policy = try trust.policy("quorum none\n")
        let old = try policy.verify(trust.note())
        let new = try policy.verify(grown.note())
        let proof = try ConsistencyProof.build(oldSize: 3, newSize: 7, reading: grown.log.tiles)
        let growth = try new.extending(old, proof: proof.hashes)
        #expect(growth.old == old && growth.new == new)
        #expect(try old.extending(old, proof: []).new == old)
        #expect(
            refusal(ExtensionError.self) { try old.extending(new, proof: []) }
                == .proof(.sizesOutOfOrder(old: 7, new: 3)))
        #expect(
            refusal(ExtensionError.self) { try new.extending(old, proof: []) }
                == .proof(.wrongHashCount(have: 0, need: proof.hashes.count)))

        // A second history of the same log, which the log key signed too.
        let fork = try Checkpoint(origin: "log.example/one", size: 7, root: trust.log.leaves[1])
        let forked = try policy.verify(fork.signed(by: trust.signer))
        #expect(
            refusal(ExtensionError.self) { try forked.extending(old, proof: proof.hashes) }
                == .proof(.rootMismatch(computed: new.root, expected: fork.root)))
        #expect(
            refusal(ExtensionError.self) { try forked.extending(new, proof: []) }
                == .proof(.rootMismatch(computed: new.root, expected: fork.root)))

        let empty = try policy.verify(
            Checkpoint(origin: "log.example/one", size: 0, root: .ofEmptyTree)
                .signed(by: trust.signer))
        #expect(try new.extending(empty, proof: []).old == empty)
        #expect(
            refusal(ExtensionError.self) { try new.extending(empty, proof: proof.hashes) }
                == .proof(.wrongHashCount(have: proof.hashes.count, need: 0)))

        let other = try SampleTrust(origin: "log.example/two")
        let elsewhere = try other.policy("quorum none\n").verify(other.note())
        #expect(
            refusal(ExtensionError.self) { try new.extending(elsewhere, proof: proof.hashes) }
                == .otherLog(old: "log.example/two", new: "log.example/one"))
    }
}

@Suite("Refused policy files")
struct PolicyFileTests {
    private let trust = try! SampleTrust()

    @Test func mutations() throws {
        let log = trust.signer.verifierKey
        let one = trust.witnesses[0].verifierKey
        let two = trust.witnesses[1].verifierKey
        let both = "witness a \(one)\nwitness b \(two)\n"
        let cases: [(String, Int, PolicyFileError.Reason)] = [
            ("", 0, .noQuorum),
            ("# nothing\n", 0, .noQuorum),
            ("log \(log)\n", 0, .noQuorum),
            ("quorum none", 0, .noFinalNewline),
            ("log \(log)\nquorum none", 1, .noFinalNewline),
            ("quorum none\r\n", 1, .controlCharacter),
            ("quorum none\n\u{c}\n", 2, .controlCharacter),
            ("quorum none\n# \u{7f}\n", 2, .controlCharacter),
            ("quorum none\n\0\n", 2, .controlCharacter),
            ("Quorum none\n", 1, .unknownKeyword),
            ("quorum none\nmonitor x\n", 2, .unknownKeyword),
            ("\u{a0}quorum none\n", 1, .unknownKeyword),
            ("quorum\n", 1, .wrongWordCount),
            ("quorum none none\n", 1, .wrongWordCount),
            ("quorum none # all\n", 1, .wrongWordCount),
            ("quorum none\nquorum none\n", 2, .secondQuorum),
            ("quorum a\n\(both)", 1, .unknownName(PolicyWord("a"))),
            ("\(both)quorum c\n", 3, .unknownName(PolicyWord("c"))),
            ("log\n", 1, .wrongWordCount),
            ("log \(log) u v\n", 1, .wrongWordCount),
            ("log x\n", 1, .key(.malformed)),
            ("log \(log)\nlog \(log)\n", 2, .duplicateKey),
            ("log \(one)\n", 1, .wrongKeyKind(.ed25519Cosignature)),
            ("witness a\n", 1, .wrongWordCount),
            ("witness \(one)\n", 1, .wrongWordCount),
            ("witness a \(one) u v\n", 1, .wrongWordCount),
            ("witness a \(log)\n", 1, .wrongKeyKind(.ed25519)),
            ("witness a \(one)\nwitness b \(one)\n", 2, .duplicateKey),
            ("witness a \(one)\nwitness a \(two)\n", 2, .duplicateName(PolicyWord("a"))),
            ("witness none \(one)\n", 1, .duplicateName(PolicyWord("none"))),
            ("\(both)group g 1\n", 3, .wrongWordCount),
            ("\(both)group g a b\n", 3, .malformedThreshold),
            ("\(both)group g 0 a b\n", 3, .malformedThreshold),
            ("\(both)group g 3 a b\n", 3, .malformedThreshold),
            ("\(both)group g 02 a b\n", 3, .malformedThreshold),
            ("\(both)group g -1 a b\n", 3, .malformedThreshold),
            ("\(both)group g 18446744073709551617 a b\n", 3, .malformedThreshold),
            ("\(both)group g ALL a b\n", 3, .malformedThreshold),
            ("\(both)group g any a a\n", 3, .alreadyMember(PolicyWord("a"))),
            ("\(both)group g any a none\n", 3, .alreadyMember(PolicyWord("none"))),
            ("\(both)group g any a c\n", 3, .unknownName(PolicyWord("c"))),
            ("\(both)group g any g\n", 3, .unknownName(PolicyWord("g"))),
            ("\(both)group a any b\n", 3, .duplicateName(PolicyWord("a"))),
            ("\(both)group none any b\n", 3, .duplicateName(PolicyWord("none"))),
            ("\(both)group g any a\ngroup h any a b\n", 4, .alreadyMember(PolicyWord("a"))),
            (
                "\(both)group g any a\ngroup h all g b\ngroup i any g\n", 5,
                .alreadyMember(PolicyWord("g"))
            ),
        ]
        for (file, line, reason) in cases {
            #expect(
                refusal(PolicyFileError.self) { try TrustPolicy(parsing: file.utf8) }
                    == PolicyFileError(line: line, reason: reason), "\(file.debugDescription)")
        }
        // One public key under two names is one witness.
        let renamed = try VerifierKey(
            witness: KeyName("elsewhere"), key: signingKey(11).verificationKey)
        #expect(
            refusal(PolicyFileError.self) {
                try TrustPolicy(parsing: "witness a \(one)\nwitness b \(renamed)\n".utf8)
            } == PolicyFileError(line: 2, reason: .duplicateKey))
    }

    @Test func limits() throws {
        var file = ""
        for byte in UInt8(1)...65 {
            file +=
                "witness w\(byte) "
                + VerifierKey(
                    witness: try KeyName("w\(byte)"), key: signingKey(byte).verificationKey
                ).text + "\n"
        }
        #expect(
            refusal(PolicyFileError.self) {
                try TrustPolicy(parsing: (file + "quorum none\n").utf8)
            }
                == PolicyFileError(line: 65, reason: .tooMany))
        let logs = file.split(separator: "\n").enumerated().map { number, _ in
            "log "
                + VerifierKey(
                    log: try! KeyName("l"), key: signingKey(UInt8(number + 1)).verificationKey
                ).text + "\n"
        }
        #expect(
            refusal(PolicyFileError.self) { try TrustPolicy(parsing: logs.joined().utf8) }
                == PolicyFileError(line: 65, reason: .tooMany))
        // A chain of groups, as deep as there may be.
        var chain = "witness g0 \(trust.witnesses[0].verifierKey)\n"
        for number in 1...64 { chain += "group g\(number) all g\(number - 1)\n" }
        let deep = try TrustPolicy(
            parsing: "log \(trust.signer.verifierKey)\n\(chain)quorum g64\n".utf8)
        #expect(throws: Never.self) { try deep.verify(trust.note([1])) }
        #expect(
            refusal(PolicyFileError.self) {
                try TrustPolicy(parsing: "\(chain)group g65 all g64\n".utf8)
            } == PolicyFileError(line: 66, reason: .tooMany))
        let long = [UInt8](repeating: 0x0a, count: TrustPolicy.maximumBytes + 1)
        #expect(
            refusal(PolicyFileError.self) { try TrustPolicy(parsing: long) }
                == PolicyFileError(line: 0, reason: .tooLarge(bytes: long.count)))
    }

    /// Witnesses whose keys cannot be checked here are known, and never agree.
    @Test func postQuantumWitnesses() throws {
        let key = try postQuantumKey("witness.example/pq", 1)
        let lines = "witness pq \(key)\n"
        #expect(
            refusal(PolicyFileError.self) { try trust.policy("\(lines)quorum pq\n") }
                == PolicyFileError(line: 0, reason: .unreachableQuorum))
        #expect(
            refusal(PolicyFileError.self) {
                try trust.policy("\(lines)group g all w1 pq\nquorum g\n")
            } == PolicyFileError(line: 0, reason: .unreachableQuorum))
        let policy = try trust.policy("\(lines)group g 2 w1 w2 pq\nquorum g\n")
        let line = NoteSignature(
            name: key.name, keyID: key.id, signature: [UInt8](repeating: 0, count: 2_428))
        #expect(
            refusal(PolicyError.self) { try policy.verify(trust.note([1]).adding(line)) }
                == .quorumNotMet(have: 1, need: 2))
        #expect(throws: Never.self) { try policy.verify(trust.note([1, 2]).adding(line)) }
    }
}
