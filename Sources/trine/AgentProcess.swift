import Client
import Custody
import Foundation
import Wire

/// Starts the process that holds a home's file key. The key goes through a pipe: no argument, no
/// variable and no file has it.
enum AgentProcess {
    /// Whether the agent runs now. One that ran before is ended.
    static func start(_ key: FileKey, for home: Home, seconds: Int64) -> Bool {
        _ = Agent.end(for: home.directory)
        let directory = URL(fileURLWithPath: home.directory).standardizedFileURL.path
        var (input, output): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&input) == 0 else { return false }
        guard pipe(&output) == 0 else {
            input.forEach { close($0) }
            return false
        }
        defer { (input + output).filter { $0 >= 0 }.forEach { close($0) } }
        let words = ["trine", "agent", "--home", directory, "--seconds", "\(seconds)"]
        guard spawn(words, input: input[0], output: output[1]) else { return false }
        // Only the child has these ends from here on, so that its end is seen.
        close(input[0])
        close(output[1])
        (input[0], output[1]) = (-1, -1)
        let sent = key.withBytes { write(input[1], $0.baseAddress, $0.count) == $0.count }
        var answer: UInt8 = 0
        var entry = pollfd(fd: output[0], events: Int16(POLLIN), revents: 0)
        return sent && poll(&entry, 1, readyMilliseconds) > 0 && read(output[0], &answer, 1) == 1
    }

    private static let readyMilliseconds: Int32 = 5000

    /// In a session of its own, so that closing the terminal doesn't end it; with no environment, and
    /// none of this process's files.
    private static func spawn(_ words: [String], input: Int32, output: Int32) -> Bool {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        posix_spawnattr_setflags(&attributes, newSession)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        keepFilesToOneself()
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var child: pid_t = 0
        return posix_spawn(
            &child, "/proc/self/exe", &actions, &attributes, &arguments, &environment) == 0
    }

    /// A child gets the three streams and nothing else that this process has open.
    private static func keepFilesToOneself() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// `POSIX_SPAWN_SETSID`.
    private static let newSession: Int16 = 0x80
}
