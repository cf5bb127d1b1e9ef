import Sharing
import Wire

/// Whom this home's authority has invited, by handle. The secrets aren't in here: they follow from
/// the keyring and what is.
struct Invited: Message, Hashable {
    /// One invitation.
    struct Guest: Shaped, Hashable {
        let handle: Handle
        /// Which of the keyring's secrets it has.
        let secret: JTI
        let ends: Timestamp

        static let shape = Shape<Guest>(
            Guest.init(handle:secret:ends:),
            .required("handle", \.handle, .handle), .required("secret", \.secret, .jti),
            .required("ends", \.ends, .time))
    }

    private(set) var guests: [Guest]

    init(guests: [Guest] = []) { self.guests = guests }

    static let maximumBytes = 1 << 20
    private static let format = "trine-invited/1"
    private var formatName: String { Self.format }

    static let shape = Shape<Invited>(
        { (_, guests) in Invited(guests: guests) },
        .required("format", \.formatName, .format(format)),
        .required("guests", \.guests, .list(of: .object)))

    func secret(of handle: Handle) -> JTI? { guests.first { $0.handle == handle }?.secret }

    /// Adds a guest, in place of an earlier one of this handle; those whose time is over go.
    mutating func add(_ guest: Guest, at now: Timestamp) {
        guests.removeAll { $0.handle == guest.handle || $0.ends <= now }
        guests.append(guest)
    }
}
