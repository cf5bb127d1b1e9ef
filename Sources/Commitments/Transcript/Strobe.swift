import Curve

/// The part of STROBE-128 (version 1.0.2) that Merlin transcripts use: meta-AD, AD, KEY and PRF.
struct Strobe: Sendable {
    /// Bytes of the state that are absorbed or squeezed between two permutations.
    private static let rate = 166

    private struct Flags {
        static let inbound: UInt8 = 1
        static let application: UInt8 = 2
        static let cipher: UInt8 = 4
        static let meta: UInt8 = 16
    }

    private var state = Keccak()
    private var position = 0
    private var operationStart: UInt8 = 0

    init(protocolLabel: StaticString) {
        let header: [UInt8] = [1, UInt8(Strobe.rate + 2), 1, 0, 1, 96]
        for (index, byte) in (header + "STROBEv1.0.2".utf8).enumerated() {
            state.xor(byte, at: index)
        }
        state.permute()
        metadata(protocolLabel)
    }

    /// Metadata: a label.
    mutating func metadata(_ label: StaticString) {
        begin(Flags.meta | Flags.application)
        absorb(UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
    }

    /// Metadata: a length in four bytes, in the same operation as the label just given or, if
    /// `alone`, in one of its own.
    mutating func metadata(length: UInt32, alone: Bool = false) {
        if alone { begin(Flags.meta | Flags.application) }
        absorb(UInt64(length), count: 4)
    }

    mutating func associatedData(_ bytes: [UInt8]) {
        begin(Flags.application)
        bytes.withUnsafeBytes { absorb($0) }
    }

    /// Associated data of eight bytes, least significant first.
    mutating func associatedData(_ number: UInt64) {
        begin(Flags.application)
        absorb(number, count: 8)
    }

    mutating func key(_ bytes: [UInt8]) {
        begin(Flags.application | Flags.cipher)
        for byte in bytes {
            state.xor(byte ^ state.byte(at: position), at: position)
            advance()
        }
    }

    mutating func pseudorandom(_ count: Int) -> [UInt8] {
        begin(Flags.inbound | Flags.application | Flags.cipher)
        return (0..<count).map { _ in
            let byte = state.byte(at: position)
            state.xor(byte, at: position)
            advance()
            return byte
        }
    }

    /// Overwrites the state.
    mutating func wipe() {
        Curve.wipe(&state)
        position = 0
    }

    private mutating func begin(_ flags: UInt8) {
        let previous = operationStart
        operationStart = UInt8(position + 1)
        absorb(UInt64(previous) | UInt64(flags) << 8, count: 2)
        if flags & Flags.cipher != 0, position != 0 { permute() }
    }

    private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            absorb(UInt64(littleEndian: word), count: 8)
            index += 8
        }
        while index < bytes.count {
            absorb(UInt64(bytes[index]), count: 1)
            index += 1
        }
    }

    /// Absorbs the lowest bytes of a word, at most eight.
    private mutating func absorb(_ word: UInt64, count: Int) {
        var word = word
        var left = count
        while left > 0 {
            let offset = position & 7
            let part = min(8 - offset, left, Strobe.rate - position)
            let bits = part == 8 ? word : word & (1 << UInt64(8 * part) - 1)
            state.xor(bits << UInt64(8 * offset), atLane: position >> 3)
            word = part == 8 ? 0 : word >> UInt64(8 * part)
            left -= part
            position += part
            if position == Strobe.rate { permute() }
        }
    }

    @inline(__always)
    private mutating func advance() {
        position += 1
        if position == Strobe.rate { permute() }
    }

    private mutating func permute() {
        state.xor(operationStart, at: position)
        state.xor(0x04, at: position + 1)
        state.xor(0x80, at: Strobe.rate + 1)
        state.permute()
        position = 0
        operationStart = 0
    }
}
