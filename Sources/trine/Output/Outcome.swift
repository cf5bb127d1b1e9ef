import Client
import Sharing
import Wire

/// What comes of a command: a result that is printed as JSON or in words, what is said beside it,
/// and whether the process ends well.
struct Outcome {
    let json: () -> JSON
    let words: () -> String
    var notes: [String] = []
    /// Another one for a negative verdict, for findings, and where something was refused.
    private(set) var exit = Exit.success
    private(set) var isFile = false

    init(json: @escaping @autoclosure () -> JSON, words: @escaping () -> String) {
        self.json = json
        self.words = words
    }

    init(_ members: @escaping @autoclosure () -> Members, words: @escaping () -> String) {
        self.init(json: members().json, words: words)
    }

    /// A list: the member `name`, or a row for each element; `none` where there is none.
    static func list<Element>(
        _ name: String, _ elements: [Element], none: String, _ columns: Column<Element>...
    ) -> Outcome {
        let table = Table(columns)
        return Outcome([name: table.json(elements)]) { table.text(elements) ?? none }
    }

    /// The text of a file for other programs, as it is: JSON or not, and with nothing behind it.
    static func file(_ text: String, notes: [String]) -> Outcome {
        var outcome = Outcome([:]) { text }.noting(notes)
        outcome.isFile = true
        return outcome
    }

    /// A statement that is on the log now.
    static func signed(
        _ done: Registration, _ members: Members, words: String, after: String = ""
    ) -> Outcome {
        registered(done, members) { "\(words), entry \(done.index).\(after)" }
    }

    /// The same, where the words say more of its place and identifier.
    static func registered(
        _ done: Registration, _ members: Members, words: @escaping () -> String
    ) -> Outcome {
        let place: Members = ["index": done.index, "jti": done.statement.jti]
        return Outcome(members.merging(place) { $1 }, words: words)
    }

    /// The same with these notes.
    func noting(_ notes: [String]) -> Outcome {
        var outcome = self
        outcome.notes += notes
        return outcome
    }

    /// The same, as good as `isGood` says.
    func ending(well isGood: Bool) -> Outcome { isGood ? self : ending(with: .refused) }

    /// The same, with this exit code.
    func ending(with exit: Exit) -> Outcome {
        var outcome = self
        outcome.exit = exit
        return outcome
    }
}
