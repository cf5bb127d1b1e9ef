/// An error as a person sees it: what is wrong, what to do next, and how the process ends.
struct Complaint: Error {
    let exit: Exit
    let message: String
    private(set) var hint: String?
    /// What other programs tell it by; `nil` where the error behind it has a name of its own.
    private(set) var name: String?

    /// Each line is one line, whatever names of others stand in it.
    init(_ exit: Exit, _ lines: [String]) {
        self.exit = exit
        message = lines.map(\.onOneLine).joined(separator: "\n")
    }

    static func usage(_ message: String) -> Complaint { Complaint(.usage, [message]) }
    static func refused(_ message: String) -> Complaint { Complaint(.refused, [message]) }
    static func home(_ message: String) -> Complaint { Complaint(.home, [message]) }
    static func unreachable(_ message: String) -> Complaint { Complaint(.unreachable, [message]) }
    static func untrusted(_ message: String) -> Complaint { Complaint(.untrusted, [message]) }

    /// The same with a name of its own.
    func named(_ name: String) -> Complaint {
        var complaint = self
        complaint.name = name
        return complaint
    }

    /// What is said beside a result.
    var notes: [String] { [message] + [hint].compactMap(\.self) }

    /// The same with what to do next.
    func hint(_ hint: String?) -> Complaint {
        var complaint = self
        complaint.hint = hint?.onOneLine
        return complaint
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
