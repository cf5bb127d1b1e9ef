public import Cedar

extension PolicySetRefusal {
    /// What is wrong and where, for whoever wrote the policies.
    public var words: String {
        switch self {
        case .texts(let refusal): refusal.words
        case .policy(let error): error.words
        case .malformedIdentifier(let id):
            "the id \"\(id)\" isn't made of 1 to \(CedarPolicies.maximumIdentifierBytes) lower-case "
                + "letters, digits and hyphens"
        case .template(let id):
            "\(id) is a template (it has ?principal or ?resource), and nothing here fills those in"
        case .schemaCount(let count):
            "it has \(count) files of a schema, and a set has one: trine.cedarschema"
        case .unknownSchema(let file):
            "\(file) isn't the schema that this version of the rules knows, byte for byte"
        case .invalid(let error): error.words
        }
    }
}

extension PolicyTextsRefusal {
    var words: String {
        switch self {
        case .noFiles: "there is no file in it"
        case .tooManyFiles(let limit): "it has more than \(limit) files"
        case .malformedName(let name):
            "\"\(name)\" isn't a name of a policy file: lower-case letters, digits, hyphens, "
                + "then .cedar or .cedarschema"
        case .duplicateName(let name): "two files are called \(name)"
        case .tooLarge(let bytes, let limit): "it has \(bytes) bytes, and \(limit) are allowed"
        case .malformed: "it isn't the canonical JSON of a set's files"
        }
    }
}

extension PolicyError {
    /// `separation.cedar:12:3: found …`
    public var words: String {
        (source.map { $0 + ":" } ?? "") + "\(position): \(reason.words)"
    }
}

extension PolicyError.Reason {
    fileprivate var words: String {
        switch self {
        case .tooLong(let limit): "longer than the \(limit) bytes allowed"
        case .tooManyPolicies(let limit): "more than \(limit) policies"
        case .tooDeep(let limit): "nested more than \(limit) levels deep"
        case .unexpected(let found, let expected): "found \(found), expected \(expected)"
        case .missingIdentifier: "the policy has no @id(\"…\")"
        case .duplicatePolicy(let id): "there is a policy \(id) already"
        case .unknownCharacter: "a character that means nothing here"
        case .unterminatedString: "a text without its closing quote"
        case .invalidEscape: "an escape in a text that means nothing"
        case .integerTooLarge: "a number that is too large"
        case .reservedIdentifier(let name): "\(name) is a word of the language"
        case .invalidSlot(let name): "\(name) is neither ?principal nor ?resource"
        case .unknownFunction(let name): "there is no function \(name)"
        case .unknownMethod(let name): "there is no method \(name)"
        case .wrongCallStyle(let name): "\(name) is called in another way"
        case .wrongArgumentCount(let name, let expected, let found):
            "\(name) takes \(expected) arguments, and here are \(found)"
        case .notCallable: "this can't be called"
        case .notAVariable(let name): "there is no variable \(name)"
        case .unsupportedOperator(let sign): "there is no operator \(sign)"
        case .tooManyNegations: "too many negations in a row"
        case .ambiguousComparison: "comparisons in a row need parentheses"
        case .duplicateField(let name): "the field \(name) is there twice"
        case .duplicateAnnotation(let name): "the annotation @\(name) is there twice"
        case .notAnAction(let name): "\(name) isn't an action"
        case .slotMismatch: "a slot stands where another one belongs"
        case .noSuchTemplate(let id): "there is no template \(id)"
        }
    }
}

extension ValidationError {
    /// `separation.cedar:12:3: policy some-id doesn't fit the schema: …`
    public var words: String {
        let place = (source.map { $0 + ":" } ?? "") + "\(position)"
        let request = action.map { ", where \($0.id) is decided" } ?? ""
        return "\(place): policy \(policy) doesn't fit the schema\(request): \(reason.words)"
    }
}

extension ValidationError.Reason {
    fileprivate var words: String {
        switch self {
        case .unknownEntityType(let type): "there is no type \(type)"
        case .unknownAction(let action): "there is no \(action)"
        case .notAChoice(let entity): "there is no \(entity)"
        case .noApplicableAction: "no action is for such a principal and resource"
        case .unexpectedType(let found, let expected): "found \(found), expected \(expected)"
        case .differentTypes(let one, let other): "\(one) and \(other) can't be equal"
        case .noSuchAttribute(let name, let type): "\(name) isn't known of \(type)"
        case .unguardedAttribute(let name, let type):
            "\(name) may be absent from \(type): ask with has before"
        case .noTags(let type): "\(type) has no tags"
        case .unguardedTag(let type): "the tag may be absent from \(type): ask with hasTag before"
        case .emptySet: "a set of nothing has no type"
        case .notALiteral(let function): "\(function.rawValue) takes a text in quotes"
        case .malformedLiteral(let function, let text):
            "\"\(text)\" is no \(function.rawValue)"
        }
    }
}
