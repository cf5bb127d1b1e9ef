public import Interface
public import Wire

/// Why a gateway's answer isn't there, or is of no use.
public enum ConnectionError: Error, Equatable, Sendable {
    /// Nothing was sent: no gateway answers at its address.
    case unreachable(String)
    /// It was sent, but no complete answer came: whether it took effect is unknown.
    case interrupted(String)
    /// The gateway refuses, for a reason that stays the same when asked again.
    case refused(Problem)
    /// The gateway can't serve now: too busy, stopping, out of order.
    case unavailable(status: Int, Problem?)
    /// What came isn't what the interface prescribes.
    case malformed(path: String, MessageError?)
    case answerTooLarge(path: String, limit: Int)

    /// Whether the same may well succeed later.
    public var isPassing: Bool {
        switch self {
        case .unreachable, .interrupted, .unavailable: true
        case .refused, .malformed, .answerTooLarge: false
        }
    }

    /// Whether what was sent has certainly not taken effect and never will as it is.
    var isFinal: Bool {
        if case .refused = self { true } else { false }
    }

    init(_ error: TransportError, path: String) {
        switch error {
        case .unreachable(let detail): self = .unreachable(detail)
        case .interrupted(let detail): self = .interrupted(detail)
        case .answerTooLarge(let limit): self = .answerTooLarge(path: path, limit: limit)
        }
    }
}

extension Problem {
    /// A fact of the refusal that is a number. It is the gateway's word: what follows from it is
    /// checked against the client's own view first.
    func integer(_ name: String) -> Int64? { facts[name]?.int }
}
