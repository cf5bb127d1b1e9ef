public import Sharing
public import Wire

/// Why a call, or what was served for it, isn't what the grant and the call say.
public enum ServingFault: Error, Equatable, Sendable {
    /// The call is for another log.
    case otherLog
    /// The call is another participant's, or for another grant.
    case foreignFetch
    /// The call isn't from just before the access.
    case staleFetch
    /// Something was served beyond what was granted.
    case notGranted
    /// Something was served beyond what was asked for.
    case notAskedFor
}

extension Fetch {
    /// Checks that this call is the grantee's, for this grant of this log, and as old as an access at
    /// `time` allows. Its key and signature are for the caller to check. Throws ``ServingFault``.
    public func check(
        by grantee: Handle, for grant: JTI, origin: Origin, log: Digest<Digested.Genesis>?,
        at time: Timestamp
    ) throws(ServingFault) {
        guard self.origin == origin, self.log == log else { throw .otherLog }
        guard issuer == grantee, self.grant == grant else { throw .foreignFetch }
        guard abs(time.seconds - issuedAt.seconds) <= Limits.fetchSeconds else {
            throw .staleFetch
        }
    }
}

extension GrantTerms {
    /// The fields that may be served: those granted with their commitments; for statements the
    /// commitments alone. `nil` where no type of the series has a field.
    public var servable: [FieldName]? {
        switch subject {
        case .fields(let names): scope.known?.withCommitments(names)
        case .statements: scope.known?.commitmentFields
        }
    }

    /// Checks that nothing was served beyond what was granted, or beyond what was asked for.
    /// Throws ``ServingFault``.
    public func check(_ served: Served, for fetch: Fetch) throws(ServingFault) {
        guard let servable, let asked = scope.known?.withCommitments(fetch.fields) else {
            throw .notGranted
        }
        guard Set(served.fields).isSubset(of: servable) else { throw .notGranted }
        guard Set(served.fields).isSubset(of: asked) else { throw .notAskedFor }
        for range in served.ranges {
            guard scope.covers(range) else { throw .notGranted }
            guard fetch.ranges.isEmpty || fetch.ranges.contains(where: { $0.contains(range) })
            else { throw .notAskedFor }
        }
    }
}

extension Scope {
    /// The books of single records; none for months.
    var listedBooks: Set<BookName> {
        guard case .records(let ranges) = self else { return [] }
        return Set(ranges.map(\.book))
    }

    /// The books of this scope that a fetch of `ranges` asks for: all, where it names none.
    func books(askedBy ranges: [RecordRange]) -> [BookName] {
        if !ranges.isEmpty { return Set(ranges.map(\.book)).filter { covers($0) }.sorted() }
        return switch self {
        case .months(let series, let months): months.map { BookName(series: series, month: $0) }
        case .records(let ranges): Set(ranges.map(\.book)).sorted()
        }
    }
}
