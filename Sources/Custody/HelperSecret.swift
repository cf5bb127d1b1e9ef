import Foundation
package import Wire

/// The secrets that other programs keep for a keyring: what the service manager hands to a service, and
/// what a helper gives.
package enum HelperSecret {
    /// Bytes of such a secret at least; it is random, and nobody types it.
    package static let minimumBytes = 32
    private static let maximumBytes = 4096
    private static let limit = Duration.seconds(20)

    /// What a slot is wrapped under, of what was kept.
    package static func secret(_ kept: [UInt8]) -> Secret { Secret(copying: kept) }

    /// The content of the service manager's credential (systemd's `LoadCredential` and
    /// `LoadCredentialEncrypted`); `nil` where there is none of this name.
    package static func credential(_ name: String, in environment: [String: String]) -> [UInt8]? {
        guard let directory = environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/"),
            let found = try? PrivateFile.read(directory + "/" + name, limit: maximumBytes),
            found.count >= minimumBytes
        else { return nil }
        return found
    }

    /// Asks the program at `path`: it gets a line on its input, and gives the secret in base64url on
    /// one line of its output. It gets no arguments and next to no environment; what it says on its
    /// error stream the person sees.
    ///
    /// Throws ``KeyringError/helper(_:_:)``.
    package static func ask(
        _ name: String, at path: String, for home: String
    ) throws(KeyringError) -> [UInt8] {
        try checkOwners(name, path)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.standardInput = input
        process.standardOutput = output
        let passed = ["HOME", "PATH", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY"]
        process.environment = ProcessInfo.processInfo.environment.filter { passed.contains($0.key) }
        do { try process.run() } catch {
            throw .helper(name, .notRun(path: path, code: Int32((error as NSError).code)))
        }
        let question = Array("trine-helper/1 get \(name)\n".utf8)
        try? input.fileHandleForWriting.write(contentsOf: Data(question))
        try? input.fileHandleForWriting.close()
        let watch = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: watch)
        var answer =
            (try? output.fileHandleForReading.read(upToCount: maximumBytes)).flatMap {
                $0.map { [UInt8]($0) }
            } ?? []
        defer { answer.wipe() }
        process.waitUntilExit()
        watch.cancel()
        let line = answer.prefix { $0 != UInt8(ascii: "\n") }
        guard process.terminationStatus == 0,
            let secret = Base64URL.decode(String(decoding: line, as: UTF8.self)),
            secret.count >= minimumBytes
        else { throw .helper(name, .noAnswer) }
        return secret
    }

    /// Whoever may change the program gets the secret.
    private static func checkOwners(_ name: String, _ path: String) throws(KeyringError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .helper(name, .notRun(path: path, code: errno))
        }
        guard [0, geteuid()].contains(status.st_uid), status.st_mode & 0o022 == 0 else {
            throw .helper(name, .exposed(path: path))
        }
    }
}
