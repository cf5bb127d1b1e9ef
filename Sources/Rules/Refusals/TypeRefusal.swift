public import Sharing
import Wire

/// Why a version of a record type can't be published.
public enum TypeRefusal: Error, Equatable, Sendable {
    /// The document with this digest isn't known, or isn't one of a type.
    case unknown
    /// The statement names another type or version than the document.
    case otherName
    /// It isn't what the earlier versions were, or not the next one.
    case incompatible(TypeIncompatibility)
    case tooMany(limit: Int)

    var entry: ProblemEntry {
        switch self {
        case .unknown:
            ProblemEntry("type-unknown", 422, "The document of the record type isn't known")
        case .otherName:
            ProblemEntry(
                "wrong-type-name", 422, "The document is of another type or version than is named")
        case .incompatible(let fault):
            ProblemEntry(
                "type-incompatible", 422, "The record type can't follow its earlier versions",
                "What a field is stays the same in all versions; a new name can be anything.",
                ["reason": .string(fault.words)])
        case .tooMany(let limit):
            ProblemEntry(
                "too-many-types", 422, "The log has as many record types as it can have", nil,
                ["limit": .integer(Int64(limit))])
        }
    }
}

extension TypeIncompatibility {
    /// What is wrong, as a phrase.
    public var words: String {
        switch self {
        case .seriesTaken(let name): "its series has the records of \(name)"
        case .wrongVersion(let have, let next): "it is version \(have), and the next one is \(next)"
        case .changed(let part): "it changes \(part.rawValue)"
        case .field(let field, let part, let version):
            "it changes the \(part.rawValue) of \(field), which is fixed since version \(version)"
        }
    }
}
