import Foundation
import Gateway

// What can be wrong with a gateway's directory.

extension GatewayDirectoryError: Worded {
    var complaint: Complaint {
        switch self {
        case .missing(let path):
            .home("there is no gateway in \(path)")
                .hint("bring it back from a backup, or begin a log: trine gateway init \(path)")
        case .notAGateway(let path):
            .home("\(path) isn't a gateway's directory")
                .hint("name the one that trine gateway init made, or trine gateway restore")
        case .alreadyThere(let path):
            .home("there is something in \(path) already")
                .hint("name another directory for the gateway")
        case .fileMissing(let path):
            .home("there is no \(path)")
                .hint("bring it back: every backup of the ledger has a copy of it")
        case .notABackup(let path, let missing):
            .home("\(path) isn't the backup of a ledger: there is no \(missing)")
                .hint("name the directory that trine gateway backup wrote as --ledger")
        case .settingsDamaged(let path):
            .home("\(path) is damaged: it isn't what trine wrote there")
                .hint("bring it back: every backup of the ledger has a copy of it")
        case .exposed(let path): .exposed(path)
        case .file(let error): error.complaint
        }
    }
}

extension Complaint {
    /// Others may read or write what is at this path.
    static func exposed(_ path: String) -> Complaint {
        .home("\(path) can be read or written by others")
            .hint("make it yours alone: chmod \(privateMode(of: path)) '\(path)'")
    }

    /// Who may look into a directory has to be able to enter it.
    private static func privateMode(of path: String) -> String {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? "600" : "700"
    }
}
