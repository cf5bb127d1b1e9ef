/// An error as a person sees it: what is wrong, what to do next, and how the process ends.
struct Complaint: Error {
    let exit: Exit
    let message: String
    let hint: String?

    static func usage(_ message: String, _ hint: String? = nil) -> Complaint {
        Complaint(exit: .usage, message: message, hint: hint)
    }

    static func refused(_ message: String, _ hint: String? = nil) -> Complaint {
        Complaint(exit: .refused, message: message, hint: hint)
    }

    static func home(_ message: String, _ hint: String? = nil) -> Complaint {
        Complaint(exit: .home, message: message, hint: hint)
    }

    static func unreachable(_ message: String, _ hint: String? = nil) -> Complaint {
        Complaint(exit: .unreachable, message: message, hint: hint)
    }

    static func untrusted(_ message: String, _ hint: String? = nil) -> Complaint {
        Complaint(exit: .untrusted, message: message, hint: hint)
    }
}

/// An error with words for a person. Errors themselves carry facts; every one that a workflow throws
/// has its words in a table beside this file, without a `default`.
protocol Worded: Error {
    var complaint: Complaint { get }
}

extension Complaint: Worded {
    var complaint: Complaint { self }
}
