import Sharing
public import Wire

/// The rules that decide an entry aren't known to this program. Nothing that comes after can be
/// judged here; what came before stands.
public struct UnknownRules: Error, Hashable, Sendable {
    public let rules: Int64
    /// The first entry that can't be judged.
    public let index: Int64

    public init(rules: Int64, index: Int64) {
        self.rules = rules
        self.index = index
    }
}

/// Rules that the authorities announced.
public struct ComingRules: Shaped, Hashable {
    public let rules: Int64
    /// The first index that they can decide.
    public let from: Int64
    /// They decide nothing until log time is there.
    public let notBefore: Timestamp

    public static let shape = Shape<ComingRules>(
        ComingRules.init(rules:from:notBefore:),
        .required("rules", \.rules, .positive),
        .required("from", \.from, .positive),
        .required("not_before", \.notBefore, .time))
}

extension LogState {
    /// The version of the rules that decides entry `index`, where this is the state before it.
    ///
    /// The announced ones do from the first entry on whose index is at least `from` and before which
    /// log time has reached `notBefore`.
    public func rules(at index: Int64) -> Int64 {
        guard let upgrade, index >= upgrade.from, time >= upgrade.notBefore else { return rules }
        return upgrade.rules
    }

    /// What can't be judged from `index` on; `nil` where its rules are known.
    public func unknownRules(at index: Int64) -> UnknownRules? {
        let rules = rules(at: index)
        return Rules.known.contains(rules) ? nil : UnknownRules(rules: rules, index: index)
    }

    /// Makes the rules that decide entry `index` those in force.
    mutating func reach(_ index: Int64) {
        guard let upgrade, rules(at: index) == upgrade.rules else { return }
        rules = upgrade.rules
        rulesSince = upgrade.notBefore
        self.upgrade = nil
    }
}
