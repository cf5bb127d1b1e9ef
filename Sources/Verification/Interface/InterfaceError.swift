public import Wire

/// Why bytes aren't what the gateway's interface or a package prescribes, and where.
public struct InterfaceError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case tooLarge(bytes: Int, limit: Int)
        case json(JSONError)
        case claims(ClaimError)
        /// A list with more elements than this.
        case tooMany(limit: Int)
        /// A binary frame ends before its parts do.
        case truncated
        /// Bytes follow the last part.
        case trailingBytes
    }

    /// The member, as a path: `records/17/logged`; empty for the whole.
    public let place: String
    public let reason: Reason

    public init(place: String, reason: Reason) { (self.place, self.reason) = (place, reason) }

    init(_ place: Place, _ reason: Reason) {
        self.init(place: place.description, reason: reason)
    }
}

/// The way from the root of a JSON text to one of its values.
struct Place: CustomStringConvertible {
    enum Step {
        case member(StaticString)
        case element(Int)
    }

    private var steps: [Step] = []

    static let root = Place()

    func member(_ name: StaticString) -> Place { appending(.member(name)) }
    func element(_ index: Int) -> Place { appending(.element(index)) }

    private func appending(_ step: Step) -> Place {
        var place = self
        place.steps.append(step)
        return place
    }

    var description: String {
        steps.map {
            switch $0 {
            case .member(let name): "\(name)"
            case .element(let index): "\(index)"
            }
        }.joined(separator: "/")
    }
}
