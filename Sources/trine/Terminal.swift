import Custody
import Foundation
import Wire

/// The three streams: results go to standard output, everything else to standard error as `trine: …`.
enum Terminal {
    private static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a result as it is.
    static func write(_ text: String) {
        clearProgress()
        write(text, to: .standardOutput)
    }

    /// Whether another program reads: then all that is printed is JSON, an object a line.
    static let isForPrograms = CommandLine.arguments.contains("--json")

    /// Tells the person something that isn't a result.
    static func note(_ text: String) {
        clearProgress()
        let line = isForPrograms ? note(["note": text]) : "trine: \(text.withoutControls)"
        write(line + "\n", to: .standardError)
    }

    /// Says what went wrong and what to do next.
    static func complain(_ complaint: Complaint, type: String) {
        guard isForPrograms else { return complaint.notes.forEach(note) }
        clearProgress()
        let error: Members = [
            "code": Int(complaint.exit.rawValue), "hint": complaint.hint,
            "message": complaint.message, "type": type,
        ]
        write(note(["error": error]) + "\n", to: .standardError)
    }

    private static func note(_ members: Members) -> String { members.json.shownText }

    /// Overwrites the last line of a terminal; says nothing elsewhere.
    static func progress(_ text: String) {
        if isErrorTerminal, !isForPrograms { write("\r\u{1b}[K\(text)", to: .standardError) }
    }

    /// How far a replay of the log has got.
    static func entries(_ done: some BinaryInteger, of all: some BinaryInteger) {
        progress("\(done) of \(all) entries")
    }

    /// How many columns results have; `nil` where they don't go to a terminal, and for one that
    /// doesn't say.
    static let width: Int? = {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col >= minimumWidth
        else { return nil }
        return Int(size.ws_col)
    }()

    private static let minimumWidth: UInt16 = 20

    private static func clearProgress() { progress("") }

    /// Whether a person sits at this command who could be asked something.
    static var hasPerson: Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    /// Shows what would happen, and whether the person then types `word`, or yes where it is `nil`.
    static func agrees(to lines: [String], typing word: String?) throws -> Bool {
        clearProgress()
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let terminal = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let question = word.map { "Type \($0) to do it: " } ?? "Do it? [y/N] "
        write((lines + ["", question]).joined(separator: "\n").withoutControls, to: terminal)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            if answer.count < 1000 { answer.append(byte) }
        }
        let said = String(decoding: answer, as: UTF8.self).split(separator: " ").joined(
            separator: " ")
        return word.map { $0 == said } ?? ["y", "yes"].contains(said.lowercased())
    }

    /// Asks for a passphrase without showing it. It comes from the file that `TRINE_PASSPHRASE_FILE`
    /// names where that is set, and never from the command line.
    static func passphrase(isNew: Bool, for directory: String) throws -> Passphrase {
        if let path = ProcessInfo.processInfo.environment["TRINE_PASSPHRASE_FILE"], !path.isEmpty {
            return try Passphrase(file: path)
        }
        guard isNew else { return try ask("Passphrase for \(directory): ") }
        return try askTwice(directory)
    }

    /// Asks for the passphrase that is to take the place of one. It comes from the file that
    /// `TRINE_NEW_PASSPHRASE_FILE` names where that is set.
    static func newPassphrase(for directory: String) throws -> Passphrase {
        let named = ProcessInfo.processInfo.environment["TRINE_NEW_PASSPHRASE_FILE"]
        if let named, !named.isEmpty { return try Passphrase(file: named) }
        return try askTwice(directory)
    }

    /// Who types one that is too short, or two different ones, is asked again.
    private static func askTwice(_ directory: String) throws -> Passphrase {
        for left in (0..<tries).reversed() {
            let first = try ask("New passphrase for \(directory): ")
            do {
                try first.checkLength()
                guard first.matches(try ask("The same again: ")) else {
                    throw Complaint.home("these were two different passphrases")
                        .hint("run it again")
                }
                return first
            } catch let error as any Worded where left > 0 {
                note("\(error.complaint.message): try again")
            }
        }
        preconditionFailure("the last try returns or throws")
    }

    /// Asks for the 24 words of a recovery kit, on as many lines as the person likes. They aren't shown,
    /// and come from the file that `TRINE_RECOVERY_WORDS_FILE` names where that is set.
    static func recoveryWords() throws -> [String] {
        let named = ProcessInfo.processInfo.environment["TRINE_RECOVERY_WORDS_FILE"]
        if let named, !named.isEmpty {
            let bytes = try PrivateFile.read(named, limit: 4096, ownersAlone: true) ?? []
            return words(bytes)
        }
        var typed: [String] = []
        while typed.count < Root.wordCount {
            let prompt = "Word \(typed.count + 1) of \(Root.wordCount), and as many as follow: "
            let line = try ask(prompt)
            typed += line.withBytes { words(Array($0)) }
        }
        return typed
    }

    private static func words(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .map(String.init)
    }

    /// Throws ``Complaint`` where no person could read what ``show(_:)`` shows.
    static func checkPerson() throws { close(try terminalForKit()) }

    /// Shows what is for a person's eyes alone: on the terminal, whatever becomes of the streams.
    static func show(_ text: String) throws {
        let terminal = FileHandle(fileDescriptor: try terminalForKit(), closeOnDealloc: true)
        try terminal.write(contentsOf: Data(("\n" + text.withoutControls + "\n").utf8))
    }

    private static func terminalForKit() throws -> Int32 {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Complaint.usage("there is no terminal to show the recovery kit on")
                .hint("name a file on something that isn't this machine: --kit /media/stick/kit")
        }
        return descriptor
    }

    private static func ask(_ prompt: String) throws -> Passphrase {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Complaint.home("there is no terminal to ask for the passphrase on")
                .hint("name a file that holds it: TRINE_PASSPHRASE_FILE=/path/to/file")
        }
        let terminal = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var usual = termios()
        guard tcgetattr(descriptor, &usual) == 0 else {
            throw Complaint.home("the terminal can't be told to hide what is typed")
        }
        var silent = usual
        silent.c_lflag &= ~tcflag_t(ECHO)
        Interruption.restoring(usual, of: descriptor)
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &usual)
            Interruption.restoringNothing()
            write("\n", to: terminal)
        }
        write(prompt, to: terminal)
        var line: [UInt8] = []
        defer { line.wipe() }
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            if line.count < Passphrase.maximumBytes { line.append(byte) }
        }
        guard let passphrase = Passphrase(line) else {
            throw Complaint.home("no passphrase was typed")
        }
        return passphrase
    }

    /// Whoever reads the stream may be gone; there is nobody to tell.
    private static func write(_ text: String, to stream: FileHandle) {
        try? stream.write(contentsOf: Data(text.utf8))
    }
}
