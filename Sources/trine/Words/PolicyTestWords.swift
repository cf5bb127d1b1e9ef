import Cedar
import CedarTools
import Rules
import Wire

// What can be wrong with a test of policies, with the files that it names, and with its requests.

extension DataError {
    var words: String {
        switch self {
        case .json(let error): error.words
        case .malformed(let place): "\(place) isn't what the format has there"
        case .noSuchValue(let place): "\(place) is null or a number that isn't a 64-bit integer"
        case .unsupportedFormat(let format): "the format \(format) isn't read; use cedar"
        case .notUTF8(let path): "\(path) isn't UTF-8"
        case .unknownFunction(let name, let place): "there is no function \(name), at \(place)"
        case .evaluation(let error, let place): "\(error.words), at \(place)"
        case .hierarchy(.duplicate(let uid)): "\(uid) is there twice, with other contents"
        case .hierarchy(.cycle(let uid)): "\(uid) is in itself"
        case .conformance(let error): error.words
        case .policies(let error): error.words
        case .schema(let error): error.words
        case .unexpectedAttribute(let place): "the schema has no \(place)"
        case .missingAttribute(let place): "there is no \(place), and the schema asks for it"
        }
    }
}

extension ConformanceError {
    fileprivate var words: String {
        switch self {
        case .undeclaredAction(let action): "the schema has no \(action)"
        case .undeclaredType(let type): "the schema has no type \(type)"
        case .notAChoice(let uid): "\(uid) isn't one of the choices of its type"
        case .principalNotAllowed(let type, let action): "no \(type) can ask for \(action)"
        case .resourceNotAllowed(let type, let action): "\(action) isn't done to a \(type)"
        case .contextMismatch(let place): "\(place) isn't as the schema says"
        case .attributeMismatch(let uid, let place): "\(place) of \(uid) isn't as the schema says"
        case .unexpectedTags(let uid): "\(uid) has tags, and its type has none"
        case .ancestorNotAllowed(let uid, let other): "\(uid) can't be in \(other)"
        case .actionMismatch(let action): "\(action) isn't as the schema declares it"
        }
    }
}

extension SchemaError {
    fileprivate var words: String {
        switch self {
        case .syntax(let error): "in the schema, \(error.words)"
        case .duplicate(let name): "the schema declares \(name) twice"
        case .reservedName(let name): "the schema can't declare \(name), a word of the language"
        case .undeclaredType(let name): "the schema has no type \(name)"
        case .undeclaredAction(let name): "the schema has no \(name)"
        case .cycle(let name): "in the schema, \(name) is part of itself"
        case .notARecord(let name): "in the schema, what \(name) has isn't a record"
        case .shadowed(let name): "the schema declares \(name) outside of a namespace and in one"
        }
    }
}

extension EvaluationError {
    var words: String {
        switch self {
        case .typeMismatch(let expected, let found):
            "\(expected.map { "\($0)" }.joined(separator: " or ")) expected, found \(found)"
        case .integerOverflow: "a number that is too large"
        case .noSuchEntity(let uid): "nothing is known of \(uid)"
        case .noSuchAttribute(let name): "there is no attribute \(name)"
        case .noSuchTag(let uid, let name): "\(uid) has no tag \(name)"
        case .wrongArgumentCount(let function, let found):
            "\(function) takes \(function.argumentCount) arguments, and here are \(found)"
        case .malformedExtensionValue(let function, let text): "\"\(text)\" is no \(function)"
        case .extensionOverflow(let function): "\(function) leads to a number that is too large"
        }
    }
}
