import Custody
import Wire

/// The accesses of a view, as rows in two orders: what a list costs follows from what it lists, whether
/// a grant or a time is asked for.
struct KeptAccesses: Sendable {
    /// By grant and entry.
    private var byGrant = KeptList<KnownAccess>("access")
    /// By time and entry.
    private var byTime = KeptList<KnownAccess>("access-at")

    mutating func set(_ access: KnownAccess) {
        byGrant.set(Self.name(access), access)
        byTime.set(Self.place(access), access)
    }

    /// Those of `times`, or all, in the order of the log. Throws ``HomeError``, as all that follows does.
    func all(in times: Range<Timestamp>?, of rows: KeptRows) throws(HomeError) -> [KnownAccess] {
        let span = times.map { times in
            RowSpan.between(Self.place(times.lowerBound), Self.place(times.upperBound))
        }
        return Self.ordered(try byTime.values(in: span ?? .under(""), of: rows))
    }

    /// What was served under a grant, in the order of the log.
    func all(under grant: JTI, of rows: KeptRows) throws(HomeError) -> [KnownAccess] {
        Self.ordered(try byGrant.values(in: .under("\(grant)/"), of: rows))
    }

    /// Lets go of what was served under a grant.
    mutating func remove(under grant: JTI, of rows: KeptRows) throws(HomeError) {
        for access in try all(under: grant, of: rows) {
            byGrant.set(Self.name(access), nil)
            byTime.set(Self.place(access), nil)
        }
    }

    mutating func settle(in rows: inout KeptRows) {
        byGrant.settle(in: &rows)
        byTime.settle(in: &rows)
    }

    private static func name(_ access: KnownAccess) -> String { "\(access.grant)/\(access.index)" }

    private static func place(_ access: KnownAccess) -> String {
        "\(place(access.at))/\(access.index)"
    }

    /// Times of the same length have the order of their digits.
    private static func place(_ time: Timestamp) -> String {
        let digits = String(time.seconds)
        return String(repeating: "0", count: digitCount - digits.count) + digits
    }

    private static let digitCount = String(Timestamp.maximum).count

    private static func ordered(
        _ values: [(key: String, value: KnownAccess)]
    ) -> [KnownAccess] {
        values.map(\.value).sorted { $0.index < $1.index }
    }
}
