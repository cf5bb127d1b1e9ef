/// A signed note (C2SP signed-note) as received: a text and signatures, none of them checked.
///
/// It has one encoding, so ``bytes`` are those that were parsed.
public struct Note: Hashable, Sendable {
    /// The whole note: room for ``maximumSignatures`` of the longest assigned kind, 3.5 kB a line,
    /// and for the text.
    public static var maximumBytes: Int { 512 * 1024 }
    /// Four times what every verifier has to accept.
    public static var maximumSignatures: Int { 64 }

    /// What the signatures are claimed to be over; it ends in a newline. To be relied on only in a
    /// ``VerifiedNote``.
    public let unverifiedText: [UInt8]
    public private(set) var signatures: [NoteSignature]

    /// Reads a note; throws ``NoteError``.
    public init(parsing bytes: some Collection<UInt8>) throws(NoteError) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count) }
        let bytes = Array(bytes)
        try Self.checkText(bytes)
        guard let end = Self.endOfText(in: bytes) else { throw .noSignatures }
        unverifiedText = Array(bytes[..<end])
        signatures = []
        var lines = Lines(bytes[(end + 1)...])
        while let line = lines.next() {
            guard signatures.count < Self.maximumSignatures else { throw .tooManySignatures }
            guard let signature = NoteSignature(parsing: line) else {
                throw .malformedSignature(line: signatures.count + 1)
            }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { throw .noSignatures }
    }

    /// A note with one signature over `text`, which ends in a newline; throws ``NoteError``.
    public init(text: [UInt8], signedBy signer: NoteSigner) throws(NoteError) {
        try Self.checkText(text)
        unverifiedText = text
        signatures = [signer.signature(of: text)]
        try checkSize()
    }

    /// Adds a signature; throws ``NoteError/tooManySignatures`` and ``NoteError/tooLarge(bytes:)``.
    public func adding(_ signature: NoteSignature) throws(NoteError) -> Note {
        guard signatures.count < Self.maximumSignatures else { throw .tooManySignatures }
        var note = self
        note.signatures.append(signature)
        try note.checkSize()
        return note
    }

    /// The text, an empty line, and a line for each signature.
    public var bytes: [UInt8] {
        unverifiedText + [newline] + signatures.flatMap { $0.line }
    }

    /// Checks every signature of a key among `keys`; signatures of others are ignored.
    ///
    /// Throws ``NoteError/badSignature(_:)`` where one of them fails, and
    /// ``NoteError/noKnownSignature``.
    public func verified(by keys: some Collection<VerifierKey>) throws(NoteError) -> VerifiedNote {
        var valid: [VerifiedSignature] = []
        for signature in signatures {
            for key in keys where key.isVerifiable && key.made(signature) {
                valid.append(try key.verify(signature, of: unverifiedText))
            }
        }
        guard !valid.isEmpty else { throw .noKnownSignature }
        return VerifiedNote(text: unverifiedText, signatures: valid)
    }

    /// Where the text ends: before the last empty line, which isn't a part of it.
    private static func endOfText(in bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index > 0 {
            if bytes[index] == newline, bytes[index - 1] == newline { return index }
            index -= 1
        }
        return nil
    }

    private static func checkText(_ bytes: [UInt8]) throws(NoteError) {
        guard !bytes.contains(where: { $0 < 0x20 && $0 != newline }),
            String(validating: bytes, as: UTF8.self) != nil
        else { throw .notText }
        guard bytes.last == newline else { throw .noFinalNewline }
    }

    private func checkSize() throws(NoteError) {
        let count = bytes.count
        guard count <= Self.maximumBytes else { throw .tooLarge(bytes: count) }
    }
}

/// A signature line of a note, not checked: whose key is said to have made it, and the signature.
public struct NoteSignature: Hashable, Sendable {
    public let name: KeyName
    /// The first four bytes of a hash over name, kind and public key.
    public let keyID: UInt32
    /// At least one byte; its form depends on the key.
    public let signature: [UInt8]

    /// The line with its newline.
    public var line: [UInt8] {
        Array("\(Self.dash)\(name) ".utf8)
            + Base64.encode(Array(bigEndian: keyID) + signature) + [newline]
    }

    private static var dash: String { "\u{2014} " }
}

extension NoteSignature {
    /// Reads a line without its newline.
    init?(parsing line: ArraySlice<UInt8>) {
        guard let content = line.removing(prefix: Self.dash),
            let space = content.firstIndex(of: UInt8(ascii: " ")),
            let name = try? KeyName(parsing: content[..<space]),
            let bytes = Base64.decode(content[(space + 1)...]), bytes.count > 4,
            let keyID = UInt32(bigEndian: bytes.prefix(4))
        else { return nil }
        self.init(name: name, keyID: keyID, signature: Array(bytes.dropFirst(4)))
    }
}

/// A note with at least one signature by a key that the verifier knew, all of them valid.
public struct VerifiedNote: Hashable, Sendable {
    public let text: [UInt8]
    /// One or more, in the note's order; a key that signed twice is here twice.
    public let signatures: [VerifiedSignature]
}
