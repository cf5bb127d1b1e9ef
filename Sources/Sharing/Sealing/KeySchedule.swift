import CSodium
public import Wire

/// The keys of an enterprise's fields: one per field and record, all from one vault an era, so that
/// few of them open one field over a range of months.
///
/// For each log, record type, field and epoch there is a root; below it a binary tree over the month
/// number, twelve levels deep; below each month one key per record. Who holds a node can derive
/// what lies below it and nothing else. Derivation is HKDF-SHA256 (RFC 5869) with the labels of
/// ``Wire/Label``. An epoch belongs to one era, and so to one vault.
public struct KeySchedule: Sendable {
    private enum Source {
        /// By era: the secrets that all keys of an era's records descend from, 256 bits each.
        case vaults([Secret])
        /// By era, from 1: some nodes of its trees.
        case shares([Int: Shared])
    }

    /// What a device was given of one era.
    private struct Shared {
        struct Tree: Hashable {
            let type: String
            let field: FieldName
            let epoch: Int64
        }

        let nodes: [Tree: [MonthNode]]
        let sources: [MonthNode]

        init(_ keys: SharedKeys) {
            nodes = Dictionary(grouping: keys.nodes) {
                Tree(type: $0.type, field: $0.field, epoch: $0.epoch)
            }.mapValues { $0.map(\.node) }
            sources = keys.sources
        }
    }

    private let source: Source
    private let log: Digest<Digested.Genesis>

    /// `vaults` are those of all eras, from the first on: 32 uniformly random bytes each, of which
    /// nothing of an older one leads to a later one.
    public init(vaults: [Secret], log: Digest<Digested.Genesis>) {
        precondition(
            !vaults.isEmpty && vaults.allSatisfy { $0.count == 32 }, "a vault has 32 bytes")
        source = .vaults(vaults)
        self.log = log
    }

    /// The keys of a device that got shares of some months, by era.
    public init(shares: [Int: SharedKeys], log: Digest<Digested.Genesis>) {
        source = .shares(shares.mapValues(Shared.init))
        self.log = log
    }

    /// Whether it has the keys of all months; a device's has those that it was given.
    public var isWhole: Bool { if case .vaults = source { true } else { false } }

    /// The key of one month of one field; `nil` where it wasn't given.
    public func monthKey(
        type: String, field: FieldName, epoch: Int64, month: Month
    ) -> MonthKey? {
        switch source {
        case .vaults: root(type: type, field: field, epoch: epoch).monthKey(month)
        case .shares(let shares):
            shares[KeyEra(of: epoch).number]?
                .nodes[.init(type: type, field: field, epoch: epoch)]?.lazy
                .compactMap { $0.monthKey(month) }.first
        }
    }

    /// The nodes that cover `months` and nothing else; `nil` where not all of them were given.
    public func nodes(
        type: String, field: FieldName, epoch: Int64, covering months: ClosedRange<Month>
    ) -> [MonthNode]? {
        let cover = MonthPosition.cover(months)
        let given: [MonthNode]
        switch source {
        case .vaults: given = [root(type: type, field: field, epoch: epoch)]
        case .shares(let shares):
            let tree = Shared.Tree(type: type, field: field, epoch: epoch)
            given = shares[KeyEra(of: epoch).number]?.nodes[tree] ?? []
        }
        let nodes = cover.compactMap { place in
            given.lazy.compactMap { $0.descend(to: place) }.first
        }
        return nodes.count == cover.count ? nodes : nil
    }

    /// The highest epoch in which a device was given all `fields` of a type in `month`; `nil` for a
    /// whole schedule, which has them all, and where there is none.
    public func highestEpoch(type: String, fields: [FieldName], month: Month) -> Int64? {
        guard case .shares(let shares) = source else { return nil }
        let epochs = Set(
            shares.values.flatMap { $0.nodes.keys.filter { $0.type == type }.map(\.epoch) })
        return epochs.sorted().last { epoch in
            fields.allSatisfy {
                monthKey(type: type, field: $0, epoch: epoch, month: month) != nil
            }
        }
    }

    /// The nodes of an era's tree of source keys that cover `months`; only of what is whole.
    public func sources(
        ofEra era: Int, covering months: ClosedRange<Month>
    ) -> [MonthNode] {
        guard case .vaults(let vaults) = source, vaults.indices.contains(era - 1) else { return [] }
        let root = sourceRoot(of: vaults[era - 1])
        return MonthPosition.cover(months).compactMap { root.descend(to: $0) }
    }

