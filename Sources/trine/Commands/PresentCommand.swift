import ArgumentParser
import Client
import Foundation
import Sharing
import Wire

struct PresentCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "present",
        abstract:
            "Hand some fields of one of your records to somebody's verifier, as an SD-JWT VC.",
        discussion: """
            Any verifier of SD-JWT VCs (RFC 9901) reads it, with your key. One that wants to see that \
            it comes from you now names a nonce: --nonce and --audience sign for just that. Whoever \
            has it has the fields, for good, and the log knows nothing of it; for a purpose and a \
            time there are grants.

            Example: trine enterprise present 'invoices/2026-11#17' --fields number,payable_amount \
            --nonce 8dX2q --audience https://bank.example -o 17.sd-jwt
            """)

    @Argument(help: "The record: invoices/2026-11#17.") var record: RecordNumber

    @Option(help: "Which fields, with commas between.") var fields: NameList<FieldName>

    @Option(help: "What the verifier gave to be signed.") var nonce: String?

    @Option(help: "Who the verifier is, as it calls itself.") var audience: String?

    @Option(
        name: .shortAndLong, help: "The file to write; it must not be there yet.",
        completion: .file())
    var output: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (nonce == nil) == (audience == nil) else {
            throw ValidationError("--nonce and --audience go together")
        }
    }

    func prepare() throws { try output.map(OutputFile.check) }

    func outcome(in session: Session) async throws -> Outcome {
        let demand = nonce.flatMap { nonce in
            audience.map { KeyBindingDemand(nonce: nonce, audience: $0) }
        }
        let presentation = try await Enterprise(session).present(
            record, fields: fields.names, to: demand)
        guard let output else {
            let text = String(decoding: presentation.bytes, as: UTF8.self)
            return Outcome(["record": record, "sd_jwt": text]) { text }
        }
        try OutputFile.write(presentation.bytes, to: output)
        return Outcome(["record": record, "saved": output]) {
            "Saved \(counted(fields.names.count, "field")) of \(record) as \(output)"
                + (demand.map { ", bound to \($0.audience)" } ?? "") + "."
        }
    }
}
