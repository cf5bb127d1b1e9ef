import Client
import Rules
import Sharing
import Wire

extension Proposal {
    /// What is decided, in words; a policy set with all its texts.
    func lines(naming name: (Handle) -> String) -> [String] {
        Self.lines(motion, blob, name).map(\.onOneLine)
    }

    private static func lines(
        _ motion: Motion, _ blob: [UInt8], _ name: (Handle) -> String
    ) -> [String] {
        if let admit = motion.claims as? Admit { return lines(admit, motion) }
        if let suspend = motion.claims as? Suspend {
            return ["Suspend \(name(suspend.handle))\(reason(motion))."]
        }
        if let reinstate = motion.claims as? Reinstate {
            return ["Reinstate \(name(reinstate.handle))\(reason(motion))."]
        }
        if let erase = motion.claims as? Erase, case .admission(_, let handle) = erase.target {
            return ["Erase the identity of \(name(handle)) for good\(reason(motion))."]
        }
        if let policies = motion.claims as? PublishPolicies { return lines(policies, blob) }
        if let published = motion.claims as? PublishType {
            return lines(published.type, motion, blob)
        }
        if let change = motion.claims as? ChangeCharter { return lines(change.charter, name) }
        if let upgrade = motion.claims as? Upgrade {
            return [
                "Move the log to rules \(upgrade.rules), from entry \(upgrade.from) on at the "
                    + "earliest, and not before seven days of log time after its entry."
            ]
        }
        if let time = motion.claims as? MoveTime {
            return ["Set log time, which was \(time.from), to \(motion.proposedAt)."]
        }
        return ["Something that the authorities don't decide: \(motion.kind.rawValue)."]
    }

    private static func reason(_ motion: Motion) -> String {
        (try? motion.opened() as? StatedReason).map { ": \($0.reason.rawValue)" } ?? ""
    }

    private static func lines(_ admit: Admit, _ motion: Motion) -> [String] {
        let roles = admit.roles.map(\.rawValue).joined(separator: ", ")
        var lines = ["Admit \(admit.handle) as \(roles), with \(counted(admit.keys.count, "key"))."]
        guard let identity = try? motion.opened() as? LegalIdentity else { return lines }
        lines.append("  name        \(identity.name)")
        lines.append("  country     \(identity.country)")
        lines.append("  known as    \(identity.identifiers.map(\.words).joined(separator: ", "))")
        lines.append("  size        \(identity.size?.rawValue ?? "not said")")
        if let reference = identity.dueDiligence { lines.append("  reference   \(reference)") }
        return lines
    }

    private static func lines(_ policies: PublishPolicies, _ blob: [UInt8]) -> [String] {
        let names = policies.files.map(\.name).joined(separator: ", ")
        let texts = (try? CedarPolicies(parsing: blob))?.texts.files ?? []
        return ["Put the policy set \(policies.set) in force: \(names)."]
            + texts.flatMap { file in
                ["", "\(file.name):"]
                    + file.text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { "  \($0)" }
            }
    }

    private static func lines(
        _ named: TypeVersion, _ motion: Motion, _ blob: [UInt8]
    ) -> [String] {
        let type = try? RecordType(document: blob, origin: motion.origin)
        let fields = Table<FieldDefinition>([
            .init("FIELD") { $0.name.text }, .init("CLASS") { $0.fieldClass.rawValue },
            .init("KIND") { $0.kind.rawValue },
            .init("PROVABLE") { $0.committed?.rawValue ?? "" },
            .init("WHAT IT IS") { $0.about },
        ]).text(type?.fields ?? [])
        return [
            "Publish the record type \(named.name)/\(named.version): \(type?.about ?? "").",
            "  books       \(type?.series.rawValue ?? "")", "  digest      \(named.digest)", "",
        ] + (fields ?? "").split(separator: "\n").map { "  \($0)" }
    }

    private static func lines(_ charter: Charter, _ name: (Handle) -> String) -> [String] {
        [
            "Put this charter in force in the place of the one that is:",
            "  authorities " + charter.authorities.map(name).joined(separator: ", "),
            "  threshold   \(charter.threshold) of \(charter.authorities.count) decide together",
            "  freshness   \(charter.freshness) s",
            "  witnesses   " + (charter.witnesses.isEmpty ? "none" : ""),
        ] + charter.witnesses.map { "    \($0)" }
    }

    /// What it is, as members of a result.
    var members: Members {
        [
            "jti": motion.jti, "kind": motion.kind.rawValue, "motion": motion.digest,
            "payload": (try? JSON(canonical: motion.payload)) ?? .null,
            "proposed_at": motion.proposedAt, "proposer": motion.proposer,
        ]
    }
}
