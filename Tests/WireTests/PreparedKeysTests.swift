import Foundation
import TestSupport
import Testing

@testable import Wire

/// Which keys are prepared.
@Suite struct PreparedKeysTests {
    private static func keys(_ count: Int) -> [VerificationKey] {
        (0..<count).map {
            var seed = [UInt8](repeating: 0, count: 32)
            (seed[0], seed[1]) = (UInt8($0 & 255), UInt8($0 >> 8))
            return SigningKey(seed: Secret(copying: seed)).verificationKey
        }
    }

    private static func prepare(_ key: VerificationKey, in keys: PreparedKeys) {
        for _ in 0..<PreparedKeys.checksBefore { keys.noteValid(key) }
    }

    @Test func aKeyIsPreparedAfterSomeChecks() {
        let keys = PreparedKeys(limit: 4)
        let key = Self.keys(1)[0]
        for _ in 1..<PreparedKeys.checksBefore {
            keys.noteValid(key)
            #expect(keys.find(key) == nil)
        }
        keys.noteValid(key)
        #expect(keys.find(key) != nil)
        #expect(keys.count == 1)
    }

    @Test func theOneUsedLongestAgoMakesWay() {
        let prepared = PreparedKeys(limit: 3)
        let keys = Self.keys(4)
        for key in keys[..<3] { Self.prepare(key, in: prepared) }
        _ = prepared.find(keys[0])
        Self.prepare(keys[3], in: prepared)
        #expect(prepared.count == 3)
        #expect(keys.map { prepared.find($0) != nil } == [true, false, true, true])
    }

    /// Checked together, each signature has the verdict that it has alone, whether its key is prepared or
    /// not, and wherever the wrong ones stand.
    @Test func manyAreCheckedAsEachAlone() {
        var random = SeededGenerator.printed()
        let prepared = PreparedKeys(limit: 4)
        let signers = (0..<6).map { number in
            SigningKey(seed: Secret(copying: [UInt8](repeating: UInt8(number), count: 32)))
        }
        for signer in signers[..<3] { Self.prepare(signer.verificationKey, in: prepared) }
        for count in [0, 1, 2, 16, 50] {
            let all = (0..<count).map { _ in
                let (signer, other) = (random.number(0...5), random.number(0...5))
                let jws = JWS(signing: Array("{}".utf8), type: "test", with: signers[signer])
                return (jws: jws, key: signers[random.chance(70) ? signer : other].verificationKey)
            }
            let verdicts = prepared.areValid(all)
            #expect(verdicts == all.map { $0.key.thumbprint == $0.jws.kid })
            #expect(count < 16 || Set(verdicts) == [true, false])
        }
    }

    /// The keys that check most signatures get wider multiples, and no more of them than there may be.
    @Test func busyKeysGetWiderMultiples() throws {
        let prepared = PreparedKeys(limit: PreparedKeys.maximumWide + 2)
        let keys = Self.keys(PreparedKeys.maximumWide + 2)
        for key in keys { Self.prepare(key, in: prepared) }
        for key in keys {
            for _ in 1..<PreparedKeys.checksBeforeWide { _ = prepared.find(key) }
        }
        #expect(prepared.wideCount == 0)
        for key in keys { _ = prepared.find(key) }
        #expect(prepared.wideCount == PreparedKeys.maximumWide)
        let signer = SigningKey(seed: Secret(copying: [UInt8](repeating: 0, count: 32)))
        let signature = signer.signature(of: [1, 2, 3])
        for _ in 0...PreparedKeys.checksBeforeWide {
            try #require(
                prepared.isValid(
                    signature: signature, of: [1, 2, 3], by: signer.verificationKey))
        }
        #expect(prepared.wideCount == PreparedKeys.maximumWide)
        prepared.leaveToLibsodium()
        #expect(prepared.wideCount == 0)
    }

    /// Keys that are seen now and then cost a bounded amount of memory.
    @Test func countsAreBounded() {
        let prepared = PreparedKeys(limit: 2)
        for key in Self.keys(PreparedKeys.maximumCounted + 10) { prepared.noteValid(key) }
        #expect(prepared.countedKeys <= PreparedKeys.maximumCounted)
        #expect(prepared.count == 0)
    }

    @Test func nothingIsPreparedWhereItIsLeftToLibsodium() {
        let prepared = PreparedKeys(limit: 4)
        let keys = Self.keys(2)
        Self.prepare(keys[0], in: prepared)
        prepared.leaveToLibsodium()
        #expect(prepared.find(keys[0]) == nil)
        Self.prepare(keys[1], in: prepared)
        #expect(prepared.count == 0)
    }

    /// Many threads check the signatures of more keys than are kept.
    @Test func manyAtOnce() async {
        let signers = (0..<12).map { SigningKey.test(UInt8($0 + 1)) }
        let prepared = PreparedKeys(limit: 5)
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(task))
                    var wrong = 0
                    for _ in 0..<400 {
                        let signer = signers[random.number(0...11)]
                        let message = random.bytes(20)
                        var signature = signer.signature(of: message)
                        let isDamaged = random.chance(30)
                        if isDamaged { signature[random.number(0...63)] ^= 1 }
                        let valid = prepared.isValid(
                            signature: signature, of: message, by: signer.verificationKey)
                        if valid == isDamaged { wrong += 1 }
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
        #expect(prepared.count <= 5)
    }
}
