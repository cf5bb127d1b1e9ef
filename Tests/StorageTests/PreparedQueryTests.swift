import GRDB
import Testing

@testable import Storage

/// What a prepared query is given lies in the program's memory, and what it finds is copied.
@Suite struct PreparedQueryTests {
    private static func inDatabase(_ body: (Database) throws -> Void) throws {
        try DatabaseQueue().write { db in
            try db.execute(
                sql: """
                    CREATE TABLE things (
                        number INTEGER PRIMARY KEY, text TEXT NOT NULL, bytes BLOB NOT NULL, any INTEGER
                    ) STRICT
                    """)
            try body(db)
        }
    }

    @Test func whatIsWrittenIsFound() throws {
        try Self.inDatabase { db in
            let insert = try PreparedQuery(
                "INSERT INTO things (number, text, bytes) VALUES (?, ?, ?)", on: db)
            let find = try PreparedQuery(
                "SELECT text, bytes, any FROM things WHERE number = ? AND text = ? AND bytes = ?",
                on: db)
            let texts = [
                "", "a", "fifteen letters", "more than fifteen letters", "na\u{ef}ve \u{1f333}",
                "a\0b",
            ]
            let bytes: [[UInt8]] = [[], [0], Array(repeating: 7, count: 100_000)]
            var number: Int64 = .min
            for text in texts {
                for bytes in bytes {
                    try insert.run(number, text, bytes)
                    let found = try find.row(number, text, bytes) {
                        ($0.text(0), $0.bytes(1), $0.integerIfAny(2))
                    }
                    let (foundText, foundBytes, any) = try #require(found)
                    #expect(foundText == text)
                    #expect(foundBytes == bytes)
                    #expect(any == nil)
                    number += 1
                }
            }
            #expect(try find.row(0, "", [UInt8]()) { $0.text(0) } == nil)
        }
    }

    /// After an error a query is as good as new, and what it was given is let go of.
    @Test func anErrorIsThrownWithItsCode() throws {
        try Self.inDatabase { db in
            let insert = try PreparedQuery(
                "INSERT INTO things (number, text, bytes) VALUES (?, ?, ?)", on: db)
            try insert.run(1, "one", [UInt8]([1]))
            let error = #expect(throws: DatabaseError.self) {
                try insert.run(1, "two", [UInt8]([2]))
            }
            #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY)
            try insert.run(2, "two", [UInt8]([2]))
            // A value that isn't given is null, not the one of the time before.
            #expect(throws: DatabaseError.self) { try insert.run(3) }
            #expect(try db.rows("SELECT number FROM things") { $0.integer(0) } == [1, 2])
        }
    }

    /// Where reading a row fails the query ends, and gives all rows the next time.
    @Test func whatReadingThrowsEndsIt() throws {
        struct Refused: Error {}
        try Self.inDatabase { db in
            let insert = try PreparedQuery(
                "INSERT INTO things (number, text, bytes) VALUES (?, ?, ?)", on: db)
            for number in 1...5 { try insert.run(number, "", [UInt8]()) }
            let all = try PreparedQuery("SELECT number FROM things WHERE number > ?", on: db)
            #expect(throws: Refused.self) {
                try all.rows([2]) { if $0.integer(0) == 4 { throw Refused() } }
            }
            #expect(try all.rows([2]) { $0.integer(0) } == [3, 4, 5])
        }
    }
}
