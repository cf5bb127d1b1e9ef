import Testing

@testable import Sharing
@testable import Wire

/// Schemas are closed: every member of every object is there, once, of its type, and no other.
@Suite struct ClosedSchemaTests {
    /// The members that may be left out.
    static let optional: [Kind: Set<String>] = [.record: ["replaces"], .grant: ["at"]]

    /// Values of other types that a member can have without being malformed.
    static func isValid(_ value: JSON, at path: [String], of kind: Kind) -> Bool {
        switch (path.last ?? "", value) {
        case ("iat", 0), ("nbf", 0), ("exp", 0), ("count", 0), ("epoch", 0): true
        // Whether that means anything is for the rules.
        case ("log_key", .string), ("clock_key", .string), ("vct", .string), ("uri", .string): true
        case ("witnesses", []), ("approvals", []): true
        case ("from", 0), ("number", 0): kind == .time
        case ("name", "x"): [.policy, .recordType, .genesis].contains(kind)
        case ("name", .string(let name)): !name.isEmpty && kind == .policy
        default: false
        }
    }

    static let others: [JSON] = [
        .null, .bool(true), 0, -1, "", "x", [], [1], .object([:]), ["a": 1],
        .string(String(repeating: "A", count: 43)),
    ]

    @Test(arguments: StatementSample.all)
    func missing(_ sample: StatementSample) throws {
        for path in Self.paths(try sample.payload) {
            let changed = Self.edit(try sample.payload, path) { _ in nil }
            let error = thrown { () throws(StatementError) in
                _ = try Statement(parsing: sample.sign(changed))
            }
            let isOptional =
                path.count == 1 && Self.optional[sample.kind]?.contains(path[0]) == true
            #expect((error == nil) == isOptional, "\(path): \(String(describing: error))")
        }
    }

    @Test(arguments: StatementSample.all)
    func unexpected(_ sample: StatementSample) throws {
        let payload = try sample.payload
        for path in [[]] + Self.paths(payload) {
            let changed = Self.edit(payload, path) { value in
                guard case .object(var members) = value else { return value }
                members["zz"] = 1
                return .object(members)
            }
            guard changed != payload else { continue }
            #expect(throws: StatementError.self, "\(path)") {
                try Statement(parsing: sample.sign(changed))
            }
        }
        // Members that mean something elsewhere mean nothing here.
        guard case .object(let members) = payload else { return }
        for name in [
            "nbf", "exp", "aud", "sub", "_sd", "_sd_alg", "_sd_jwt", "...", "status", "log",
        ]
        where members[name] == nil {
            var changed = members
            changed[name] = name == "_sd" ? [] : "sha-256"
            #expect(throws: StatementError.self, "\(name)") {
                try Statement(parsing: sample.sign(.object(changed)))
            }
        }
    }

    @Test(arguments: StatementSample.all)
    func wronglyTyped(_ sample: StatementSample) throws {
        let payload = try sample.payload
        for path in Self.paths(payload) {
            for other in Self.others where !Self.isValid(other, at: path, of: sample.kind) {
                let changed = Self.edit(payload, path) { _ in other }
                guard changed != payload, !Self.isDigest(other, at: path, in: payload) else {
                    continue
                }
                #expect(throws: StatementError.self, "\(path) = \(other.canonicalText)") {
                    try Statement(parsing: sample.sign(changed))
                }
            }
        }
    }

    /// A list is there once, in its order, within its length.
    @Test(arguments: StatementSample.all)
    func lists(_ sample: StatementSample) throws {
        let payload = try sample.payload
        for path in Self.paths(payload) {
            var elements: [JSON] = []
            _ = Self.edit(payload, path) { value in
                elements = value.elements ?? []
                return value
            }
            guard !elements.isEmpty else { continue }
            let tooMany =
                ["keys": Limits.keysPerParticipant + 1, "_sd": 129][path.last ?? ""] ?? 65
            var variants = [Array(repeating: elements[0], count: tooMany), elements + [.null]]
            let isOrdered = ["scopes", "roles"].contains(path.last ?? "")
            if isOrdered {
                variants.append(elements + [elements[0]])
                if elements.count > 1 { variants.append(elements.reversed()) }
            }
            for variant in variants {
                let changed = Self.edit(payload, path) { _ in .array(variant) }
                #expect(throws: StatementError.self, "\(path): \(variant.count)") {
                    try Statement(parsing: sample.sign(changed))
                }
            }
        }
    }

    /// A digest can be any digest.
    private static func isDigest(_ value: JSON, at path: [String], in payload: JSON) -> Bool {
        var found = false
        _ = edit(payload, path) { original in
            found = (original.text.flatMap { Base64URL.decode($0) }?.count) == 32
            return original
        }
        guard found, let text = value.text else { return false }
        // As a public key, 32 zero bytes are a point of small order; a record's holder is only named.
        return Base64URL.decode(text)?.count == 32 && (path.last != "x" || path.first == "cnf")
    }

    /// The place of every member and element below the top.
    static func paths(_ value: JSON) -> [[String]] {
        switch value {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { name, value in
                [[name]] + paths(value).map { [name] + $0 }
            }
        case .array(let elements):
            elements.enumerated().flatMap { index, value in
                paths(value).map { ["\(index)"] + $0 }
            }
        default: []
        }
    }

    /// `value` with what stands at `path` replaced; removed where `change` gives `nil`.
    static func edit(_ value: JSON, _ path: [String], _ change: (JSON) -> JSON?) -> JSON {
        guard let name = path.first else { return change(value) ?? .null }
        let rest = Array(path.dropFirst())
        switch value {
        case .object(var members):
            guard let member = members[name] else { return value }
            members[name] = rest.isEmpty ? change(member) : edit(member, rest, change)
            return .object(members)
        case .array(var elements):
            guard let index = Int(name), elements.indices.contains(index) else { return value }
            elements[index] = edit(elements[index], rest, change)
            return .array(elements)
        default: return value
        }
    }
}
