/// Why a note is refused.
public enum NoteError: Error, Hashable, Sendable {
    /// Longer than ``Note/maximumBytes``.
    case tooLarge(bytes: Int)
    /// Not UTF-8, or with a control character other than newline.
    case notText
    /// The text doesn't end in a newline.
    case noFinalNewline
    /// No empty line divides text from signatures, or no signature follows it.
    case noSignatures
    /// More than ``Note/maximumSignatures``.
    case tooManySignatures
    /// The signature line, counted from 1, isn't an em dash, a name and a signature in base64.
    case malformedSignature(line: Int)
    /// A key's name is empty, too long, or contains a plus, a space or a control character.
    case malformedName
    /// The signature of a known key doesn't fit the text.
    case badSignature(KeyName)
    /// No known key signed it.
    case noKnownSignature
}
