import TestSupport
import Testing

@testable import Sharing
@testable import Wire

@Suite struct PaddingTests {
    static let minima = Set(
        RecordTypes.standard.all.flatMap { $0.fields.map(\.minimumPaddedBytes) } + [1, 16])

    @Test(arguments: minima.sorted())
    func roundTrip(_ minimum: Int) {
        var previous = 0
        for count in Array(0..<700) + stride(from: 700, to: 40_000, by: 397) {
            let bytes = [UInt8](repeating: UInt8(count & 1) * 0x80, count: count)
            let padded = Padding.pad(bytes, minimum: minimum)
            #expect(padded.count == Padding.paddedCount(count, minimum: minimum))
            #expect(Padding.unpad(padded).map(Array.init) == bytes)
            #expect(padded.count >= max(minimum, count + 1))
            #expect(padded.count >= previous, "longer content is never shorter")
            // Doubling up to 4 KiB, then at most an eighth more.
            #expect(
                padded.count <= max(minimum, 2 * (count + 1))
                    && (count < 4096 || padded.count <= max(minimum, 8192, (count + 1) * 9 / 8)))
            previous = padded.count
        }
    }

    /// Up to 4 KiB there are few lengths, and above they stay logarithmically few.
    @Test func fewLengths() {
        let lengths = Set((0..<4096).map { Padding.paddedCount($0, minimum: 128) })
        #expect(lengths == [128, 256, 512, 1024, 2048, 4096])
        let long = Set((4096..<(1 << 20)).map { Padding.paddedCount($0, minimum: 128) })
        #expect(long.count < 200)
    }

    /// Padmé's own definition (Nikitin et al., PETS 2019, algorithm 1), with floating point.
    @Test func padme() {
        for count in [4097, 5000, 8191, 8192, 8193, 65_535, 65_537, 1_000_000, 3_999_999] {
            let exponent = Int(Double.binaryLogarithm(count))
            let significant = Int(Double.binaryLogarithm(exponent)) + 1
            let low = exponent - significant
            let mask = (1 << low) - 1
            #expect(Padding.padme(count) == (count + mask) & ~mask)
        }
        #expect(Padding.padme(4097) == 4352)
    }

    @Test(
        arguments: [[], [0], [0, 0, 0], [1], [0x80, 1], [0x80, 0x81, 0], [0x7f, 0]] as [[UInt8]])
    func refuses(_ bytes: [UInt8]) { #expect(Padding.unpad(bytes) == nil) }

    @Test func marker() {
        #expect(Padding.unpad([0x80]).map(Array.init) == [])
        #expect(Padding.unpad([1, 0, 0x80, 0x80, 0]).map(Array.init) == [1, 0, 0x80])
    }

    /// An ordinary value and an absent one can't be told apart by length, nor a commitment from the
    /// null in its place, whatever the field is called and counted in.
    @Test func hidesWhetherAValueIsThere() throws {
        var random = SeededGenerator(seed: 3)
        let full = try SealedRecord.seal(
            World.invoice(amount: "-1407374883553.27"), at: World.place, jti: World.jti(1),
            by: World.signer, keys: World.schedule, time: World.time, using: &random)
        func count(_ name: String, _ value: JSON, minimum: Int) -> Int {
            let disclosure = Disclosure(salt: .init(using: &random), name: name, value: value)
            let bytes = (Base64URL.decode(disclosure.text) ?? []).count
            return Padding.paddedCount(bytes, minimum: minimum)
        }
        for field in RecordType.invoice.fields {
            guard let name = field.commitmentName else { continue }
            if field.kind == .amount {
                let longest: JSON = ["unit": "CLF", "value": "-14073748835.5327"]
                let least = field.minimumPaddedBytes
                #expect(count(field.name.text, longest, minimum: least) == least)
            }
            #expect(
                full.fields[name]?.bytes.count
                    == FieldDefinition.commitmentPaddedBytes + FieldCiphertext.nonceBytes
                    + FieldCiphertext.tagBytes, "\(name)")
        }
        let name =
            String(repeating: "x", count: FieldDefinition.maximumCommittedName)
            + FieldDefinition.commitmentSuffix
        let longest: JSON = [
            "c": .string(String(repeating: "A", count: 43)), "scale": 3, "unit": "rec20/KGM",
        ]
        let least = FieldDefinition.commitmentPaddedBytes
        #expect(count(name, longest, minimum: least) == least)
        #expect(count(name, .null, minimum: least) == least)
    }
}

extension Double {
    /// ⌊log₂ n⌋.
    static func binaryLogarithm(_ count: Int) -> Double.Exponent { Double(count).exponent }
}
