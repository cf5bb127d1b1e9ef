import ArgumentParser
import Client
import Sharing
import Wire

struct BundlesCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundles",
        abstract: "List and name bundles of fields, to grant or ask for by one word.",
        discussion: """
            There is one for each purpose; those you name yourself are kept in this home, and go before \
            them.

            Example: trine bundles --add monthly --fields issue_date,payable_amount
            """)

    @Option(help: "The name of a bundle to keep.") var add: String?
    @Option(help: "Its fields, with commas between.") var fields: NameList<FieldName>?
    @Option(help: "The name of an own bundle to forget.") var forget: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (add == nil) == (fields == nil) else {
            throw ValidationError("--add and --fields go together")
        }
    }

    func outcome() throws -> Outcome {
        let home = common.directory
        _ = try home.configuration()
        var bundles = try FieldBundles(in: home)
        if let add, let fields { try bundles.name(add, fields.names) }
        if let forget { try bundles.forget(forget) }
        let all = bundles.all
        let table = Table<(name: String, fields: [FieldName], isOwn: Bool)>([
            .init("BUNDLE", "bundle") { $0.name }, .init("FIELDS", "fields") { $0.fields },
            .init("OWN", "own") { $0.isOwn },
        ])
        return Outcome(["bundles": table.json(all)]) { table.text(all) ?? "" }
    }
}
