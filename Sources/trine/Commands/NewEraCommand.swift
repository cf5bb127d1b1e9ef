import ArgumentParser
import Client
import Sharing
import Wire

struct NewEraCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-era",
        abstract: "Change all keys that a thief of this or another machine could have.",
        discussion: """
            Needs the recovery kit, which alone leads to the next era's keys; nothing of it stays on \
            this machine. Records of older eras go on opening here. Grants that stand get keys of the \
            new era; what a thief has opens nothing that is sealed from now on. There is no way back.

            Example: trine new-era --kit /media/stick/kit --compromised
            """)

    @Option(help: "The file with the recovery kit.", completion: .file()) var kit: String
    @Flag(
        help: "Say that keys are in wrong hands: who granted you something seals it anew at once.")
    var compromised = false
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func outcome() async throws -> Outcome {
        try consent.check()
        let bytes = try InputFile.bytes(kit, limit: RecoveryKit.maximumBytes)
        let kit = try RecoveryKit(parsing: String(decoding: bytes, as: UTF8.self))
        return try await common.session { session in
            let contacts = try session.contacts()
            let plan = try await session.beginningEra(with: kit)
            return try await consent.carryOut(
                plan.consequences(compromised: compromised, naming: contacts.shown)
            ) {
                Self.outcome(
                    try await session.beginEra(
                        with: kit, compromised ? .keyCompromised : .unspecified))
            }
        }
    }

    private static func outcome(_ begun: BegunEra) -> Outcome {
        let left = begun.rekeyed.filter { !$0.isRegistered }.count
        let members: Members = [
            "era": begun.number, "index": begun.registration.index,
            "rekeyed": begun.rekeyed.count - left,
        ]
        var notes = ["bring the recovery kit back to where it was"]
        if left > 0 {
            notes.append("policy forbids to give more to \(left) standing grants: they end here")
        }
        return Outcome(members) {
            "Era \(begun.number) began with entry \(begun.registration.index); "
                + "\(begun.rekeyed.count - left) standing grants have its keys."
        }.noting(notes)
    }
}
