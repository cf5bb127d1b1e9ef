import Foundation
import Sharing
import Wire

/// Reads the repeated groups of a document, as lists of objects. A member that the document doesn't have
/// is left out.
struct GroupReader {
    let numbers: PrintedNumbers

    /// A member of a group: its name, the path of its element inside the group's, and what it is.
    struct Member {
        let name: String
        let path: String
        let kind: Kind

        enum Kind {
            case text, date, amount, number
            /// A date without signs between its parts.
            case compactDate
            /// A number that follows the sign of the document.
            case quantity
            /// An attribute of the element.
            case attribute(String)
        }

        init(_ name: String, _ path: String, _ kind: Kind = .text) {
            self.name = name
            self.path = path
            self.kind = kind
        }
    }

    func object(
        _ element: Element, _ members: [Member], in term: ImportRefusal.Term
    ) throws(Finding) -> [String: JSON] {
        var object: [String: JSON] = [:]
        for member in members where object[member.name] == nil {
            guard let found = element.filled(member.path) else { continue }
            let text: String? =
                switch member.kind {
                case .text: found.text
                case .date: try found.date(term).description
                case .compactDate: try found.compactDate(term).description
                case .amount: try numbers.text(amount: found, term)
                case .number: try numbers.text(number: found, term)
                case .quantity: try numbers.text(number: found, term, turning: true)
                case .attribute(let name): found.attribute(name)
                }
            object[member.name] = text.map { .string($0) }
        }
        return object
    }

    func list(
        _ elements: [Element], _ members: [Member], in term: ImportRefusal.Term
    ) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements { list.append(.object(try object(element, members, in: term))) }
        return list
    }

    /// What is said of a file that is embedded: its name and type, `bytes` and `digest`. The file itself is
    /// in the document.
    static func embedded(_ file: Element) -> [String: JSON] {
        var object: [String: JSON] = [:]
        object["filename"] = file.attribute("filename").map { .string($0) }
        object["media_type"] = file.attribute("mimeCode").map { .string($0) }
        let base64 = String((file.text ?? "").unicodeScalars.filter { $0.value > 0x20 })
        if let content = Data(base64Encoded: base64) {
            object["bytes"] = .integer(Int64(content.count))
            object["digest"] = .string(Digest<Digested.Blob>(hashing: content).text)
        }
        return object
    }
}
