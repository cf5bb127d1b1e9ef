public import Rules
public import Sharing
public import Wire

// The state.
extension ReadableStore {
    /// The current values of `keys`; those that don't exist are left out.
    public func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice {
        let sealed = SealedState(vault: try await vault())
        let wanted = keys.map { (key: $0, text: $0.text) }
        let names = wanted.map { sealed.names(of: $0.key, text: $0.text) }
        return try await again { () throws(StoreError) in
            var slice = Slice()
            for ((key, text), rows) in zip(wanted, try await rows.rows(names)) {
                slice[key] = try sealed.value(of: key, named: text, rows)
            }
            return slice
        }
    }

    /// What stands under `key` now. Throws ``StoreError``.
    public func value<Object>(
        of key: StateKey.Of<Object>
    ) async throws(StoreError) -> Object? {
        try await state([key.untyped])[key]
    }

    /// The books of an enterprise whose month lies in `months`, ascending.
    ///
    /// Book names sort by month within a series, so the books of one series are a range of keys, and
    /// those of all series a range too, in which the months are looked at.
    public func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)] {
        guard let first = Month(number: 0), let last = Month(number: Month.count - 1) else {
            return []
        }
        let wanted = months ?? first...last
        func key(_ series: Series, _ month: Month) -> (text: String, name: String) {
            let book = BookName(series: series, month: month)
            return (BookState.key(enterprise, book).untyped.text, book.description)
        }
        let any = key(series ?? .invoices, first)
        // Before and behind all names that begin like this: a stroke comes before the digits.
        let prefix = any.text.dropLast(any.name.count + 1)
        let range =
            series.map {
                (from: key($0, wanted.lowerBound).text, to: key($0, wanted.upperBound).text)
            }
            ?? (from: "\(prefix)/", to: "\(prefix)0")
        var books: [(book: BookName, state: BookState)] = []
        var after = range.from
        if let row = try await rows.rows([StateNames(open: after, hidden: nil)]).first?.open {
            books.append(try Self.book(after, row))
        }
        while true {
            let page = try await rows.rows(
                after: after, upTo: range.to, limit: 1000, hidden: { _ in nil })
            for (text, rows) in page {
                guard let row = rows.open else { continue }
                books.append(try Self.book(text, row))
            }
            guard page.count == 1000, let end = page.last?.key else { break }
            after = end
        }
        return books.filter { wanted.contains($0.book.month) }.sorted { $0.book < $1.book }
    }

    private static func book(
        _ text: String, _ bytes: [UInt8]
    ) throws(StoreError) -> (book: BookName, state: BookState) {
        guard let key = StateKey(text: text), case .book(_, let book) = key.name,
            let state = (try? StateValue(bytes, nil, for: key))?.object as? BookState
        else { throw .corrupt(.state(text), .malformed) }
        return (book, state)
    }

    /// All state behind `key`, at most `limit` pieces: for checking it all. The pieces that public
    /// claims have a part in come first, in the order of their keys' text; the others follow, in the order
    /// of their slots.
    public func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)] {
        let limit = max(0, limit)
        let sealed = SealedState(vault: try await vault())
        return try await again { () throws(StoreError) in
            guard key.flatMap({ StateKey(text: $0) })?.family.hasPublicPart ?? true else {
                return try await rest(after: key, limit: limit, sealed)
            }
            let page = try await rows.rows(after: key ?? "", upTo: nil, limit: limit) { text in
                StateKey(text: text).flatMap { sealed.names(of: $0, text: text).hidden }
            }
            var found: [(key: String, value: StateValue)] = []
            for (text, rows) in page {
                let key = try Self.key(text)
                if let value = try sealed.value(of: key, named: text, rows) {
                    found.append((text, value))
                }
            }
            guard page.count < limit else { return found }
            return try await found + rest(after: nil, limit: limit - page.count, sealed)
        }
    }

    /// The pieces that follow from selective claims alone, behind the one called `last`.
    private func rest(
        after last: String?, limit: Int, _ sealed: SealedState
    ) async throws(StoreError) -> [(key: String, value: StateValue)] {
        var slot: Int64 = -1
        if let last {
            let name = StateNames(open: nil, hidden: sealed.vault.names.name(ofState: last))
            guard let row = try await rows.rows([name])[0].sealed else {
                throw .corrupt(.state(last), .missing)
            }
            slot = row.slot
        }
        var found: [(key: String, value: StateValue)] = []
        while found.count < limit {
            let page = try await rows.sealedRows(after: slot, limit: min(1000, limit - found.count))
            guard let end = page.last else { break }
            slot = end.slot
            for row in page {
                if let piece = try await piece(row, sealed) { found.append(piece) }
            }
        }
        return found
    }

    /// The piece whose sealed part is `row`; `nil` where it came with its public part, which it can't be
    /// without.
    private func piece(
        _ row: SealedRow, _ sealed: SealedState
    ) async throws(StoreError) -> (key: String, value: StateValue)? {
        let place = "slot \(row.slot)"
        let (text, _) = try sealed.open(row, named: place)
        guard sealed.vault.names.name(ofState: text) == row.name else {
            throw .corrupt(.state(place), .changed)
        }
        let key = try Self.key(text)
        if key.family.hasPublicPart {
            let names = StateNames(open: text, hidden: nil)
            guard try await rows.rows([names])[0].open == nil else { return nil }
        }
        return try sealed.value(of: key, named: text, StateRows(open: nil, sealed: row)).map {
            (text, $0)
        }
    }

    private static func key(_ text: String) throws(StoreError) -> StateKey {
        guard let key = StateKey(text: text) else { throw .corrupt(.state(text), .malformed) }
        return key
    }

    /// Runs `body`, and once more where a key is missing: the row may have been replaced, and its key
    /// destroyed, after `body` read it. A key that is still missing is lost.
    private func again<Value>(
        _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        do { return try await body() } catch {
            guard case .corrupt(.state, .keyMissing) = error else { throw error }
            return try await body()
        }
    }
}

// What an older ledger beside a newer vault has lost.
extension Store {
    /// Whether pieces of the state have lost their keys. That is so in a ledger that is older than an
    /// erasure its vault knows of: the keys of all state that was replaced until then are gone.
    public func hasLostState() async throws(StoreError) -> Bool {
        let vault = try await vault()
        var slot: Int64 = -1
        while true {
            let page = try await rows.sealedRows(after: slot, limit: 1000)
            guard let last = page.last else { return false }
            slot = last.slot
            for row in page where try vault.key(VaultPlace(.slot, row.slot)) == nil { return true }
        }
    }

    /// All pieces of the state that can be read. Those that can't are left out.
    public func readableState() async throws(StoreError) -> [StateKey: StateValue] {
        let sealed = SealedState(vault: try await vault())
        var texts: Set<String> = []
        var last = ""
        while true {
            let page = try await rows.rows(
                after: last, upTo: nil, limit: 1000, hidden: { _ in nil })
            texts.formUnion(page.map(\.key))
            guard let end = page.last?.key else { break }
            last = end
        }
        var slot: Int64 = -1
        while true {
            let page = try await rows.sealedRows(after: slot, limit: 1000)
            for row in page {
                if let text = try? sealed.open(row, named: "").text { texts.insert(text) }
            }
            guard let end = page.last else { break }
            slot = end.slot
        }
        var found: [StateKey: StateValue] = [:]
        for key in texts.compactMap({ StateKey(text: $0) }) {
            found[key] = (try? await state([key])).flatMap { $0[key] }
        }
        return found
    }
}
