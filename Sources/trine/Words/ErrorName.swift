import Client
import Custody
import Gateway
import Interface
import Rules
import Sharing
import Storage
import Verification
import Wire

/// The stable name of an error, by which another program tells it from others. It is made of the
/// names in the code, so that each error has one; the specification lists them all.
enum ErrorName {
    static func of(_ error: any Error) -> String {
        switch error {
        case let complaint as Complaint: complaint.name ?? complaint.exit.name
        case ConnectionError.refused(let problem): problem.name
        case ClientError.package(let refusal): of(refusal)
        case ClientError.contacts(let error): of(error)
        case ClientError.correction(let fault): of(fault)
        case ClientError.share(let refusal): of(refusal)
        case ClientError.enrolment(let fault): of(fault)
        case let refusal as PackageRefusal: prefixed("package", refusal.reason)
        case let error as HomeError: prefixed("home", error)
        case GatewayDirectoryError.file(let error): of(error)
        case let error as GatewayDirectoryError: prefixed("gateway", error)
        case let error as KeyringError: prefixed("keyring", error)
        case let error as RecoveryKitError: prefixed("kit", error)
        case let error as RecoveryWordsError: prefixed("words", error)
        case let error as BackupError: prefixed("backup", error)
        case let fault as EnrolmentFault: prefixed("enrolment", fault)
        case is SettingsError: "settings-line"
        case let error as ContactError: prefixed("contacts", error)
        case let error as InvitationError: prefixed("invitation", error)
        // It has words in the place of its name.
        case StoreError.superseded: "store-superseded"
        case let error as StoreError: prefixed("store", error)
        case let error as FoundingError: prefixed("founding", error)
        case let error as ConnectionError: prefixed("gateway", error)
        case let fault as LogFault: prefixed("log", fault)
        case let fault as CorrectionFault: prefixed("correction", fault)
        case let refusal as ShareRefusal: prefixed("share", refusal)
        case is UnknownRules: "log-update"
        case is MessageError: "malformed-file"
        default: caseName(error)
        }
    }

    private static func prefixed(_ prefix: String, _ value: Any) -> String {
        "\(prefix)-\(caseName(value))"
    }

    /// `no-such-book` for `.noSuchBook(…)`.
    private static func caseName(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        let name =
            mirror.displayStyle == .enum
            ? mirror.children.first?.label ?? "\(value)" : "\(type(of: value))"
        let letters = Array(name.filter { $0.isLetter || $0.isNumber })
        var words = ""
        for (place, letter) in letters.enumerated() {
            // Of capitals in a row the last begins a word: `not-a-kit`, `json-error`.
            let isFirst =
                place > 0 && letter.isUppercase
                && (!letters[place - 1].isUppercase
                    || letters.dropFirst(place + 1).first?.isLowercase == true)
            if isFirst { words += "-" }
            words += letter.lowercased()
        }
        return words
    }
}
