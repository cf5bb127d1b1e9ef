import ArgumentParser
import Wire

/// Who checks signatures in this process: libsodium alone where the environment's `TRINE_SIGNATURES` says
/// so, else our own code too, with the same verdicts.
enum SignatureChoice {
    static let variable = Setting.signatures.rawValue

    /// Throws `ValidationError` for another word than `libsodium`, so that a misspelt one is noticed.
    static func take(
        from environment: [String: String], for keys: PreparedKeys = .shared
    ) throws {
        switch environment[variable] {
        case nil, "": break
        case "libsodium": keys.leaveToLibsodium()
        case .some(let word):
            throw ValidationError("\(variable) may be libsodium, or not be set, and is \(word)")
        }
    }
}
