import Client
import Sharing
import Wire

/// What handles are called here: by the home's own contacts, else by the legal names that an authority
/// or a regulator is shown.
struct Names: Sendable {
    let contacts: Contacts
    private let legal: [Handle: String]

    init(_ contacts: Contacts, _ view: View? = nil) {
        self.contacts = contacts
        let named = view?.participants.compactMap { known in
            known.legalName.map { (known.handle, $0) }
        }
        legal = Dictionary(named ?? []) { $1 }
    }

    /// `Northern Bank (northbank)`, or the handle alone.
    func shown(_ handle: Handle) -> String {
        if contacts.names[handle] != nil { return contacts.shown(handle) }
        guard let name = legal[handle], name != handle.text else { return handle.text }
        return "\(name.onOneLine) (\(handle))"
    }

    /// The name alone; `nil` where nothing but the handle is known.
    func name(_ handle: Handle) -> String? { contacts.names[handle] ?? legal[handle] }
}

extension Session {
    func names() throws -> Names { Names(try contacts(), view) }
}
