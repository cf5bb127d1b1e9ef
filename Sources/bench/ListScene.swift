import Client
import Demo
import Foundation
import Interface
import Sharing
import Transparency
import Wire

/// A log as a small alliance fills it in some years: eight enterprises with a book for each of a hundred
/// months and more, of whose records one enterprise has half; that one's requests and grants, of which two
/// of three are over, and what the lender read under them, which is a twelfth of the entries.
struct ListScene: Sendable {
    let load: LoadScene
    let regulator: Session
    let grants: [JTI]

    var enterprise: Session { load.enterprises[0] }
    /// One whose records the enterprise imported itself.
    let book: BookName
    private static let books = 100
    private static let requestCount = 100
    private static let grantCount = 300
    private static let standing = 100
    /// As many records go into one call.
    private static let perCall = 100
    private static let readers = 8

    init(entries: UInt64) async throws {
        load = try await LoadScene()
        regulator = try await load.admit("regulator", as: .regulator)
        let own = try Enterprise(load.enterprises[0])
        book = BookName(series: .invoices, month: BenchAlliance.lastYear.lowerBound)
        try await Self.importDocuments(own, load.directory)
        for _ in 0..<Self.requestCount { try await Self.request(load) }
        var grants: [JTI] = []
        for _ in 0..<Self.grantCount { grants.append(try await Self.grant(own, load)) }
        self.grants = grants
        try await fetch(Int(entries) / 12)
        let missing = Int(entries) - Int(try await load.size()) - (Self.grantCount - Self.standing)
        if missing > 0 { try await register(missing) }
        let lender = try Lender(load.lender)
        try await load.lender.readAll()
        for grant in grants.dropLast(Self.standing) { _ = try await lender.giveBack(grant) }
    }

    private static func importDocuments(_ own: Enterprise, _ directory: String) async throws {
        let folder = directory + "/documents"
        for document in SampleEnterprise.documents(months: BenchAlliance.lastYear) {
            try Data(document.xml).write(to: URL(fileURLWithPath: folder + "/" + document.name))
        }
        _ = try await own.importDocuments([folder])
    }

    private static func request(_ load: LoadScene) async throws {
        let now = load.lender.now
        _ = try await Lender(load.lender).request(
            RequestTerms(
                .creditMonitoring, to: load.enterprises[0].handle, right: .read,
                scope: .months(.invoices, BenchAlliance.lastYear),
                subject: .fields(LoadScene.fields), notBefore: now,
                expires: now.advanced(by: 86_400), fetches: 1, dataLife: 86_400))
    }

    private static func grant(_ own: Enterprise, _ load: LoadScene) async throws -> JTI {
        let plan = try await own.plan(
            GrantWish(
                to: load.lender.handle, scope: .months(.invoices, BenchAlliance.lastYear),
                fields: LoadScene.fields, purpose: .creditMonitoring, lifetime: 86_400,
                fetches: 1_000_000, dataLife: 86_400))
        return try await own.grant(plan).statement.jti
    }

    private func fetch(_ count: Int) async throws {
        _ = try await Load(
            port: load.gateway.port,
            requests: try await load.fetches(count, over: Self.readers, under: grants),
            seconds: 600, warmUp: 0
        ).run()
    }

    /// Registers records of months before those of the documents, half of them of the first enterprise.
    private func register(_ count: Int) async throws {
        let enterprises = load.enterprises
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, enterprise) in enterprises.enumerated() {
                let own = place == 0 ? count / 2 : count / 2 / (enterprises.count - 1)
                group.addTask { try await Self.register(own, by: enterprise) }
            }
            try await group.waitForAll()
        }
    }

    private static func register(_ count: Int, by enterprise: Session) async throws {
        let fields = try LoadScene.ciphertexts()
        let (root, blob) = (fields.root, fields.encoded)
        let signer = try enterprise.signer(.all)
        let time = enterprise.now
        let last = BenchAlliance.lastYear.lowerBound.number
        for place in 0..<books {
            guard let month = Month(number: last - books + place) else {
                preconditionFailure("so many months before last year are in this century")
            }
            let records = count / books + (place < count % books ? 1 : 0)
            for first in stride(from: 0, to: records, by: perCall) {
                let frames = (first..<min(records, first + perCall)).map { number in
                    let record = signer.emptyInvoice(
                        in: month, number: Int64(number + 1), at: time, fieldsRoot: root)
                    return Frame(jws: record.jws.bytes, blob: blob)
                }
                let answer = try await enterprise.connection.register(frames)
                for case .refused(let problem) in answer.results {
                    throw LoadError.refused(status: Int(problem.status), problem.name)
                }
            }
        }
    }

    func close() async throws {
        await regulator.close()
        try await load.close()
    }
}

extension Session {
    /// Reads the log to its end, however long it is.
    func readAll() async throws {
        while true {
            do {
                try await sync()
                return
            } catch ClientError.moreEntries { continue }
        }
    }
}
