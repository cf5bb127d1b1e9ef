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
                .init("RECEIVED", "received") { $0.received })
        }
    }

    struct Admit: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Admit who applied.",
            discussion: """
                That the application is from who was invited from this home is checked by its \
                invitation. Whom another authority invited says its fingerprint by telephone or on \
                paper; the gateway's word for it isn't enough.

                Example: trine authority admit e-7k2m9q4x --reference file-17 --size micro
                """)

        @Argument(help: "The handle that applied.") var handle: Handle

        @Option(help: "What the applicant told you, by another way than the gateway.")
        var fingerprint: Fingerprint?

        @Option(help: "Where the authority's own file about it is; only the regulator sees it.")
        var reference: CaseReference?

        @Option(help: "How large it is (2003/361/EC): micro, small, medium or large.")
        var size: SizeClass?

        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try motion.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let authority = try await Authority(session)
            let proposal = try await authority.admission(
                of: handle, fingerprint: fingerprint, reference: reference?.text, size: size)
            return try await motion.outcome(
                proposal, by: authority, ["handle": handle], words: "Admitted \(handle)")
        }
    }

    struct Reject: HomeCommand {
        static let configuration = CommandConfiguration(
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
            abstract: "Suspend a participant: it can neither seal, grant nor read any more.",
            discussion: "Example: trine authority suspend northbank --reason breach-of-terms")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try motion.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let handle = try session.named(participant)
            let authority = try await Authority(session)
            return try await motion.outcome(
                try authority.propose(
                    Sharing.Suspend(handle), StatedReason(reason)), by: authority,
                ["handle": handle], words: "Suspended \(handle)")
        }
    }

    struct Reinstate: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a suspension.",
            discussion: "Example: trine authority reinstate northbank --reason resolved")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .resolved
        @OptionGroup var motion: MotionOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try motion.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let handle = try session.named(participant)
            let authority = try await Authority(session)
            return try await motion.outcome(
                try authority.propose(
                    Sharing.Reinstate(handle), StatedReason(reason)), by: authority,
                ["handle": handle], words: "Reinstated \(handle)")
        }
    }
}
