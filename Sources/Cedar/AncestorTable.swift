/// Collects ancestors without recursion, so that long chains can't exhaust the stack.
struct AncestorTable<Node: Hashable, Failure: Error> {
    let parents: (Node) -> [Node]
    /// What is thrown for a node that is its own ancestor.
    let cycle: (Node) -> Failure
    private var done: [Node: Set<Node>] = [:]

    init(parents: @escaping (Node) -> [Node], cycle: @escaping (Node) -> Failure) {
        self.parents = parents
        self.cycle = cycle
    }

    mutating func ancestors(of start: Node) throws(Failure) -> Set<Node> {
        if let known = done[start] { return known }
        // Each node on the way, with those of its parents that are still to be looked at.
        var path = [(node: start, left: parents(start))]
        var open: Set<Node> = [start]
        while let current = path.last {
            if let parent = path[path.count - 1].left.popLast() {
                if done[parent] != nil { continue }
                guard open.insert(parent).inserted else { throw cycle(parent) }
                path.append((parent, parents(parent)))
            } else {
                var ancestors = Set(parents(current.node))
                for parent in ancestors { ancestors.formUnion(done[parent] ?? []) }
                done[current.node] = ancestors
                open.remove(current.node)
                path.removeLast()
            }
        }
        return done[start] ?? []
    }
}
