import ArgumentParser
import Client
import Importing
import Sharing
import Wire

struct MappingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mapping",
        abstract: "How tables become records: propose, look, keep, list, forget.",
        discussion: """
            A table that a bank or a program exports is read by a mapping: which column is which field, and \
            how dates and numbers are written. A mapping is kept in the home; imports take it for every \
            table of the same header.

            Example: trine enterprise mapping propose bank.csv --set account=DE02100100100006820101 \
            --set currency=EUR --save giro
            """,
        subcommands: [Propose.self, Preview.self, Keep.self, List.self, Show.self, Forget.self])

    struct Propose: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "propose",
            abstract: "Propose a mapping for a table, and show its first rows as records.",
            discussion: """
                Columns are recognised by their names; for the ledgers that Alipay and WeChat Pay have of \
                a merchant's account the mapping is ready. What the table doesn't say is given with --set. \
                Where all dates could be read in two ways, nothing is guessed: --dates says which it is. \
                Nothing is kept without --save; -o writes the mapping to a file, to be changed by hand.

                Example: trine enterprise mapping propose bank.csv --dates dd/MM/yyyy -o bank.json
                """)

        @Argument(help: "The table.", completion: .file()) var file: String
        @Option(help: "The record type: bank-entry, or bank-entry/1.") var type = "bank-entry"
        @Option(help: "How it writes dates: dd.MM.yyyy, MM/dd/yyyy.") var dates: DateForm?
        @Option(
            name: .customLong("set"),
            help: ArgumentHelp("A value that all its records have.", valueName: "field=value"))
        var constants: [Mapping.Constant] = []
        @Option(help: ArgumentHelp("Keep it in the home.", valueName: "name"))
        var save: String?
        @Option(
            name: [.customShort("o"), .customLong("output")],
            help: "A file to write it to.", completion: .file())
        var output: String?
        @OptionGroup var common: CommonOptions

        func validate() throws {
            if let save, Mapping.isName(save) == false {
                throw ValidationError("a name has 1 to 100 characters on one line")
            }
        }

        func outcome(in session: Session) async throws -> Outcome {
            if let output { try OutputFile.check(output) }
            let bytes = try InputFile.bytes(file, limit: Importer.maximumFileBytes)
            let types = try await session.sync().types
            let chosen = try MappingFile.type(type, types)
            let proposal: TableProposal
            do throws(TableFault) {
                proposal = try TableProposal(
                    bytes, named: save ?? MappingFile.name(of: file), as: chosen, dates: dates,
                    constants: constants)
            } catch { throw error.complaint }
            let mapping = proposal.mapping
            var preview: MappingPreview?
            if proposal.missing.isEmpty {
                preview = try MappingPreview(bytes, file, mapping, types)
                if let save { try MappingFile.keep(mapping, as: save, in: session.home) }
            }
            if let output { try OutputFile.write(mapping.text, to: output) }
            var notes = proposal.known.map { ["this is \($0): its mapping is ready"] } ?? []
            if !proposal.missing.isEmpty {
                let names = proposal.missing.map(\.text)
                notes += [
                    "no column was found for \(names.joined(separator: ", "))",
                    "give it for all rows, --set \(names[0])=VALUE, or write the mapping to a file "
                        + "with -o, change it there and keep it: trine enterprise mapping keep FILE",
                ]
            } else if save == nil {
                notes += ["nothing is kept: with --save NAME it is, and imports take it"]
            }
            let members: Members = [
                "known": proposal.known, "mapping": mapping.json,
                "missing": proposal.missing.map(\.text),
                "rows": preview?.count, "unused": proposal.unused,
            ]
            return Outcome(members) {
                [mapping.words(unused: proposal.unused), preview?.words]
                    .compactMap(\.self).joined(separator: "\n\n")
            }
            .noting(notes).ending(well: proposal.missing.isEmpty)
        }
    }

    struct Preview: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "preview",
            abstract: "Show the first rows of a table as the records that they would be.",
            discussion: "Example: trine enterprise mapping preview bank.csv --mapping bank.json")

        @Argument(help: "The table.", completion: .file()) var file: String
        @Option(
            help: "A file with a mapping; otherwise one of the home's that has its header.",
            completion: .file())
        var mapping: String?
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let bytes = try InputFile.bytes(file, limit: Importer.maximumFileBytes)
            let types = try await session.sync().types
            let mappings =
                try mapping.map { [try MappingFile.read($0)] } ?? session.home.mappings().all
            guard let fitting = mappings.first(where: { Importer.reads(bytes, by: $0) }) else {
                throw Complaint.refused("no mapping has the header of \(file)")
                    .named("mapping-missing")
                    .hint("propose one: trine enterprise mapping propose \(file)")
            }
            let preview = try MappingPreview(bytes, file, fitting, types)
            return Outcome(["mapping": fitting.name, "rows": preview.count]) { preview.words }
        }
    }

    struct Keep: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "keep",
            abstract: "Keep a mapping from a file in the home.",
            discussion: "Example: trine enterprise mapping keep bank.json")

        @Argument(help: "The file, of JSON.", completion: .file()) var file: String
        @OptionGroup var common: CommonOptions

        func outcome() throws -> Outcome {
            let mapping = try MappingFile.read(file)
            _ = try common.directory.configuration()
            try MappingFile.keep(mapping, as: mapping.name, in: common.directory)
            return Outcome(["kept": mapping.name]) { "Kept the mapping \(mapping.name)." }
        }
    }

    struct List: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the mappings of this home.",
            discussion: "Example: trine enterprise mapping list --json")

        @OptionGroup var common: CommonOptions

        func outcome() throws -> Outcome {
            _ = try common.directory.configuration()
            return .list(
                "mappings", try common.directory.mappings().all, none: "No mappings yet.",
                .init("MAPPING", "name") { $0.name }, .init("TYPE", "type") { $0.type.text },
                .init("COLUMNS", "header") { $0.header.joined(separator: $0.separator) })
        }
    }

    struct Show: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print a mapping, as a file that others can keep.",
            discussion: "Example: trine enterprise mapping show giro > giro.json")

        @Argument(help: "Its name.") var name: String
        @OptionGroup var common: CommonOptions

        func outcome() throws -> Outcome {
            _ = try common.directory.configuration()
            guard let mapping = try common.directory.mappings()[name] else {
                throw try MappingFile.unknown(name, in: common.directory)
            }
            return .file(String(decoding: mapping.text, as: UTF8.self), notes: [])
        }
    }

    struct Forget: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget",
            abstract: "Forget a mapping of this home; what it read stays.",
            discussion: "Example: trine enterprise mapping forget giro")

        @Argument(help: "Its name.") var name: String
        @OptionGroup var common: CommonOptions

        func outcome() throws -> Outcome {
            let home = common.directory
            _ = try home.configuration()
            var mappings = try home.mappings()
            guard mappings.remove(name) else { throw try MappingFile.unknown(name, in: home) }
            try home.replace(mappings)
            return Outcome(["forgotten": name]) { "Forgot the mapping \(name)." }
        }
    }
}

