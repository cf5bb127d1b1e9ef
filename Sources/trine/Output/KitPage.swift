import Client
import Foundation

/// Where a new recovery kit goes: onto the terminal, or into a file that isn't in the home.
struct KitPage: Sendable {
    private let file: String?

    /// Throws ``Complaint`` where it couldn't be kept: before anything is made.
    init(_ file: String?, outside home: Home) throws {
        self.file = file
        guard let file else {
            try Terminal.checkPerson()
            return
        }
        let folder = { (path: String) in
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path + "/"
        }
        guard !folder(file).hasPrefix(folder(home.directory)) else {
            throw Complaint.usage("the recovery kit doesn't belong in the home it is to replace")
                .hint("name a file on something that isn't this machine: --kit /media/stick/kit")
        }
        try OutputFile.check(file)
    }

    func keep(_ kit: RecoveryKit) throws {
        guard let file else { return try Terminal.show(kit.text) }
        try OutputFile.write(Array(kit.text.utf8), to: file)
    }

    static let advice =
        "who has the recovery kit can act as you: keep it as you keep cash, and not here"
}
