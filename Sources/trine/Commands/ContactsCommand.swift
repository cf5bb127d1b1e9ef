import ArgumentParser
import Client
import Wire

struct ContactsCommand: CommonCommand {
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

    func outcome() throws -> Outcome {
        let home = common.directory
        _ = try home.configuration()
        var contacts = try home.contacts()
        if let add, let name {
            do { try contacts.name(add, name) } catch { throw ClientError.contacts(error) }
        }
        if let forget {
            guard let handle = contacts.handle(forget) else {
                throw ClientError.unknownName(forget)
            }
            contacts.forget(handle)
        }
        if add != nil || forget != nil { try home.replace(contacts) }
        let names = contacts.names.map { (handle: $0.key, name: $0.value) }
            .sorted { $0.handle < $1.handle }
        let members = Members(uniqueKeysWithValues: names.map { ($0.handle.text, $0.name) })
        return Outcome(["contacts": members]) {
            Table([.init("HANDLE") { $0.handle }, .init("NAME") { $0.name }]).text(names)
                ?? "No contacts."
        }
    }
}
