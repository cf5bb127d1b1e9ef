public import Wire

/// The keys that a share gives a device, all of one era.
///
/// Who can seal the records of a month can read them, too: the keys are the same.
public struct SharedKeys: Sendable {
    /// A node of one field's month tree in one epoch.
    public struct Node: Sendable {
        /// The record type's name.
        public let type: String
        public let field: FieldName
        public let epoch: Int64
        public let node: MonthNode

        public init(type: String, field: FieldName, epoch: Int64, node: MonthNode) {
            self.type = type
            self.field = field
            self.epoch = epoch
            self.node = node
        }
    }

    public let nodes: [Node]
    /// Nodes of the era's tree of source keys.
    public let sources: [MonthNode]
    /// What all of these derive from, for an owner's device.
    public let vault: Secret?
    /// The seed of the X-Wing key to which others seal grants.
    public let encryption: Secret?
    /// The seed of the key that presents records.
    public let holder: Secret?
    public let locker: Secret?

    public init(
        nodes: [Node] = [], sources: [MonthNode] = [], vault: Secret? = nil,
        encryption: Secret? = nil, holder: Secret? = nil, locker: Secret? = nil
    ) {
        self.nodes = nodes
        self.sources = sources
        self.vault = vault
        self.encryption = encryption
        self.holder = holder
        self.locker = locker
    }

    package static let shape = Shape<SharedKeys>(
        SharedKeys.init(nodes:sources:vault:encryption:holder:locker:),
        .required("keys", \.nodes, .list(of: .object(Node.shape))),
        .required("sources", \.sources, .list(of: .object(MonthNode.shape))),
        .optional("vault", \.vault, .secret),
        .optional("encryption", \.encryption, .secret),
        .optional("holder", \.holder, .secret),
        .optional("locker", \.locker, .secret))
}

extension SharedKeys.Node {
    fileprivate static let shape = Shape<SharedKeys.Node>(
        { (type, field, epoch, node) throws(ClaimError) in
            SharedKeys.Node(type: type, field: field, epoch: epoch, node: node)
        },
        .required("type", \.type, .text(1...64)),
        .required("field", \.field, .plain("field")),
        .required("epoch", \.epoch, .count),
        .part(\.node, MonthNode.shape))
}

extension MonthNode {
    fileprivate static let shape = Shape<MonthNode>(
        { (position, key) throws(ClaimError) in MonthNode(position: position, key: key) },
        .required("node", \.position, .plain("bits")), .required("key", \.key, .secret))
}
