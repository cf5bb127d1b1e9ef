import ArgumentParser
import Client
import Interface
import Sharing
import Wire

struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Invite, admit, reject, suspend and reinstate participants, and govern the log.",
        discussion: """
            Where the charter wants several authorities to agree, one writes a motion (--motion \
            FILE), others approve it (approve), and one submits it with their approvals (submit).

            Example: trine authority pending
            """,
        subcommands: [
            Invite.self, Pending.self, Admit.self, Reject.self, Suspend.self, Reinstate.self,
            HoldCommand.self, ReleaseCommand.self, CharterCommand.self, UpgradeCommand.self,
            TimeCommand.self,
            ShowMotion.self, ApproveMotion.self, SubmitMotion.self,
        ])

    struct Invite: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "invite",
            abstract: "Invite somebody to apply.",
            discussion: """
                Prints the invitation: a secret, until it is used. Give it to who is meant by a way that \
                the gateway's operator doesn't see. It is for one application, within 14 days; \
                inviting the same handle again ends the earlier invitation.

                Example: trine authority invite --name 'Northern Bank' --handle northbank
                """)

        @Option(help: "What you call it, for your own lists.") var name: String?
        @Option(help: "Its handle on the log, seen by everybody; a random one otherwise.")
        var handle: Handle?
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            var contacts = try session.contacts()
            let invitation = try await Authority(session).invite(handle)
            if let name {
                do { try contacts.name(invitation.handle, name) } catch {
                    throw ClientError.contacts(error)
                }
                try session.home.replace(contacts)
            }
            return Outcome([
                "handle": invitation.handle, "invitation": invitation.description,
            ]) { invitation.description }
        }
    }

    struct Pending: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "pending",
            abstract: "List who applied.", discussion: "Example: trine authority pending --json")

        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            .list(
                "applications", try await Authority(session).pending(), none: "Nobody waits.",
                .init("HANDLE", "handle") { $0.application.handle },
                .init("ROLES", "roles") { $0.application.roles },
                .init("NAME", "legal_name") { $0.application.identity.name },
                .init("COUNTRY", "country") { $0.application.identity.country },
                .init("IDENTIFIERS", "legal_ids") { $0.application.identity.identifiers },
                .init(LocalTime.heading("RECEIVED")) { LocalTime.clock($0.received) },
                .init { ["received": $0.received] })
        }
    }

    struct Admit: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "admit",
            abstract: "Admit who applied, one or several.",
            discussion: """
                That the application is from who was invited from this home is checked by its \
                invitation. Whom another authority invited says its fingerprint by telephone or on \
                paper; the gateway's word for it isn't enough.

                Example: trine authority admit e-7k2m9q4x --reference file-17 --size micro
                """)

        @Argument(help: "The handles that applied.") var handles: [Handle]

        @Option(help: "What the applicant told you, by another way than the gateway.")
        var fingerprint: Fingerprint?

        @Option(help: "Where the authority's own file about it is; only the regulator sees it.")
        var reference: CaseReference?

        @Option(help: "How large it is (2003/361/EC): micro, small, medium or large.")
        var size: SizeClass?

        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard !handles.isEmpty else { throw ValidationError("name a handle that applied") }
            guard handles.count == 1 || (fingerprint == nil && reference == nil && size == nil)
            else { throw ValidationError("what is about one of them is said for one at a time") }
        }

        func prepare() throws {
            try motion.check()
            guard handles.count == 1 || motion.motion == nil else {
                throw Complaint.usage("a motion is about one of them").hint("name one handle")
            }
        }

        func outcome(in session: Session) async throws -> Outcome {
            let authority = try await Authority(session)
            guard handles.count > 1 else {
                return try await outcome(admitting: handles[0], by: authority)
            }
            var done: [Outcome] = []
            for handle in handles {
                done.append(try await outcome(admitting: handle, by: authority))
            }
            return Outcome(["admitted": JSON.array(done.map { $0.json() })]) { [done] in
                done.map { $0.words() }.joined(separator: "\n")
            }
        }

        private func outcome(
            admitting handle: Handle, by authority: Authority
        ) async throws -> Outcome {
            let pending = try await authority.pending().first { $0.application.handle == handle }
            let proposal = try await authority.admission(
                of: handle, fingerprint: fingerprint, reference: reference?.text, size: size)
            let said = pending.map { $0.application.described } ?? "\(handle)"
            return try await motion.outcome(
                proposal, by: authority, ["handle": handle], words: "Admitted \(said)")
        }
    }

    struct Reject: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject",
            abstract: "Drop an application.",
            discussion: """
                The gateway forgets it, and its handle is free again. Applications that nobody \
                decides about are dropped after 14 days.

                Example: trine authority reject e-7k2m9q4x
                """)

        @Argument(help: "The handle that applied.") var handle: Handle
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let application = try await Authority(session).reject(handle)
            return Outcome(["handle": handle, "legal_name": application.identity.name]) {
                "Rejected \(handle) (\(application.identity.name.onOneLine))."
            }
        }
    }

    struct Suspend: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "suspend",
            abstract: "Suspend a participant: it can neither seal, grant nor read any more.",
            discussion: "Example: trine authority suspend northbank --reason breach-of-terms")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try motion.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let authority = try await Authority(session)
            let handle = try await session.named(participant)
            return try await motion.outcome(
                try authority.propose(
                    Sharing.Suspend(handle), StatedReason(reason)), by: authority,
                ["handle": handle], words: "Suspended \(handle)")
        }
    }

    struct Reinstate: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "reinstate",
            abstract: "End a suspension.",
            discussion: "Example: trine authority reinstate northbank --reason resolved")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .resolved
        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try motion.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let authority = try await Authority(session)
            let handle = try await session.named(participant)
            return try await motion.outcome(
                try authority.propose(
                    Sharing.Reinstate(handle), StatedReason(reason)), by: authority,
                ["handle": handle], words: "Reinstated \(handle)")
        }
    }
}

extension Application {
    /// What is attested by admitting it: `bearings (enterprise; Example Bearings GmbH, DE, vat:…)`.
    fileprivate var described: String {
        let who = [identity.name.onOneLine, identity.country] + identity.identifiers.map(\.words)
        return "\(handle) (\(roles.map(\.rawValue).joined(separator: ", ")); "
            + "\(who.joined(separator: ", ")))"
    }
}
