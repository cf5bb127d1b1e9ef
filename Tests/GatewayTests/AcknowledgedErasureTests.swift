import Client
import Foundation
import Sharing
import Storage
import Synchronization
import Testing
import Verification
import Wire

@testable import Client
@testable import Storage

/// An erasure whose key can't be destroyed at once, since the disk fails where the root key lies.
@Suite struct AcknowledgedErasureTests {
    @Test func anAcknowledgedErasureHasDestroyedItsKey() async throws {
        let directory = NSTemporaryDirectory() + "/trine-erasure-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let failing = Failing()
        var tuning = SQLiteTuning()
        tuning.changingRoot = { path, write throws(StoreError) in
            if failing.isOn { throw .failed(.system(call: "pwrite", path: path, code: EIO)) }
            try write()
        }
        let store = try SQLiteStore(opening: directory, tuning)
        let alliance = try await Alliance(on: store)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let book = BookName(series: .invoices, month: Months.first)
        let number = try #require(RecordNumber("\(book)#1"))
        let index = try #require(
            try await store.records(of: enterprise.handle, in: book, 1...1).first
        ).index
        let place = VaultPlace(.entry, index)
        #expect(try await store.vault().key(place) != nil)
        failing.isOn = true
        await #expect(throws: ConnectionError.self) {
            _ = try await Enterprise(enterprise).erase(number, .retentionEnded)
        }
        // The same again isn't acknowledged while the key is there.
        await #expect(throws: ConnectionError.self) { _ = try await enterprise.flush() }
        #expect(try await store.isErased(index))
        #expect(await enterprise.hasUnsent)
        failing.isOn = false
        let late = try await enterprise.flush()
        #expect(late.compactMap(\.index).count == 1)
        #expect(try await store.vault().key(place) == nil)
        await enterprise.close()
        await alliance.stop()
        try store.close()
    }

    private final class Failing: Sendable {
        private let on = Mutex(false)
        var isOn: Bool {
            get { on.withLock { $0 } }
            set { on.withLock { $0 = newValue } }
        }
    }
}
