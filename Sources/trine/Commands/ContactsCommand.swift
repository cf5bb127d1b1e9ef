import ArgumentParser
import Client
import Wire

struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "Give handles the names that you know them by.",
        discussion: """
            The names stay in this home; nobody else sees them.

            Example: trine contacts --add northbank --name 'Northern Bank'
            """)

    @Option(help: "The handle to name.") var add: Handle?
    @Option(help: "What to call it.") var name: String?
    @Option(help: "The handle, or the name, to forget.") var forget: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (add == nil) == (name == nil) else {
            throw ValidationError("--add and --name go together")
        }
    }

    func run() async throws {
        let home = common.directory
        _ = try home.configuration()
        var contacts = try home.contacts()
        if let add, let name {
            do { try contacts.name(add, name) } catch { throw ClientError.contacts(error) }
        }
        if let forget { contacts.forget(try Reading.handle(forget, contacts)) }
        if add != nil || forget != nil { try home.replace(contacts) }
        common.print([
            "contacts": .object(
                Dictionary(
                    uniqueKeysWithValues: contacts.names.map { ($0.key.text, .string($0.value)) }))
        ]) {
            var table = Table(["HANDLE", "NAME"])
            for (handle, name) in contacts.names.sorted(by: { $0.key < $1.key }) {
                table.add([handle.text, name])
            }
            return table.isEmpty ? "No contacts." : table.text
        }
    }
}
