public import Wire

/// The requests that the participant of a home won't answer. Who asked isn't told; nothing of it is
/// on the log.
public struct DeclinedRequests: Message, Hashable {
    struct Declined: Shaped, Hashable {
        let request: JTI
        let at: Timestamp

        static let shape = Shape<Declined>(
            Declined.init(request:at:),
            .required("request", \.request, .jti), .required("at", \.at, .time))
    }

    private var all: [Declined]

    public init() { all = [] }
    private init(_ all: [Declined]) { self.all = all }

    public static let maximumBytes = 1 << 20
    private static let format = "trine-declined/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<DeclinedRequests>(
        { (_, all) in DeclinedRequests(all) },
        .required("format", \.formatName, .format(format)),
        .required("declined", \.all, .list(of: .object)))

    /// When it was declined; `nil` where it wasn't.
    public subscript(request: JTI) -> Timestamp? {
        get { all.first { $0.request == request }?.at }
        set {
            all.removeAll { $0.request == request }
            if let newValue { all.append(Declined(request: request, at: newValue)) }
        }
    }
}
