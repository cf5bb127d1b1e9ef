import Client
import Sharing
import Wire

extension JSON {
    static func texts(_ texts: some Sequence<String>) -> JSON {
        .array(texts.map { .string($0) })
    }

    static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    static func number(_ number: Int) -> JSON { .integer(Int64(number)) }
}

extension Registration {
    /// Its place and identifier, and the command's own members.
    func json(_ members: [String: JSON]) -> JSON {
        .object(
            members.merging(["index": .integer(index), "jti": .string(statement.jti.text)]) { $1 })
    }
}

/// `1 record`, `2 records`.
func counted(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
}
