import Sharing
import Synchronization
import Wire

/// The keys that open fields, each month's derived once.
struct FieldKeys: Sendable {
    private struct MonthName: Hashable {
        let field: FieldName
        let epoch: Int64
        let month: Month
    }

    private struct SingleName: Hashable {
        let field: String
        let record: JTI
    }

    /// Derives the key of one field in one month and epoch, where it can.
    private let derive: @Sendable (_ field: FieldName, _ epoch: Int64, _ month: Month) -> MonthKey?
    private let singles: [SingleName: FieldKey]
    /// By field, in the order of ``places``.
    private let listed: [String: [FieldKey]]
    private let places: RecordPlaces
    private let months = DerivedKeys()

    /// What was derived so far. A key that two cores ask for at once may be derived twice.
    private final class DerivedKeys: Sendable {
        private let keys = Mutex<[MonthName: MonthKey?]>([:])

        subscript(name: MonthName) -> MonthKey?? { keys.withLock { $0[name] } }

        func keep(_ key: MonthKey?, as name: MonthName) {
            keys.withLock { $0[name] = .some(key) }
        }
    }

    /// The keys of an envelope, of a grant with this scope.
    init(_ granted: GrantedKeys, scope: Scope) {
        let nodes = Dictionary(grouping: granted.nodes, by: \.field)
        derive = { @Sendable field, epoch, month in
            nodes[field.text]?.first { $0.epoch == epoch && $0.node.position.contains(month) }?
                .node.monthKey(month)
        }
        singles = Dictionary(
            granted.singles.map { (SingleName(field: $0.field, record: $0.record), $0.key) }
        ) { first, _ in first }
        listed = Dictionary(granted.listed.map { ($0.field, $0.keys) }) { first, _ in first }
        places = RecordPlaces(scope)
    }

    /// The keys of the enterprise itself.
    init(_ schedule: KeySchedule, type: RecordType) {
        derive = { @Sendable field, epoch, month in
            schedule.root(type: type.name, field: field, epoch: epoch).monthKey(month)
        }
        (singles, listed, places) = ([:], [:], RecordPlaces(nil))
    }

    /// Throws ``Sharing/OpeningError/noKey(field:book:epoch:)``.
    private func key(
        of field: FieldName, in record: RegisterRecord, _ jti: JTI
    ) throws(OpeningError) -> FieldKey {
        if let single = singles[SingleName(field: field.text, record: jti)] { return single }
        if let keys = listed[field.text], let place = places[record.book, record.number],
            keys.indices.contains(place)
        {
            return keys[place]
        }
        let name = MonthName(field: field, epoch: record.epoch, month: record.book.month)
        guard let month = month(name) else {
            throw .noKey(
                field: field.text, book: record.book.description, epoch: record.epoch)
        }
        return month.fieldKey(record: jti)
    }

    private func month(_ name: MonthName) -> MonthKey? {
        if let known = months[name] { return known }
        let key = derive(name.field, name.epoch, name.month)
        months.keep(key, as: name)
        return key
    }

    /// Opens the ciphertexts of one record. Throws ``PackageRefusal``.
    func disclosures(
        of entry: LocatedEntry, _ claims: RegisterRecord, from fields: [FieldCiphertext],
        log: Digest<Digested.Genesis>
    ) throws(PackageRefusal) -> [Disclosure] {
        let record = entry.statement
        let context = FieldContext(
            log: log, issuer: record.issuer, book: claims.book, record: record.jti)
        var disclosures: [Disclosure] = []
        disclosures.reserveCapacity(fields.count)
        for field in fields {
            do {
                let key = try key(of: field.name, in: claims, record.jti)
                disclosures.append(try field.open(key: key, context: context))
            } catch { throw entry.refusal(.fields(error)) }
        }
        return disclosures
    }
}

/// Where each record stands in the list of a scope, from 0.
private struct RecordPlaces {
    private var ranges: [BookName: [(range: RecordRange, start: Int64)]] = [:]

    init(_ scope: Scope?) {
        guard case .records(let listed) = scope else { return }
        var next: Int64 = 0
        for range in listed {
            ranges[range.book, default: []].append((range, next))
            // 256 ranges within 2⁵³ numbers don't overflow.
            next += range.to - range.from + 1
        }
    }

    subscript(book: BookName, number: Int64) -> Int? {
        ranges[book]?.first { $0.range.contains(number) }
            .map { Int($0.start + number - $0.range.from) }
    }
}
