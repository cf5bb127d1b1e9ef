import ArgumentParser
import Client
import Interface
import Sharing

struct FingerprintCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Show your fingerprint.",
        discussion: """
            It stands for your identity and all keys with which you were admitted. Tell it to others by \
            another way than the gateway, whole: by telephone, on paper, on your letterhead. An \
            enterprise that publishes it ties its handle to its name for everybody.

            Example: trine fingerprint
            """)

    @OptionGroup var common: CommonOptions

    func outcome() throws -> Outcome {
        let configuration = try common.directory.configuration()
        guard let fingerprint = configuration.fingerprint else {
            throw ClientError.founder(configuration.handle)
        }
        return Outcome(["fingerprint": fingerprint, "handle": configuration.handle]) {
            fingerprint.description
        }
    }
}

struct CompareCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the fingerprint that somebody told you with the log's.",
        discussion: """
            Do it before you grant to somebody for the first time, with what it told you by telephone \
            or on paper. From then on nothing is granted to it under another fingerprint.

            Example: trine compare northbank jq3xk-8w2mz-4n7vt-c5rfe-9hydg6
            """)

    @Argument(help: "The handle, or a contact's name.") var participant: String
    @Argument(help: "What it told you, all 26 characters.") var fingerprint: Fingerprint
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let handle = try await session.named(participant)
        try await session.compare(fingerprint, with: handle)
        let name = try session.contacts().shown(handle)
        return Outcome(["handle": handle, "same": true]) {
            "It is the same: what you grant \(name) is sealed to its own keys."
        }
    }
}
