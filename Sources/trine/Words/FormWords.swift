import Sharing
import Transparency
import Wire

// What can be wrong with the form of something that was signed, sent or saved.

extension MessageError: Worded {
    var complaint: Complaint {
        .refused("this isn't a package: \(words)")
            .hint("it may be cut off, or changed; ask for it again")
    }

    var words: String { reason.words + (place.isEmpty ? "" : ", at \(place)") }
}

extension MessageError.Reason {
    fileprivate var words: String {
        switch self {
        case .tooLarge(let bytes, let limit): "it has \(bytes) bytes, and \(limit) are allowed"
        case .json(let error): error.words
        case .claims(let error): "it \(error.words)"
        case .tooMany(let limit): "a list has more than \(limit) elements"
        case .truncated: "it ends too early"
        case .trailingBytes: "something follows its end"
        }
    }
}

extension ClaimError {
    /// What follows the name of what has it.
    var words: String {
        switch self {
        case .missing(let name): "has no \(name)"
        case .unexpected(let name): "has a \(name), which means nothing"
        case .malformed("threshold"), .malformed("weight"): "has a number that isn't a whole one"
        case .malformed(let name): "has a \(name) that isn't one"
        case .tooMany(let name, let limit): "has more than \(limit) \(name)"
        case .notAnObject: "isn't a JSON object"
        }
    }
}

extension JSONError {
    var words: String {
        switch self {
        case .unexpectedEnd: "its JSON ends too early"
        case .unexpectedByte(let offset): "it isn't JSON from byte \(offset) on"
        case .whiteSpace(let offset): "it has a space at byte \(offset), where none may be"
        case .trailingBytes(let offset): "something follows its JSON, at byte \(offset)"
        case .duplicateKey(let name): "it has \(name) twice"
        case .keysNotSorted(let name): "\(name) isn't in its place in the order of names"
        case .nonCanonicalNumber(let offset):
            "a number is spelled in another way, at byte \(offset)"
        case .nonCanonicalEscape(let offset): "a text is spelled in another way, at byte \(offset)"
        case .numberOutOfRange(let offset): "a number is too large, at byte \(offset)"
        case .invalidUTF8(let offset): "it isn't UTF-8, at byte \(offset)"
        case .tooDeep(let limit): "it is nested more than \(limit) levels deep"
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        }
    }
}

extension JWSError {
    fileprivate var words: String {
        switch self {
        case .tooLong(let limit): "it has more than \(limit) bytes"
        case .notThreeParts: "it hasn't three parts with points between"
        case .malformedHeader: "its header isn't one"
        case .malformedPayload: "its payload isn't one"
        case .malformedSignature: "its signature isn't one"
        case .wrongKey: "it names another key"
        case .badSignature: "its signature is wrong"
        }
    }
}

extension StatementError {
    var words: String {
        switch self {
        case .jws(let error): error.words
        case .json(let error): error.words
        case .claims(let error): "it \(error.words)"
        case .unknownType(let type): "its type \(type) is unknown"
        case .malformedIssuer: "its issuer isn't a handle"
        case .malformedSelectiveDigests: "its list of digests isn't one"
        case .disclosureNotInStatement(let name): "\(name) isn't among what was signed"
        case .disclosureTwice(let name): "\(name) is there twice"
        case .disclosuresIncomplete(let missing): "\(missing) of its claims are missing"
        case .malformedSelectiveClaim(let name): "its \(name) isn't one"
        }
    }
}

extension PolicyError {
    var words: String {
        switch self {
        case .note, .checkpoint: "it isn't a signed checkpoint, or its signature is wrong"
        case .unknownLog(let origin): "it is signed by no log that is trusted (\(origin))"
        case .quorumNotMet(let have, let need):
            "\(have) of the \(need) witnesses needed have signed it"
        }
    }
}

extension OpeningError {
    var words: String {
        switch self {
        case .malformed(let field): "\(field) isn't what such a field can be"
        case .wrongKeyOrTampered(let field): "\(field) doesn't open: it was changed"
        case .noKey(let field, let book, _): "there is no key for \(field) of \(book)"
        case .notCommitted(let field): "\(field) isn't what the record was signed with"
        case .contradiction(let field): "\(field) and its commitment contradict each other"
        case .envelope: "the envelope doesn't open"
        }
    }
}
