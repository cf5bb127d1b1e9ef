import Curve

/// A Merlin transcript (version 1.0): what prover and verifier have said so far, from which the
/// verifier's challenges are drawn.
///
/// A challenge depends on every label and message before it, and on their order and lengths.
public struct Transcript: Sendable {
    private var strobe: Strobe

    /// Begins a transcript under the label of an application.
    public init(label: String) {
        strobe = Strobe(protocolLabel: "Merlin v1.0")
        append("dom-sep", Array(label.utf8))
    }

    /// Absorbs a message of less than 2³² bytes.
    public mutating func append(_ label: StaticString, _ message: [UInt8]) {
        frame(label, message.count)
        strobe.associatedData(message)
    }

    /// Absorbs the message of eight bytes, least significant first.
    public mutating func append(_ label: StaticString, _ number: UInt64) {
        frame(label, 8)
        strobe.associatedData(number)
    }

    /// Draws a challenge of this many bytes.
    public mutating func challenge(_ label: StaticString, count: Int) -> [UInt8] {
        frame(label, count)
        return strobe.pseudorandom(count)
    }

    /// Metadata of every operation: the label and the length of what follows.
    private mutating func frame(_ label: StaticString, _ count: Int) {
        guard let length = UInt32(exactly: count) else {
            preconditionFailure("a message has less than 2³² bytes")
        }
        strobe.metadata(label)
        strobe.metadata(length: length)
    }
}

extension Transcript {
    mutating func append(_ label: StaticString, _ scalar: Scalar) {
        append(label, scalar.encoding)
    }

    /// A challenge scalar: 64 bytes, reduced.
    mutating func challengeScalar(_ label: StaticString) -> Scalar {
        Scalar(reducing: challenge(label, count: 64))
    }

    /// The prover's randomness at this point: a function of the whole transcript, of the witness
    /// and of fresh random bytes, so that neither a bad generator nor a repeated one reveals a
    /// witness.
    func proverRandomness(
        values: [UInt64], blindings: [Scalar], using random: inout some RandomNumberGenerator
    ) -> ProverRandomness {
        var keyed = self
        for value in values { keyed.rekey("witness", value.littleEndianBytes) }
        for blinding in blindings { keyed.rekey("witness", blinding.encoding) }
        let fresh = (0..<4).flatMap { _ in random.next().littleEndianBytes }
        keyed.rekey("rng", fresh)
        return ProverRandomness(strobe: keyed.strobe)
    }

    /// Makes the state depend on a secret, and overwrites the secret.
    private mutating func rekey(_ label: StaticString, _ secret: consuming [UInt8]) {
        frame(label, secret.count)
        strobe.key(secret)
        wipe(&secret)
    }
}

/// A stream of secret scalars for the prover.
protocol ScalarSource {
    mutating func next() -> Scalar
}

/// Secret scalars drawn from a transcript keyed with the witness and with fresh randomness.
struct ProverRandomness: ScalarSource {
    fileprivate var strobe: Strobe

    mutating func next() -> Scalar {
        strobe.metadata(length: 64, alone: true)
        var bytes = strobe.pseudorandom(64)
        defer { Curve.wipe(&bytes) }
        return Scalar(reducing: bytes)
    }

    mutating func wipe() { strobe.wipe() }
}

extension FixedWidthInteger {
    var littleEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
    }
}