/// Mappings in files and in homes.
enum MappingFile {
    static func read(_ path: String) throws -> Mapping {
        let bytes = try InputFile.bytes(path, limit: Mappings.maximumBytes)
        do throws(MappingError) { return try Mapping(parsing: bytes) } catch {
            throw Complaint.usage("\(path) isn't a mapping: \(error.words)")
                .named("not-a-mapping")
                .hint("have one proposed and change that: trine enterprise mapping propose")
        }
    }

    static func keep(_ mapping: Mapping, as name: String, in home: Home) throws {
        var mappings = try home.mappings()
        mappings.add(mapping)
        try home.replace(mappings)
    }

    /// The file's name without its ending.
    static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    }

    /// The type of this name, its newest version where none is named.
    static func type(_ text: String, _ types: RecordTypes) throws -> RecordType {
        let parts = text.split(separator: "/")
        let all = types.all.filter {
            $0.name == parts.first.map(String.init)
                && (parts.count == 1 || parts[1] == "\($0.version)")
        }
        guard let type = all.max(by: { $0.version < $1.version }) else {
            throw Complaint.usage("the log has no record type \(text)").named("no-such-type")
                .hint(
                    Likeness.hint(text, among: types.all.map(\.name))
                        ?? "list them: trine type list")
        }
        guard type.importers.contains("csv") else {
            throw Complaint.usage("records of the type \(type.name) aren't made of tables")
                .named("not-from-tables")
                .hint("see of which types they are: trine type show TYPE")
        }
        return type
    }

    static func unknown(_ name: String, in home: Home) throws -> Complaint {
        let names = try home.mappings().all.map(\.name)
        return Complaint.usage("no mapping is called \(name)").named("no-such-mapping")
            .hint(Likeness.hint(name, among: names) ?? "list them: trine enterprise mapping list")
    }
}

