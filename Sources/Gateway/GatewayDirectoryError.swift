public import Custody

/// Why a directory can't be used as a gateway's. No content of a file appears in it.
public enum GatewayDirectoryError: Error, Equatable, Sendable {
    /// There is nothing at this path.
    case missing(path: String)
    /// There is something at this path that isn't a gateway's directory.
    case notAGateway(path: String)
    /// Something is at this path already, where a gateway was to be made.
    case alreadyThere(path: String)
    /// A file of the gateway isn't there.
    case fileMissing(path: String)
    /// There is no backup of a ledger at this path: it hasn't this file.
    case notABackup(path: String, missing: String)
    /// The settings can't be read: the file was changed from outside.
    case settingsDamaged(path: String)
    /// Others than the owner may read or write the directory, or a file in it.
    case exposed(path: String)
    /// A file can't be read or written.
    case file(HomeError)

    init(_ error: HomeError) {
        switch error {
        case .missing(let path): self = .fileMissing(path: path)
        case .exposed(let path): self = .exposed(path: path)
        case .alreadyThere(let path): self = .alreadyThere(path: path)
        case .keyringLost, .busy, .system, .malformed, .viewDamaged, .tooLarge: self = .file(error)
        }
    }
}
