/// Which rows are asked for: a part of their order, whose keys are ASCII.
enum RowSpan {
    /// Those whose keys begin with it.
    case under(String)
    /// From a key on, up to another that isn't included.
    case between(String, String)

    /// No key before this one belongs to it.
    var first: String {
        switch self {
        case .under(let prefix): prefix
        case .between(let first, _): first
        }
    }

    func contains(_ key: String) -> Bool {
        switch self {
        case .under(let prefix): key.hasPrefix(prefix)
        case .between(let first, let end): first <= key && key < end
        }
    }

    /// The same of keys that begin with `family` besides.
    func behind(_ family: String) -> Self {
        switch self {
        case .under(let prefix): .under(family + prefix)
        case .between(let first, let end): .between(family + first, family + end)
        }
    }
}
