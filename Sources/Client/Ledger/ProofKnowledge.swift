import Sharing
import Wire

/// Bounds on sums of amounts, when what can be read is taken out of them and what was proven to be
/// the same is counted as one.
struct Knowledge {
    private let names: [JTI: String]
    private let places: Places
    private let readings: [ProofLedger.Reading]
    private let values: [AmountName: Int64]
    /// For each amount of a group that was proven to be the same, the group's first and its members.
    private var first: [AmountName: AmountName] = [:]
    private var groups: [AmountName: Set<AmountName>] = [:]
    private var bounds: [Quantity: Interval] = [:]
    /// What linked records say of themselves: that they come to nothing together is no news.
    private var stated: [Quantity: Interval] = [:]

    init(
        _ answers: [ProofLedger.Answer], _ readings: [ProofLedger.Reading],
        _ values: [AmountName: Int64], _ names: [JTI: String]
    ) {
        self.names = names
        self.places = Places(names)
        self.readings = readings
        self.values = values
        for answer in answers {
            for (left, right) in answer.equals(places) { join(left, right) }
        }
        bounds = learned(answers)
        for answer in answers where answer.statement.isLinked {
            for (form, interval) in answer.says(places) {
                let whole = reduced(form) { _ in nil }.0
                guard let (quantity, interval) = whole.normal(interval, without: 0) else {
                    continue
                }
                stated[quantity, default: Interval()].intersect(interval)
            }
        }
    }

    private mutating func join(_ left: AmountName, _ right: AmountName) {
        let members = group(left).union(group(right))
        guard let leader = members.min() else { return }
        for member in members { first[member] = leader }
        groups[leader] = members
    }

    private func leader(_ name: AmountName) -> AmountName { first[name] ?? name }

    private func group(_ name: AmountName) -> Set<AmountName> { groups[leader(name)] ?? [name] }

    private func isReadable(_ name: AmountName) -> Bool {
        readings.contains { $0.has(name) }
    }

    /// Whether it, or an amount that is the same, can be read.
    private func isKnown(_ name: AmountName) -> Bool { group(name).contains(where: isReadable) }

    /// Its value, where the grantee knows it and it is still there.
    private func value(_ name: AmountName) -> Int64? {
        group(name).filter(isReadable).compactMap { values[$0] }.first
    }

    private func learned(_ answers: [ProofLedger.Answer]) -> [Quantity: Interval] {
        var bounds: [Quantity: Interval] = [:]
        for (form, interval) in answers.flatMap({ $0.says(places) }) {
            let (rest, constant) = reduced(form) { value($0) }
            guard let (quantity, interval) = rest.normal(interval, without: constant) else {
                continue
            }
            bounds[quantity, default: Interval()].intersect(interval)
        }
        return bounds
    }

    /// The form in the groups' first amounts, without those that `known` has a value of.
    private func reduced(
        _ form: Form, known: (AmountName) -> Int64?
    ) -> (Form, constant: Int128) {
        var constant: Int128 = 0
        var weights: [AmountName: Int64] = [:]
        for (name, weight) in form.weights {
            if let value = known(name) {
                constant += Int128(weight) * Int128(value)
            } else {
                weights[leader(name), default: 0] += weight
            }
        }
        return (
            Form(
                weights: weights.filter { $0.value != 0 }, units: form.units, field: form.field),
            constant
        )
    }

    // MARK: What is known too well

    /// What is known exactly or nearly now, and wasn't `before`. `old` are the answers from then: of
    /// the same bounds in other terms nothing is new.
    func pinned(
        since before: Knowledge, old answers: [ProofLedger.Answer]
    ) -> [ProofWarning] {
        let (singles, earlier) = (amounts, before.amounts)
        var warnings: [ProofWarning] = []
        for (name, fact) in singles where earlier[name] != fact {
            switch fact {
            case .within(let interval, let units):
                warnings.append(warning(Quantity(weights: [name: 1], units: units), interval))
            case .readable:
                warnings.append(.readable(Quantity(weights: [name: 1], units: []).words(names)))
            }
        }
        let same = learned(answers)
        for (quantity, interval) in bounds where quantity.weights.count > 1 {
            guard interval.isTight(in: quantity.units), before.bounds[quantity] != interval,
                stated[quantity] != interval,
                same[quantity] != interval || readings.count > before.readings.count,
                !quantity.weights.keys.allSatisfy(isKnown)
            else { continue }
            warnings.append(warning(quantity, interval))
        }
        return warnings.sorted { "\($0)" < "\($1)" }
    }

    private func warning(_ quantity: Quantity, _ interval: Interval) -> ProofWarning {
        .pinned(
            quantity.words(names), low: interval.low.map(quantity.text) ?? "",
            high: interval.high.map(quantity.text) ?? "")
    }

    /// Why a single amount that can't be read is known all the same.
    private enum Fact: Equatable {
        case within(Interval, units: [CommittedUnit])
        /// Another one that is the same can be read.
        case readable
    }

    private var amounts: [AmountName: Fact] {
        var known: [AmountName: Fact] = [:]
        for (quantity, interval) in bounds where quantity.weights.count == 1 {
            guard interval.isTight(in: quantity.units), let name = quantity.weights.keys.first
            else { continue }
            for member in group(name) where !isReadable(member) {
                known[member] = .within(interval, units: quantity.units)
            }
        }
        for members in groups.values where members.contains(where: isReadable) {
            for member in members where !isReadable(member) { known[member] = .readable }
        }
        return known
    }

    /// New sums of which an old one lacks, or has besides, but a few records.
    func nearlySame(
        _ added: [ProofLedger.Answer], as old: [ProofLedger.Answer]
    ) -> [ProofWarning] {
        let earlier = old.compactMap { answer in
            answer.sum(places).flatMap { sum in answer.grant.map { (unknown(sum), $0) } }
        }
        var warnings: [ProofWarning] = []
        for new in added.compactMap({ $0.sum(places).map(unknown) }) {
            for (form, grant) in earlier where form.units == new.units {
                let difference = new.minus(form)
                guard difference.weights.count < form.weights.count + new.weights.count,
                    (1...ProofLedger.fewRecords).contains(difference.records.count)
                else { continue }
                let warning = ProofWarning.nearlySame(
                    field: new.field, grant: grant, records: words(difference.records))
                if !warnings.contains(warning) { warnings.append(warning) }
            }
        }
        return warnings
    }

    /// Sums of which but a few records can't be read; those only that could be read less of before.
    func rests(
        of answers: [ProofLedger.Answer], since before: Knowledge?
    ) -> [ProofWarning] {
        var warnings: [ProofWarning] = []
        for form in answers.flatMap({ $0.sums(places) }) {
            let rest = unknown(form)
            guard rest.weights.count < form.weights.count,
                (1...ProofLedger.fewRecords).contains(rest.records.count),
                // A sum that is small as a whole is no news until one record is left.
                form.records.count > ProofLedger.fewRecords || rest.records.count == 1,
                before.map({ $0.unknown(form).weights.count > rest.weights.count }) ?? true,
                form.weights.keys.contains(where: isKnown)
            else { continue }
            let warning = ProofWarning.rest(field: form.field, records: words(rest.records))
            if !warnings.contains(warning) { warnings.append(warning) }
        }
        return warnings
    }

    private func unknown(_ form: Form) -> Form {
        reduced(form) { isKnown($0) ? 0 : nil }.0
    }

    private func words(_ records: Set<JTI>) -> [String] {
        records.map { names[$0] ?? $0.text }.sorted()
    }
}
