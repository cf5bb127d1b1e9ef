import ArgumentParser
import Foundation
import Importing
import PDF

/// The program itself as a reader of PDFs, in a process that may use little memory and time: what is made
/// to cost more ends with it.
struct PDFInvoiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pdf-invoice",
        abstract: "Take the XML of an invoice out of the PDF on standard input.",
        shouldDisplay: false)

    /// Besides what the program itself takes.
    private static let memoryBytes: UInt64 = 512 << 20
    private static let seconds: UInt64 = 20

    func run() throws {
        Self.limit(__rlimit_resource_t(RLIMIT_AS.rawValue), Self.taken + Self.memoryBytes)
        Self.limit(__rlimit_resource_t(RLIMIT_CPU.rawValue), Self.seconds)
        Self.limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), 0)
        Self.limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), 0)
        let input = try FileHandle.standardInput.read(upToCount: Importer.maximumFileBytes + 1)
        do throws(PDFFault) {
            let xml = try EmbeddedInvoice.xml(in: Array(input ?? Data()))
            FileHandle.standardOutput.write(Data(xml))
        } catch {
            // Codes between the two processes, and none of the program's own.
            let code = Int32(error.rawValue)
            Foundation.exit(code)
        }
    }

    /// The bytes of addresses that the program has.
    private static var taken: UInt64 {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)) ?? ""
        let pages = text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func limit(_ resource: __rlimit_resource_t, _ most: UInt64) {
        var limit = rlimit(rlim_cur: rlim_t(most), rlim_max: rlim_t(most))
        setrlimit(resource, &limit)
    }
}

/// Reads PDFs in a process for each.
enum PDFReading {
    /// The XML of an invoice inside a PDF, or why there is none.
    static let reader: PDFReader = { pdf in
        do {
            return try run(pdf)
        } catch {
            return .failure(.damaged)
        }
    }

    private static func run(_ pdf: [UInt8]) throws -> Result<[UInt8], ImportRefusal.Reason> {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/exe"))
        process.arguments = ["pdf-invoice"]
        // It gets nothing but the file: no passphrase, no home.
        process.environment = [:]
        let output = Pipe()
        process.standardInput = try unnamedFile(pdf)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let xml = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus == 0 {
            return .success(Array(xml))
        }
        let code = UInt8(truncatingIfNeeded: process.terminationStatus)
        let fault = process.terminationReason == .exit ? PDFFault(rawValue: code) : nil
        let reason: ImportRefusal.Reason =
            switch fault {
            case .encrypted: .encrypted
            case .nothingInside: .unsupportedFormat(.pdf)
            case .several: .ambiguousAttachment
            case .tooLarge:
                .tooLarge(
                    bytes: EmbeddedInvoice.maximumBytes + 1, limit: EmbeddedInvoice.maximumBytes)
            // What a limit ended was made to reach it.
            case .malformed, nil: .damaged
            }
        return .failure(reason)
    }

    /// A file without a name, in memory, at its beginning: no copy of a document lies on a disk.
    private static func unnamedFile(_ bytes: [UInt8]) throws -> FileHandle {
        let name = "/trine-" + UUID().uuidString
        let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        shm_unlink(name)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: bytes)
        try handle.seek(toOffset: 0)
        return handle
    }
}
