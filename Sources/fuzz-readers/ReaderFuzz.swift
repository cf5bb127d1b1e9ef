import Foundation
import TestReaders

// Feeds inputs to everything that reads files of others, and ends where one of them crashes.
//
// Built with `--sanitize fuzzer -Xswiftc -DFUZZING` it is a coverage-guided fuzzer of the one reader that
// `TRINE_READER` names, with the options of libFuzzer, whose `main` it has then: `make fuzz`. Built without,
// it gives each file that it is given to every reader, once: what was found is tried again so.

#if FUZZING
    @_cdecl("LLVMFuzzerTestOneInput")
    public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        // What isn't meant for this reader isn't kept as an input to go on from.
        guard chosenReader.takes(bytes) else { return -1 }
        chosenReader.read(bytes)
        return 0
    }

    /// The reader of this process.
    private let chosenReader: FuzzedReader = {
        let name = ProcessInfo.processInfo.environment["TRINE_READER"] ?? ""
        guard let reader = FuzzedReader(rawValue: name) else {
            let names = FuzzedReader.allCases.map(\.rawValue).joined(separator: ", ")
            stop("TRINE_READER is one of \(names)")
        }
        return reader
    }()
#else
    @main enum ReaderFuzz {
        static func main() {
            for path in CommandLine.arguments.dropFirst() {
                guard let data = FileManager.default.contents(atPath: path) else {
                    stop("can't read \(path)")
                }
                for reader in FuzzedReader.allCases { reader.read(Array(data)) }
            }
        }
    }
#endif

/// Says why nothing can be read, and ends.
func stop(_ words: String) -> Never {
    FileHandle.standardError.write(Data((words + "\n").utf8))
    exit(2)
}
