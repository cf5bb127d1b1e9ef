import Foundation
import Rules
import Sharing
import Wire

/// Decisions on the policies that a log begins with, beside the official engine's (PyPI `cedarpy`,
/// found as the tests find it: `TRINE_PYTHON`, else `python3`) on the same requests.
struct PolicyBench: BenchGroup {
    let name = "policy"
    let title = "Decisions of the standard policy set, one core"

    func run() async throws -> [Measurement] {
        let requests = Self.requests()
        let set = CedarPolicies.standard
        let rounds = 20
        let ours = await shortest(of: 5) {
            var permitted = 0
            for _ in 0..<rounds {
                for request in requests where set.decide(request).permitted { permitted += 1 }
            }
            precondition(permitted > 0)
        }
        let one = ours / Double(rounds * requests.count)
        guard let theirs = Self.official(requests.count) else {
            print("no Python with the package cedarpy: nothing to compare with")
            let second = ("a second", 1.0)
            return [
                .init(name: "one decision", amount: one, yardstick: second, mostSeconds: 20e-6)
            ]
        }
        let yardstick = ("cedarpy, in one batch", theirs)
        return [.init(name: "one decision", amount: one, yardstick: yardstick, mostRatio: 0.1)]
    }

    /// What a log asks most: accesses, grants, records.
    private static func requests() -> [PolicyRequest] {
        guard let enterprise = Handle("acme"), let lender = Handle("northbank"),
            let first = Month("2026-01"), let last = Month("2026-12")
        else { preconditionFailure("these are well-formed") }
        func entity(_ handle: Handle, _ roles: [Role]) -> PolicyEntity {
            PolicyEntity(
                handle: handle, roles: roles, suspended: false, isHost: false, isAuthority: false)
        }
        let (holder, user) = (entity(enterprise, [.enterprise]), entity(lender, [.lender]))
        return (0..<2000).map { number in
            let action = [PolicyAction.access, .grant, .seal, .request][number % 4]
            let isUse = action == .access || action == .request
            return PolicyRequest(
                principal: isUse ? user : holder, action: action,
                counterparty: action == .seal ? nil : isUse ? holder : user, owner: enterprise,
                right: .read, purpose: Purpose.allCases[number / 4 % Purpose.allCases.count],
                fields: ["due_date", "tax_exclusive_amount"], series: .invoices,
                months: first...last, lifetime: 86_400 * Int64(1 + number % 60), fetches: 3,
                dataLife: 86_400, time: Timestamp(clamping: 1_795_000_000),
                types: .standard)
        }
    }

    /// Seconds of one of the official engine's decisions, the best of three batches.
    private static func official(_ count: Int) -> Double? {
        let texts: JSON = [
            "policies": .string(StandardTexts.separation), "schema": .string(StandardTexts.schema),
        ]
        return output(ofPython: script, ["\(count)"], reading: texts.canonicalBytes)
            .flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    private static let script = """
        import cedarpy, json, sys, time
        texts, count = json.load(sys.stdin), int(sys.argv[1])
        purposes = ["credit-assessment", "credit-monitoring", "receivables-financing",
                    "supply-chain-financing", "guarantee", "inspection", "audit", "statistics"]
        party = lambda name, role: {
            "uid": {"type": "Participant", "id": name}, "attrs": {"suspended": False},
            "parents": [{"type": "Role", "id": role}]}
        entities = [party("acme", "enterprise"), party("northbank", "lender"), {
            "uid": {"type": "Books", "id": "acme/invoices"}, "parents": [],
            "attrs": {"owner": {"__entity": {"type": "Participant", "id": "acme"}},
                      "series": "invoices"}}]
        at = {"__extn": {"fn": "datetime", "arg": "2026-11-18T10:26:40Z"}}
        def request(n):
            action = ["access", "grant", "seal", "request"][n % 4]
            terms = {"time": at, "right": "read", "purpose": purposes[n // 4 % 8], "months": 12,
                     "fields": ["due_date", "tax_exclusive_amount"], "reach": 10, "fetches": 3,
                     "lifetime": {"__extn": {"fn": "duration", "arg": "%dd" % (1 + n % 60)}},
                     "keeps": {"__extn": {"fn": "duration", "arg": "1d"}}, "held": False,
                     "past": []}
            context = {"time": at} if action == "seal" else {"terms": terms}
            if action == "grant":
                context["grantee"] = {"__entity": {"type": "Participant", "id": "northbank"}}
            name = "northbank" if action in ("access", "request") else "acme"
            return {"principal": 'Participant::"%s"' % name, "action": 'Action::"%s"' % action,
                    "resource": 'Books::"acme/invoices"', "context": context}
        requests, best = [request(n) for n in range(count)], None
        for _ in range(3):
            begun = time.perf_counter()
            cedarpy.is_authorized_batch(requests, texts["policies"], entities, schema=texts["schema"])
            taken = time.perf_counter() - begun
            best = taken if best is None else min(best, taken)
        print(best / count)
        """
}
