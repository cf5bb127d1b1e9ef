public import Sharing
public import Wire

/// The epochs that grants over one enterprise's series were given.
public struct EpochState: StateObject {
    public static let family = "epochs"
    public static let pattern = StateName.Pattern.series
    public static let origin = StateOrigin.selectiveClaims
    public static func key(_ handle: Handle, _ series: Series) -> StateKey.Of<EpochState> {
        .init(.series(handle, series))
    }

    /// A grant that can still be used, and the highest epoch it can open.
    public struct Live: Shaped, Hashable {
        public var grant: JTI
        public var months: ClosedRange<Month>
        public var epoch: Int64
        public var expires: Timestamp

        private var span: MonthRange { .init(months) }

        public static let shape = Shape<Live>(
            { (grant, months, epoch, expires) throws(ClaimError) in
                Live(grant: grant, months: try months.range(), epoch: epoch, expires: expires)
            },
            .required("grant", \.grant, .jti), .part(\.span, MonthRange.shape),
            .required("epoch", \.epoch, .count), .required("expires", \.expires, .time))
    }

    /// Months in which an epoch is lost to a grant that ended.
    public struct Ended: Shaped, Hashable {
        public var months: ClosedRange<Month>
        public var epoch: Int64

        private var span: MonthRange { .init(months) }

        public static let shape = Shape<Ended>(
            { (months, epoch) throws(ClaimError) in
                Ended(months: try months.range(), epoch: epoch)
            },
            .part(\.span, MonthRange.shape), .required("epoch", \.epoch, .count))
    }

    public var live: [Live]
    /// Ascending by month, no two of them overlapping.
    public var ended: [Ended]

    public init() {
        live = []
        ended = []
    }

    public static let shape = Shape<EpochState>(
        { (live, ended) throws(ClaimError) in
            let ordered = zip(ended, ended.dropFirst()).allSatisfy {
                $0.months.upperBound < $1.months.lowerBound
            }
            guard ordered else { throw .malformed("dead") }
            var epochs = EpochState()
            epochs.live = live
            epochs.ended = ended
            return epochs
        },
        .required("given", \.live, .list(of: .object)),
        .required("dead", \.ended, .list(of: .object)))

    /// Moves grants that have expired at `time`, or are `revoked`, to those that ended.
    public mutating func retireEnded(at time: Timestamp, revoked: JTI? = nil) {
        for grant in live where grant.grant == revoked || grant.expires <= time {
            retire(grant.months, grant.epoch)
        }
        live.removeAll { $0.grant == revoked || $0.expires <= time }
    }

    /// Leaves nothing of epochs below `least`, which no record has any more in whatever month.
    mutating func forget(below least: Int64) { ended.removeAll { $0.epoch < least } }

    /// The lowest epoch that no grant which ended by `time` has in any of `months`.
    public func required(in months: ClosedRange<Month>, at time: Timestamp) -> Int64 {
        let lost = ended.filter { $0.months.overlaps(months) }.map(\.epoch)
        let expired = live.filter { $0.expires <= time && $0.months.overlaps(months) }.map(\.epoch)
        return ((lost + expired).max() ?? -1) + 1
    }

    /// The lowest epoch a new record of `month` may have at `time`.
    public func required(for month: Month, at time: Timestamp) -> Int64 {
        required(in: month...month, at: time)
    }

    /// Raises the lost epoch of these months, cutting ranges where they begin and end.
    private mutating func retire(_ months: ClosedRange<Month>, _ epoch: Int64) {
        var result: [Ended] = []
        var next = months.lowerBound.number
        let last = months.upperBound.number
        func add(_ low: Int, _ high: Int, _ epoch: Int64) {
            guard low <= high, let from = Month(number: low), let to = Month(number: high) else {
                return
            }
            if let previous = result.last, previous.epoch == epoch,
                previous.months.upperBound.number + 1 == low
            {
                result[result.count - 1].months = previous.months.lowerBound...to
            } else {
                result.append(Ended(months: from...to, epoch: epoch))
            }
        }
        for range in ended {
            let (low, high) = (range.months.lowerBound.number, range.months.upperBound.number)
            if next <= last && next < low {
                add(next, min(last, low - 1), epoch)
                next = low
            }
            if high < next || low > last {
                add(low, high, range.epoch)
                continue
            }
            add(low, next - 1, range.epoch)
            let end = min(high, last)
            add(max(low, next), end, max(range.epoch, epoch))
            add(end + 1, high, range.epoch)
            next = end + 1
        }
        add(next, last, epoch)
        ended = result
    }
}

/// The members `from` and `to`.
private struct MonthRange: Sendable {
    let from: Month
    let to: Month

    static let shape = Shape<MonthRange>(
        MonthRange.init(from:to:), .required("from", \.from, .month), .required("to", \.to, .month))

    func range() throws(ClaimError) -> ClosedRange<Month> {
        guard from <= to else { throw .malformed("to") }
        return from...to
    }
}

extension MonthRange {
    init(_ months: ClosedRange<Month>) {
        self.init(from: months.lowerBound, to: months.upperBound)
    }
}
