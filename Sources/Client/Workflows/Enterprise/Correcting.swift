import Importing
public import Sharing

extension Enterprise {
    /// Takes a document for a correction of an own record, whatever number it bears. What it says
    /// otherwise is reported, and where the choices say so it is registered in the place of the record: the
    /// new one takes the next number of its book and names the one that it replaces, which stays readable
    /// and doesn't count any more.
    ///
    /// A document that says the same, or has a record of its own, is reported as registered already. Throws
    /// ``ClientError/noSuchRecord(_:)``, ``ClientError/erased(_:)``, ``ClientError/correction(_:)``,
    /// and before anything is signed ``ClientError/forbidden(policies:reasons:)``.
    public func correct(
        _ place: RecordNumber, with path: String, _ choices: ImportChoices = ImportChoices()
    ) async throws -> ImportReport {
        let view = try await prepareToSign()
        guard let old = try view.record(place.book, Int64(place.number)) else {
            throw ClientError.noSuchRecord(place.description)
        }
        if old.erased { throw ClientError.erased(old.name) }
        if let jti = old.replacedBy, let later = try view.record(jti) {
            throw ClientError.correction(.replaced(by: later.name))
        }
        return try await importDocuments([path], choices, correcting: old)
    }
}

/// Why a document corrects no record.
public enum CorrectionFault: Error, Equatable, Sendable {
    /// The record was corrected before; this one counts.
    case replaced(by: String)
    /// The files make so many records of the series, and not one.
    case notOne(Int, in: Series)
}
