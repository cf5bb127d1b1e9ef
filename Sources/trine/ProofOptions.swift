import ArgumentParser
import Client
import Sharing

/// Statements as they come on the command line: texts, and scorecards from files.
enum ProofOptions {
    /// What is to be read goes with fields, what is to be proven with statements.
    static func check(
        _ right: Right, fields: NameList?, _ statements: [String], _ scorecards: [String]
    ) throws {
        switch right {
        case .read:
            guard statements.isEmpty, scorecards.isEmpty else {
                throw ValidationError("--statement and --scorecard go with --right prove")
            }
            guard fields != nil else {
                throw ValidationError("say which fields: --fields due_date,payable_amount")
            }
        case .prove:
            guard fields == nil else { throw ValidationError("--fields goes with --right read") }
            let count = statements.count + scorecards.count
            guard (1...ProofStatement.maximumCount).contains(count) else {
                throw ValidationError(
                    "say what to prove, up to \(ProofStatement.maximumCount) times:"
                        + " --statement 'sum(payable_amount) >= 1000 EUR'")
            }
        }
    }

    /// Throws ``Complaint`` for what isn't a statement or a scorecard.
    static func statements(
        _ texts: [String], _ scorecards: [String]
    ) throws -> [ProofStatement] {
        var statements: [ProofStatement] = []
        for text in texts {
            do { statements.append(try ProofStatement(parsing: text)) } catch {
                throw error.complaint(about: text)
            }
        }
        for path in scorecards {
            let bytes = try InputFile.bytes(path, limit: Scorecard.maximumFileBytes)
            do { statements.append(.score(try Scorecard(parsing: bytes))) } catch {
                throw error.complaint(aboutFile: path)
            }
        }
        return statements
    }
}
