import ArgumentParser
import Client
import Foundation
import Rules
import Sharing
import Verification
import Wire

struct ExportCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all your records and their originals into a folder, in open formats.",
        discussion: """
            For each kind of book there is a table in CSV and the same in JSON Lines, with all fields; \
            original documents are files beside them, as they were imported. datapackage.json describes \
            the tables (Frictionless Data Package). Nothing is encrypted there: keep the folder as you \
            keep your books.

            Example: trine enterprise export --to books-2026
            """)

    @Option(help: "The folder to make.", completion: .directory) var to: String
    @Option(help: "Only books of this name: invoices.") var series: [Series] = []
    @OptionGroup var common: CommonOptions

    func prepare() throws { try OutputFile.check(to) }

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let view = try await session.sync()
        let books = try view.books
        let wanted = view.types.series.filter { one in
            (series.isEmpty || series.contains(one))
                && books.contains { $0.key.series == one && $0.value.count > 0 }
        }
        let folder = try ExportFolder(to)
        var counts: [(series: Series, records: Int, originals: Int)] = []
        do {
            for one in wanted {
                guard let fields = view.types.fields(of: one) else { continue }
                let table = try folder.table(one, RecordColumns(fields.newest.fields))
                try await enterprise.export(one) { try table.write($0) }
                try table.end()
                counts.append((one, table.records, table.originals))
            }
            try folder.end()
        } catch {
            folder.remove()
            throw error
        }
        let list = Table<(series: Series, records: Int, originals: Int)>([
            .init("BOOKS", "books") { $0.series.rawValue },
            .init("RECORDS", "records") { $0.records },
            .init("ORIGINALS", "originals") { $0.originals },
        ])
        return Outcome(["folder": to, "tables": list.json(counts)]) {
            [
                list.text(counts),
                "Written to \(to), readable by you alone. Nothing in it is encrypted.",
            ].compactMap(\.self).joined(separator: "\n\n")
        }
    }
}

/// The folder of an export while it is written.
private final class ExportFolder {
    private let path: String
    private var tables: [(name: String, columns: RecordColumns)] = []

    init(_ path: String) throws {
        self.path = path
        try OutputFile.makeFolder(path)
    }

    func table(_ series: Series, _ columns: RecordColumns) throws -> ExportTable {
        tables.append((series.rawValue, columns))
        return try ExportTable(series, columns, in: path)
    }

    func end() throws {
        try OutputFile.write(RecordColumns.package(tables), to: path + "/datapackage.json")
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// The files of one series while they are written.
private final class ExportTable {
    private(set) var records = 0
    private(set) var originals = 0
    private let columns: RecordColumns
    private let folder: String
    private let csv: AppendedFile
    private let lines: AppendedFile

    init(_ series: Series, _ columns: RecordColumns, in path: String) throws {
        self.columns = columns
        folder = path + "/" + series.rawValue
        csv = try AppendedFile(folder + ".csv")
        lines = try AppendedFile(folder + ".jsonl")
        try csv.append(columns.csvHead)
    }

    func write(_ record: ExportedRecord) throws {
        let row = RecordColumns.Row(
            record: record.name, book: record.book.description, number: record.number,
            index: record.index, registered: record.registered, replaces: record.replaces,
            replacedBy: record.replacedBy, values: record.values)
        try csv.append(columns.csv(row))
        try lines.append(columns.object(row).canonicalText + "\n")
        records += 1
        for (name, value) in record.values.sorted(by: { $0.key < $1.key }) {
            guard case .document(let mediaType, let bytes) = value else { continue }
            if originals == 0 { try OutputFile.makeFolder(folder) }
            originals += 1
            let file = "\(record.book.month)-\(record.number)"
            let ending = Self.endings[mediaType] ?? "bin"
            let suffix = name == "document" ? "" : "-\(name)"
            try OutputFile.write(bytes, to: "\(folder)/\(file)\(suffix).\(ending)")
        }
    }

    func end() throws {
        try csv.end()
        try lines.end()
    }

    private static let endings = [
        "application/xml": "xml", "application/pdf": "pdf", "image/png": "png",
        "image/jpeg": "jpg", "text/csv": "csv", "text/plain": "txt", "application/zip": "zip",
        "application/json": "json",
    ]
}
