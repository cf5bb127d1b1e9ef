import Foundation
import Importing

/// The files that paths lead to: files as they are, folders with everything in them.
struct DocumentFiles {
    /// A file, or a path where none could be read.
    struct File {
        /// For people; it isn't its name to the byte where that isn't UTF-8.
        let path: String
        fileprivate let name: [CChar]
        /// `nil` where it can't be read.
        let size: Int?
    }

    private(set) var files: [File] = []
    /// What lies in the folders and isn't taken.
    private(set) var leftOut: [LeftOutFile] = []

    /// Files of a folder in the order of their names; those that begin with a dot are left out, and
    /// links aren't followed.
    init(_ paths: [String]) {
        for path in paths { add(Array(path.utf8CString.dropLast()), whatever: true) }
    }

    /// `name` has no byte 0 at its end.
    private mutating func add(_ name: [CChar], whatever isNamed: Bool) {
        var status = stat()
        let found = (name + [0]).withUnsafeBufferPointer {
            isNamed ? stat($0.baseAddress!, &status) : lstat($0.baseAddress!, &status)
        }
        guard found == 0 else { return files.append(File(name, size: nil)) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: addFolder(name)
        case S_IFREG: files.append(File(name, size: Int(status.st_size)))
        case S_IFLNK: leftOut.append(LeftOutFile(path: name.words, reason: .link))
        default:
            if isNamed {
                files.append(File(name, size: Int(status.st_size)))
            } else {
                leftOut.append(LeftOutFile(path: name.words, reason: .noFile))
            }
        }
    }

    private mutating func addFolder(_ name: [CChar]) {
        let path = name.last == CChar(UInt8(ascii: "/")) ? name : name + [CChar(UInt8(ascii: "/"))]
        guard let folder = opendir(path + [0]) else {
            return files.append(File(name, size: nil))
        }
        defer { closedir(folder) }
        var names: [[CChar]] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
                })
        }
        let dot = CChar(UInt8(ascii: "."))
        for child in names.sorted(by: { $0.lexicographicallyPrecedes($1) })
        where child != [dot] && child != [dot, dot] {
            if child.first == dot {
                leftOut.append(LeftOutFile(path: (path + child).words, reason: .hidden))
            } else {
                add(path + child, whatever: false)
            }
        }
    }
}

/// Something in a folder that an import doesn't take.
public struct LeftOutFile: Sendable {
    public enum Reason: Sendable, CaseIterable {
        /// Its name begins with a dot.
        case hidden
        case link
        /// A pipe, a device or the like.
        case noFile
    }

    public let path: String
    public let reason: Reason
}

extension DocumentFiles.File {
    fileprivate init(_ name: [CChar], size: Int?) {
        self.init(path: name.words, name: name, size: size)
    }

    /// The content, up to one byte more than is ever imported; `nil` where it can't be read.
    func read() -> [UInt8]? {
        let descriptor = open(name + [0], O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let data = try? handle.read(upToCount: Importer.maximumFileBytes + 1) else {
            return size == 0 ? [] : nil
        }
        return Array(data)
    }
}

extension [CChar] {
    fileprivate var words: String { String(decoding: map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}
