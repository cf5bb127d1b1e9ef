import Rules
import Sharing
import Transparency
import Wire

extension Batch {
    /// Entries continue the log without a gap and the new head counts them: whoever builds a batch
    /// otherwise has a fault that must not reach a disk.
    func requireOrder(after previous: Head?) {
        let size = previous?.size ?? 0
        for (position, entry) in entries.enumerated() {
            precondition(entry.index == size + Int64(position), "entries continue the log")
        }
        precondition(head.size == size + Int64(entries.count), "the head counts the entries")
    }

    /// The index of an erased statement: from the state that this batch leaves behind, or finds.
    func index(ofErased jti: JTI, in found: StateValue?) throws(StoreError) -> Int64 {
        let key = StatementState.key(jti).untyped
        guard let statement = (changes[key] ?? found)?.object as? StatementState else {
            throw .failed(.nothingToErase(jti))
        }
        return statement.index
    }
}
