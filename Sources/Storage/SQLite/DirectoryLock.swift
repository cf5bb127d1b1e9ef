#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to write in a directory: one process has it, until it ends or gives it up.
///
/// The operating system keeps it (an advisory lock on the file `lock`), so that a process that was
/// killed leaves nothing to clear away.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Throws ``StoreError/failed(_:)`` where another process, or another store in this one, has it.
    init(_ directory: String) throws(StoreError) {
        let path = directory + "/lock"
        // Kept only when the lock is: an initialiser that throws with everything set runs `deinit`,
        // and a descriptor that is closed twice may be another file's by then.
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let fault = Self.fault("flock", path)
            close(descriptor)
            throw isTaken ? .failed(.inUse(directory: directory)) : fault
        }
        self.descriptor = descriptor
    }

    /// The right to make a backup of the store in `directory`, beside whoever works on it: the directory itself
    /// is locked, which no backup replaces. Throws ``StoreFault/backupUnderWay(directory:)``.
    init(backingUp directory: String) throws(StoreError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.fault("open", directory) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let fault = Self.fault("flock", directory)
            close(descriptor)
            throw isTaken ? .failed(.backupUnderWay(directory: directory)) : fault
        }
        self.descriptor = descriptor
    }

    /// Whether somebody has it now. Takes it for a moment where nobody does.
    static func isTaken(_ directory: String) -> Bool {
        let descriptor = open(directory + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Shared: two who ask don't take each other for a gateway.
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
        flock(descriptor, LOCK_UN)
        return false
    }

    /// Unlocked first: a process that is being started beside has a copy of the descriptor for a
    /// moment, and closing ours alone wouldn't let go.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Makes `directory`, readable by its owner only, and the files in it, where they don't exist,
    /// and sees to it that their names are durable.
    static func prepare(_ directory: String, files: [String]) throws(StoreError) {
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw fault("mkdir", directory)
        }
        for file in files {
            let descriptor = open(directory + "/" + file, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw fault("open", directory + "/" + file) }
            close(descriptor)
        }
        try sync(directory)
        try sync(directory + "/..")
    }

    static func sync(_ directory: String) throws(StoreError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("fsync", directory) }
    }

    private static func fault(_ call: String, _ path: String) -> StoreError {
        .failed(.system(call: call, path: path, code: errno))
    }
}
