import Storage
import Verification
import Wire

/// Whatever keeps the gateway from answering as asked, before words are chosen for it.
enum GatewayFault: Error, Equatable {
    case form(MessageError)
    case notFound
    /// The route has other methods: those that `Allow` will name.
    case methodNotAllowed(allowed: String)
    case methodUnknown
    case badParameter(String)
    case wrongMediaType(expected: String)
    case bodyTooLarge(limit: Int)
    /// The connection ended before the body did.
    case bodyIncomplete
    case bodyTooSlow
    case handleTaken
    /// No invitation with this token waits for an application under this handle.
    case notInvited
    /// Another application came with it.
    case invitationUsed
    case badProofOfPossession
    case tooManyApplications(limit: Int)
    case busy
    /// More waits than can be entered; there will be room in so many seconds.
    case full(seconds: Int)
    /// The host's clock moved without time going by, or the log was silent for long.
    case clockUnsure
    case store(StoreError)
    case `internal`
}