/// The first rows of a table as records.
private struct MappingPreview {
    let count: Int
    private let rows: [[FieldName: FieldValue]]
    private let names: [FieldName]

    init(_ bytes: [UInt8], _ file: String, _ mapping: Mapping, _ types: RecordTypes) throws {
        do throws(ImportRefusal) {
            (rows, count) = try Importer.preview(bytes, named: file, by: mapping, of: types)
        } catch {
            throw Complaint.refused("\(error)").named("table-refused")
                .hint("change the mapping, or say how dates are written: --dates")
        }
        let mapped = Set((mapping.constants.map(\.field) + mapping.columns.map(\.field)))
        names = (types.type(mapping.type.name, mapping.type.version)?.fields ?? []).map(\.name)
            .filter { mapped.contains($0.text) }
    }

    var words: String {
        let columns = names.map { name in
            Column<[FieldName: FieldValue]>(name.text) { $0[name]?.words ?? "" }
        }
        let table = Table(columns).text(rows)
        let sum =
            "\(counted(count, "row")) would become a record"
            + (count > rows.count ? "; these are the first \(rows.count)." : ".")
        return [table, sum].compactMap(\.self).joined(separator: "\n\n")
    }
}

extension Mapping {
    static func isName(_ text: String) -> Bool {
        (1...100).contains(text.count) && text.hasNoControls
    }

    /// As a file.
    var text: [UInt8] { Mapping.shape.bytes(of: self, leavingOutNulls: true) + [0x0a] }

    fileprivate var json: JSON {
        do {
            return try JSON(canonical: Mapping.shape.bytes(of: self, leavingOutNulls: true))
        } catch { preconditionFailure("what was written is canonical JSON") }
    }

    fileprivate func words(unused: [String]) -> String {
        let separator = self.separator == "\t" ? "a tab" : self.separator
        let head = """
            For \(type.text): \(encoding.rawValue), cells between \(separator), decimals behind \
            \(decimal == .comma ? "a comma" : "a point"), dates as \(date.text)\
            \(skip == 0 ? "" : ", header in line \(skip + 1)").
            """
        let lines =
            constants.map { (field: $0.field, from: "always \($0.value)") }
            + columns.map { column in
                var from = column.from.joined(separator: " and ")
                if let minus = column.minus { from += ", and what goes out from \(minus)" }
                if let negative = column.negative {
                    let values = negative.values.joined(separator: " or ")
                    from += ", which goes out where \(negative.column) is \(values)"
                }
                if let when = column.when {
                    from += when == .credit ? ", of what comes in" : ", of what goes out"
                }
                return (field: column.field, from: from)
            }
        let table = Table<(field: String, from: String)>([
            .init("FIELD") { $0.field }, .init("FROM") { $0.from },
        ]).text(lines)
        let rest = unused.isEmpty ? nil : "Not used: " + unused.joined(separator: ", ")
        return [head, table, rest].compactMap(\.self).joined(separator: "\n\n")
    }
}

extension MappingError {
    fileprivate var words: String {
        switch self {
        case .json: "it isn't JSON"
        case .claim(let error): "it \(error.words)"
        case .unknownColumn(let name): "its header has no column “\(name)”"
        case .ambiguousColumn(let name): "its header has “\(name)” twice"
        }
    }
}

extension TableFault {
    fileprivate var complaint: Complaint {
        switch self {
        case .notATable:
            .refused("this isn't a table: no line names three columns or more").named("not-a-table")
        case .ambiguousDates(let one, let other, let example):
            .refused("its dates could be \(one) or \(other): “\(example)” is one in both")
                .named("dates-ambiguous").hint("say which it is: --dates \(one)")
        case .unknownDates(let column):
            .refused("the dates under “\(column)” are written in no way that is known")
                .named("dates-unknown").hint("say how: --dates dd.MM.yyyy")
        }
    }
}