    /// The source keys of `month` by era, the latest first, as far as they were given.
    private func sourceKeys(_ month: Month) -> [MonthKey] {
        switch source {
        case .vaults(let vaults):
            vaults.reversed().compactMap { sourceRoot(of: $0).monthKey(month) }
        case .shares(let shares):
            shares.sorted { $0.key > $1.key }.compactMap { _, keys in
                keys.sources.lazy.compactMap { $0.monthKey(month) }.first
            }
        }
    }

    /// The source key of `month` in the latest era; `nil` where it wasn't given.
    func sourceKey(_ month: Month) -> MonthKey? {
        switch source {
        case .vaults: sourceRoot.monthKey(month)
        case .shares(let shares):
            shares.max { $0.key < $1.key }?.value.sources.lazy
                .compactMap { $0.monthKey(month) }.first
        }
    }

    /// The vaults of a whole schedule.
    private var vaults: [Secret] {
        guard case .vaults(let vaults) = source else {
            preconditionFailure("only a vault has roots")
        }
        return vaults
    }

    /// The vault of the era that `epoch` belongs to, where it is there.
    private func vault(of epoch: Int64) -> Secret {
        vaults[min(KeyEra(of: epoch).number, vaults.count) - 1]
    }

    /// The root of one field's month tree in one epoch; of a whole schedule.
    public func root(type: String, field: FieldName, epoch: Int64) -> MonthNode {
        let info = DomainSeparated(.fieldRoot).appending(log.bytes).appending(type)
            .appending(field.text).appending("\(epoch)")
        return MonthNode(
            position: .root, key: Derivation.key(from: vault(of: epoch), info: info))
    }

    /// The key of one field of one record.
    public func fieldKey(
        type: String, field: FieldName, epoch: Int64, month: Month, record: JTI
    ) -> FieldKey {
        root(type: type, field: field, epoch: epoch).monthKey(month)!.fieldKey(record: record)
    }

    /// The root of this era's month tree of source keys. It has no epoch: no grant gives of it.
    public var sourceRoot: MonthNode { sourceRoot(of: vaults[vaults.count - 1]) }

    private func sourceRoot(of vault: Secret) -> MonthNode {
        let info = DomainSeparated(.sourceRoot).appending(log.bytes)
        return MonthNode(position: .root, key: Derivation.key(from: vault, info: info))
    }

    /// What makes a document issued in `month` recognisable to its own enterprise and to nobody
    /// else, in a record of this era: a MAC of the business key under the month's source key.
    public func source(of businessKey: BusinessKey, in month: Month) -> Digest<Digested.Source> {
        sourceRoot.monthKey(month)!.source(of: businessKey)
    }

    /// What the records of this document bear in every era, the latest first: a document that was
    /// registered in an older one is found by them.
    public func sources(of businessKey: BusinessKey, in month: Month) -> [Digest<Digested.Source>] {
        sourceKeys(month).map { $0.source(of: businessKey) }
    }
}

/// A place in the month tree: the first `depth` bits of a month's twelve-bit number.
public struct MonthPosition: Hashable, Sendable {
    public let depth: Int
    public let prefix: Int

    public static let root = MonthPosition(depth: 0, prefix: 0)

    public var bits: String {
        (0..<depth).map { prefix >> (depth - 1 - $0) & 1 == 1 ? "1" : "0" }.joined()
    }

    public func contains(_ month: Month) -> Bool { month.number >> (Month.bits - depth) == prefix }

    /// The months below this place.
    public var months: ClosedRange<Month> {
        let width = Month.bits - depth
        let first = Month(number: prefix << width)!
        return first...Month(number: first.number + (1 << width) - 1)!
    }

    /// The fewest places that together cover exactly `months`, at most 2·log₂ n of them.
    public static func cover(_ months: ClosedRange<Month>) -> [MonthPosition] {
        var positions: [MonthPosition] = []
        var low = months.lowerBound.number
        let high = months.upperBound.number
        while low <= high {
            var size = low == 0 ? Month.bits : min(low.trailingZeroBitCount, Month.bits)
            while low + (1 << size) - 1 > high { size -= 1 }
            positions.append(MonthPosition(depth: Month.bits - size, prefix: low >> size))
            low += 1 << size
        }
        return positions
    }
}

extension MonthPosition {
    /// Reads the prefix's bits as text, `""` for the root; `nil` for over twelve.
    public init?(bits: String) {
        guard bits.utf8.count <= Month.bits, bits.utf8.allSatisfy({ $0 == 0x30 || $0 == 0x31 })
        else { return nil }
        self.init(
            depth: bits.utf8.count, prefix: Int(bits.isEmpty ? "0" : bits, radix: 2) ?? 0)
    }
}

