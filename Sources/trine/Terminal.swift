import Client
import Custody
import Foundation
import Wire

/// The three streams: results go to standard output, everything else to standard error as `trine: …`.
enum Terminal {
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a result.
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func printBytes(_ bytes: [UInt8]) {
        FileHandle.standardOutput.write(Data(bytes))
    }

    /// Tells the person something that isn't a result.
    static func note(_ text: String) {
        clearProgress()
        write("trine: \(text)\n", to: STDERR_FILENO)
    }

    /// Overwrites the last line of a terminal; says nothing elsewhere.
    static func progress(_ text: String) {
        guard isErrorTerminal else { return }
        write("\r\u{1b}[K\(text)", to: STDERR_FILENO)
    }

    static func clearProgress() {
        guard isErrorTerminal else { return }
        write("\r\u{1b}[K", to: STDERR_FILENO)
    }

    /// Asks for a passphrase without showing it. It comes from the file that `TRINE_PASSPHRASE_FILE`
    /// names where that is set, and never from the command line.
    static func passphrase(isNew: Bool, for home: Home) throws -> Passphrase {
        if let path = ProcessInfo.processInfo.environment["TRINE_PASSPHRASE_FILE"], !path.isEmpty {
            return try Passphrase(file: path)
        }
        guard isNew else { return try ask("Passphrase for \(home.directory): ") }
        let first = try ask("New passphrase for \(home.directory): ")
        guard first.isLongEnough else {
            throw Complaint.home(
                "a passphrase needs at least \(Passphrase.minimumCharacters) characters",
                "a few random words are easy to type and hard to guess")
        }
        guard first.matches(try ask("The same again: ")) else {
            throw Complaint.home("these were two different passphrases", "run it again")
        }
        return first
    }

    private static func ask(_ prompt: String) throws -> Passphrase {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Complaint.home(
                "there is no terminal to ask for the passphrase on",
                "name a file that holds it: TRINE_PASSPHRASE_FILE=/path/to/file")
        }
        defer { close(descriptor) }
        var usual = termios()
        guard tcgetattr(descriptor, &usual) == 0 else {
            throw Complaint.home("the terminal can't be told to hide what is typed")
        }
        var silent = usual
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        defer {
            tcsetattr(descriptor, TCSAFLUSH, &usual)
            write("\n", to: descriptor)
        }
        write(prompt, to: descriptor)
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

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
