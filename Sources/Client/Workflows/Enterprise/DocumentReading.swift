import Importing
import Sharing

/// Reads files into records. It needs nothing of what was registered, so the next files are read while
/// those before them are sent.
struct DocumentReading: Sendable {
    let choices: ImportChoices
    let identifiers: RegisteredIdentifiers
    let mappings: [Mapping]
    let types: RecordTypes

    /// A file, and what it gave.
    struct Read: Sendable {
        let path: String
        /// `nil` where it can't be read.
        let outcome: ImportOutcome?
    }

    /// So many files are read ahead.
    static let filesAhead = 32

    /// Begins to read files.
    func begin(_ files: some Collection<DocumentFiles.File>) -> Task<[Read], any Error> {
        let files = Array(files)
        return Task { try await BlockingWork.map(files) { read($0) } }
    }

    private func read(_ file: DocumentFiles.File) -> Read {
        guard let bytes = file.read() else { return Read(path: file.path, outcome: nil) }
        guard let size = file.size, size > Importer.maximumFileBytes else {
            return Read(path: file.path, outcome: outcome(of: bytes, file.path))
        }
        let reason = ImportRefusal.Reason.tooLarge(
            bytes: size, limit: Importer.maximumFileBytes)
        return Read(
            path: file.path,
            outcome: .failure(ImportRefusal(file: file.path, place: nil, reason: reason)))
    }

    private func outcome(of bytes: [UInt8], _ path: String) -> ImportOutcome {
        guard let terms = choices.documents else {
            return Importer.records(
                from: bytes, named: path, for: identifiers, of: types, by: mappings,
                through: choices.pdfs)
        }
        return Importer.document(bytes, named: path, as: terms, of: types)
    }
}