/// A node of a month tree with its key.
public struct MonthNode: Sendable {
    public let position: MonthPosition
    public let key: Secret

    /// The node at `position`; `nil` where that doesn't lie below this one.
    public func descend(to position: MonthPosition) -> MonthNode? {
        guard position.depth >= self.position.depth,
            position.prefix >> (position.depth - self.position.depth) == self.position.prefix
        else { return nil }
        var key = self.key
        for level in stride(from: self.position.depth, to: position.depth, by: 1) {
            let bit = position.prefix >> (position.depth - level - 1) & 1
            key = Derivation.key(
                from: key, info: DomainSeparated(bit == 0 ? .monthLeft : .monthRight))
        }
        return MonthNode(position: position, key: key)
    }

    /// The key of one month; `nil` where it doesn't lie below this node.
    public func monthKey(_ month: Month) -> MonthKey? {
        descend(to: MonthPosition(depth: Month.bits, prefix: month.number))
            .map { MonthKey(key: $0.key) }
    }
}

/// The key of one month: of one field in one epoch, or of the sources of one era.
public struct MonthKey: Sendable {
    let key: Secret

    /// The MAC of a business key (HMAC-SHA256), where this is a month of a source tree.
    public func source(of businessKey: BusinessKey) -> Digest<Digested.Source> {
        let code = Derivation.code(of: businessKey.bytes, under: key)
        guard let digest = Digest<Digested.Source>(bytes: code) else {
            preconditionFailure("HMAC-SHA256 has 32 bytes")
        }
        return digest
    }

    public func fieldKey(record: JTI) -> FieldKey {
        let info = DomainSeparated(.fieldKey).appending(record.bytes)
        return FieldKey(secret: Derivation.key(from: key, info: info))
    }
}

/// The key of one field of one record.
public struct FieldKey: Sendable {
    public let secret: Secret
    public init(secret: Secret) { self.secret = secret }
}

/// The month keys of all fields of one record type in one month and epoch, each derived once:
/// what sealing many records into one book needs.
public struct MonthKeys: Sendable {
    /// What these keys are for.
    public struct Name: Hashable, Sendable {
        public let type: RecordType
        public let epoch: Int64
        public let month: Month

        public init(type: RecordType, epoch: Int64, month: Month) {
            self.type = type
            self.epoch = epoch
            self.month = month
        }
    }

    public let name: Name
    /// The source keys of the era. A record's month is its document's, which may lie before its
    /// book's.
    private let schedule: KeySchedule
    private let keys: [FieldName: MonthKey]

    public init(_ name: Name, from schedule: KeySchedule) {
        self.name = name
        self.schedule = schedule
        keys = Dictionary(
            uniqueKeysWithValues: name.type.sealedNames.compactMap { field in
                schedule.monthKey(
                    type: name.type.name, field: field, epoch: name.epoch, month: name.month
                ).map { (field, $0) }
            })
    }

    /// What recognises a record's document.
    /// `nil` where the key of its month wasn't given.
    func source(of record: Record) -> Digest<Digested.Source>? {
        schedule.sourceKey(record.month)?.source(of: record.businessKey)
    }

    /// The key of a field or commitment of the type; `nil` for any other name.
    public subscript(field: FieldName) -> MonthKey? { keys[field] }
}

/// HMAC-SHA256 (RFC 2104) under keys of 32 bytes, by libsodium, and key derivation with it.
enum Derivation {
    /// HKDF-Expand for 32 bytes, which is one block. Every key here is derived from one that is
    /// already uniformly random, so RFC 5869 §3.3 lets the extract step go.
    static func key(from parent: Secret, info: DomainSeparated) -> Secret {
        let message = info.bytes + [1]
        return Secret(count: 32) { output in
            compute(output, message, under: parent)
        }
    }

    static func code(of message: [UInt8], under key: Secret) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { output, written in
            compute(UnsafeMutableRawBufferPointer(output), message, under: key)
            written = 32
        }
    }

    private static func compute(
        _ output: UnsafeMutableRawBufferPointer, _ message: [UInt8], under key: Secret
    ) {
        precondition(
            output.count >= 32 && key.count == Int(crypto_auth_hmacsha256_KEYBYTES),
            "a code and its key have 32 bytes")
        key.withBytes { key in
            _ = crypto_auth_hmacsha256(
                output.baseAddress!.assumingMemoryBound(to: UInt8.self), message,
                UInt64(message.count), key.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }
}
