import ArgumentParser
import Client
import Interface
import Sharing
import Verification
import Wire

struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Admit, suspend and reinstate participants.",
        discussion: "Example: trine authority pending",
        subcommands: [
            Pending.self, Admit.self, Suspend.self, Reinstate.self, HoldCommand.self,
            ReleaseCommand.self,
        ])

    struct Pending: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who applied.", discussion: "Example: trine authority pending --json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let received = try await common.session { try await Authority($0).pending() }
            common.list(
                "applications", received, none: "Nobody waits.",
                ["HANDLE", "ROLES", "NAME", "COUNTRY", "IDENTIFIERS", "RECEIVED"], json: Self.json
            ) {
                let application = $0.application
                return [
                    application.handle.text,
                    application.roles.map(\.rawValue).joined(separator: ","),
                    application.legalName, application.country,
                    application.legalIdentifiers.map { "\($0.scheme.rawValue):\($0.id)" }
                        .joined(separator: " "),
                    $0.received.description,
                ]
            }
        }

        private static func json(_ received: ApplicationsAnswer.Received) -> JSON {
            let application = received.application
            return [
                "country": .string(application.country),
                "handle": .string(application.handle.text),
                "legal_ids": .array(
                    application.legalIdentifiers.map {
                        ["id": .string($0.id), "scheme": .string($0.scheme.rawValue)]
                    }),
                "legal_name": .string(application.legalName),
                "received": .integer(received.received.seconds),
                "roles": .texts(application.roles.map(\.rawValue)),
            ]
        }
    }

    struct Admit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Admit who applied.",
            discussion: "Example: trine authority admit e-7k2m9q4x --reference file-17 --size micro"
        )

        @Argument(help: "The handle that applied.") var handle: Handle

        @Option(help: "Where the authority's own file about it is; only the regulator sees it.")
        var reference: String?

        @Option(help: "How large it is (2003/361/EC): micro, small, medium or large.")
        var size: SizeClass?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let done = try await common.session {
                try await Authority($0).admit(handle, reference: reference, size: size)
            }
            common.print(done.json(["handle": .string(handle.text)])) {
                "Admitted \(handle), entry \(done.index)."
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Suspend a participant: it can neither seal, grant nor read any more.",
            discussion: "Example: trine authority suspend northbank --reason breach-of-terms")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .unspecified
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.say(about: participant, as: "handle") {
                try await Authority($0).suspend($1, reason)
            } words: {
                "Suspended \($0)"
            }
        }
    }

    struct Reinstate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a suspension.",
            discussion: "Example: trine authority reinstate northbank --reason resolved")

        @Argument(help: "The handle, or a contact's name.") var participant: String
        @Option(help: "Why.") var reason: Reason = .resolved
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.say(about: participant, as: "handle") {
                try await Authority($0).reinstate($1, reason)
            } words: {
                "Reinstated \($0)"
            }
        }
    }
}
