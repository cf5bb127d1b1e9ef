import ArgumentParser
import Client
import Sharing
import Wire

struct TypeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "type",
        abstract: "List, show and publish the record types of a log.",
        discussion: "Example: trine type show invoice",
        subcommands: [TypeList.self, TypeShow.self, TypePublish.self])
}

struct TypeList: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the record types that the log has.",
        discussion: """
            --type of other commands takes the name of the books that a type's records are in.

            Example: trine type list
            """)

    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let view = try await session.sync()
        let origin = session.configuration.origin
        return .list(
            "types", view.types.all, none: "No record types.",
            .init("TYPE", "type") { $0.name },
            .init("VERSION", "version") { $0.version },
            .init("BOOKS", "books") { $0.series.rawValue },
            .init("FIELDS", "fields") { $0.fields.count },
            .init("WHAT IT IS", "about") { $0.about },
            .init { ["digest": $0.digest(origin: origin), "vct": $0.vct(origin: origin)] })
    }
}

struct TypeShow: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the fields of a record type: what can be granted, asked for and proven.",
        discussion: """
            PROVABLE says as what something can be proven about a field while its values stay \
            hidden: amounts, days and quantities lie within bounds, a key is equal to another one.

            Example: trine type show invoice
            """)

    @Argument(help: "The type's name: invoice, or invoice/1; its newest version else.")
    var name: String
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let types = try await session.sync().types.all
        let found = types.filter { $0.name == name || "\($0.name)/\($0.version)" == name }
        guard let type = found.max(by: { $0.version < $1.version }) else {
            throw Complaint.refused("the log has no record type \(name)")
                .hint("see those it has: trine type list")
        }
        let table = Table<FieldDefinition>([
            .init("FIELD", "field") { $0.name.text },
            .init("CLASS", "class") { $0.fieldClass.rawValue },
            .init("KIND", "kind") { $0.kind.rawValue },
            .init("PROVABLE") { $0.committed?.rawValue ?? "" },
            .init("MANDATORY") { $0.mandatory ? "yes" : "" },
            .init("WHAT IT IS", "about") { $0.about },
            .init { ["mandatory": $0.mandatory, "provable": $0.committed?.rawValue] },
        ])
        let members: Members = [
            "about": type.about, "books": type.series.rawValue, "fields": table.json(type.fields),
            "type": type.name, "vct": type.vct(origin: session.configuration.origin),
            "version": type.version,
        ]
        return Outcome(members) {
            ["\(type.name)/\(type.version): \(type.about), in the books \(type.series)", ""]
                .joined(separator: "\n") + "\n" + (table.text(type.fields) ?? "")
        }
    }
}

struct TypePublish: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a record type, or its next version, as an authority.",
        discussion: """
            The file is the type's text, without an address. From its entry on, records of it can \
            be registered; what the log has of a type can't be changed or taken back. In all \
            versions of a name a field keeps its kind, class and unit, because a grant covers it \
            in all of them.

            Example: trine type publish order-1.json --home ./authority
            """)

    @Argument(help: "The file of the type's text.", completion: .file()) var file: String
    @OptionGroup var motion: MotionOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func prepare() throws { try motion.check(consent) }

    func outcome(in session: Session) async throws -> Outcome {
        let bytes = try InputFile.bytes(file, limit: RecordTypeText.maximumBytes)
        let type: RecordType
        do { type = try RecordType(parsing: bytes) } catch {
            throw Complaint.usage("\(file) isn't the text of a record type: \(error.words)")
        }
        let authority = try await Authority(session)
        let origin = session.configuration.origin
        return try await motion.outcome(
            try await authority.publication(of: type), by: authority,
            ["type": type.name, "vct": type.vct(origin: origin), "version": type.version],
            words: "Published the record type \(type.name)/\(type.version)",
            after: " Its document is at \(type.vct(origin: origin)).",
            asking: (
                consent,
                Consequences(
                    lines: [
                        "\(type.name)/\(type.version) would be published, with "
                            + "\(counted(type.fields.count, "field")).",
                        "What the log has of a type can't be changed or taken back.",
                    ], members: ["type": type.name, "version": type.version],
                    word: "\(type.name)/\(type.version)")
            ))
    }
}

extension RecordTypeError {
    var words: String {
        switch self {
        case .tooLarge: "it has more than \(RecordTypeText.maximumBytes) bytes"
        case .json(let error): error.words
        case .claim(let error): "it \(error.words)"
        case .repeated(let field): "it has the field \(field) twice"
        case .otherClaim(let place):
            "claim \(place) isn't the one of field \(place) under trine"
        case .otherAddress(let address): "it says that it is at \(address)"
        }
    }
}
