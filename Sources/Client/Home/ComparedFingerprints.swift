public import Sharing
public import Wire

/// The fingerprints that the participant of a home compared with those that others told it, by
/// handle.
public struct ComparedFingerprints: Message, Hashable {
    struct Compared: Shaped, Hashable {
        let handle: Handle
        let fingerprint: Fingerprint

        static let shape = Shape<Compared>(
            Compared.init(handle:fingerprint:),
            .required("handle", \.handle, .handle),
            .required("fingerprint", \.fingerprint, .fingerprint))
    }

    private var all: [Compared]

    public init() { all = [] }
    private init(_ all: [Compared]) { self.all = all }

    public static let maximumBytes = 1 << 20
    private static let format = "trine-fingerprints/1"
    private var formatName: String { Self.format }

    public static let shape = Shape<ComparedFingerprints>(
        { (_, all) in ComparedFingerprints(all) },
        .required("format", \.formatName, .format(format)),
        .required("compared", \.all, .list(of: .object)))

    public subscript(handle: Handle) -> Fingerprint? {
        get { all.first { $0.handle == handle }?.fingerprint }
        set {
            all.removeAll { $0.handle == handle }
            if let newValue { all.append(Compared(handle: handle, fingerprint: newValue)) }
        }
    }
}

extension Codec where Value == Fingerprint {
    static let fingerprint = Codec.mapped(
        .text, "fingerprint", from: { Fingerprint(typed: $0) }, to: { $0.text })
}
