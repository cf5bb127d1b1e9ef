import Rules
import Sharing
import Testing
import Wire

@testable import Gateway

/// What the cache says is what was decided last, however it is read, filled and emptied meanwhile.
@Suite struct StateCacheTests {
    private let keys = (0..<64).map { number in
        SourceState.key(Handle("acme")!, Digest(hashing: [UInt8(number)])).untyped
    }

    private func value(_ number: Int) -> StateValue {
        StateValue(SourceState(record: JTI(bytes: [UInt8](repeating: UInt8(number), count: 16))!))
    }

    private func known(_ cache: StateCache, _ key: StateKey) -> StateValue?? {
        var slice = Slice()
        return cache.fill(&slice, [key]).isEmpty ? .some(slice[key]) : nil
    }

    @Test func absenceIsKnownToo() {
        let cache = StateCache(capacity: 8)
        #expect(known(cache, keys[0]) == nil)
        let read = cache.beginRead()
        var found = Slice()
        found[keys[1]] = value(1)
        cache.end(read, found: found, of: keys[0...1])
        #expect(known(cache, keys[0]) == .some(nil))
        #expect(known(cache, keys[1]) == value(1))
    }

    /// A read that began before a batch was decided doesn't undo it, not even where the batch's change
    /// would have been forgotten since.
    @Test func anOldReadUndoesNothing() {
        let cache = StateCache(capacity: 8)
        let read = cache.beginRead()
        cache.apply([keys[0]: value(1)], of: 1)
        cache.committed(1)
        for number in 1..<60 { cache.apply([keys[number]: value(number)], of: 1) }
        cache.end(read, found: Slice(), of: [keys[0]])
        #expect(known(cache, keys[0]) == value(1))
    }

    /// What the store doesn't have yet is kept beyond all bounds; the rest isn't.
    @Test func whatIsNotCommittedIsKept() {
        let cache = StateCache(capacity: 8)
        for number in 0..<32 { cache.apply([keys[number]: value(number)], of: 1) }
        for number in 0..<32 { #expect(known(cache, keys[number]) == value(number)) }
        cache.committed(1)
        for number in 32..<64 { cache.apply([keys[number]: value(number)], of: 2) }
        cache.committed(2)
        cache.apply([keys[0]: value(0)], of: 3)
        cache.apply([keys[1]: value(1)], of: 3)
        cache.committed(3)
        for number in 2..<64 {
            cache.apply([keys[number]: value(number)], of: 4 + Int64(number))
            cache.committed(4 + Int64(number))
        }
        #expect(cache.count <= 8)
    }

    /// What is kept of the older half stays what it is when that half's memory is used again.
    @Test func whatIsUsedStaysThroughMany() {
        let cache = StateCache(capacity: 8)
        cache.apply([keys[0]: value(0)], of: 1)
        cache.committed(1)
        for number in 1..<64 {
            let batch = Int64(number) + 1
            cache.apply([keys[number]: value(number)], of: batch)
            #expect(known(cache, keys[0]) == value(0))
            #expect(known(cache, keys[number]) == value(number))
            cache.committed(batch)
        }
        #expect(cache.count <= 8)
        #expect(known(cache, keys[20]) == nil)
    }

    /// Who asks for what is stored gets what was so before the batches that aren't stored yet.
    @Test func whatIsStoredIsKnownBesideWhatIsDecided() {
        let cache = StateCache(capacity: 8)
        func stored() -> StateValue?? {
            var slice = Slice()
            return cache.fill(&slice, [keys[0]], stored: true).isEmpty ? .some(slice[keys[0]]) : nil
        }
        cache.apply([keys[0]: value(1)], of: 1)
        // Nobody knows what was there before.
        #expect(stored() == nil)
        cache.committed(1)
        #expect(stored() == value(1))
        cache.apply([keys[0]: value(2)], of: 2)
        cache.apply([keys[0]: nil], of: 3)
        #expect(stored() == value(1) && known(cache, keys[0]) == .some(nil))
        cache.committed(2)
        #expect(stored() == value(2))
        cache.committed(3)
        #expect(stored() == .some(nil))
        cache.apply([keys[0]: value(4)], of: 4)
        cache.clear()
        #expect(stored() == nil)
    }

    @Test func aClearedCacheTakesNothingOld() {
        let cache = StateCache(capacity: 8)
        let read = cache.beginRead()
        cache.apply([keys[0]: value(1)], of: 1)
        cache.clear()
        var found = Slice()
        found[keys[0]] = value(2)
        cache.end(read, found: found, of: [keys[0]])
        #expect(known(cache, keys[0]) == nil)
    }
}
