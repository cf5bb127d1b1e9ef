import Storage
import Verification

/// Whatever keeps the gateway from answering as asked, before words are chosen for it.
enum GatewayFault: Error {
    case submission(SubmissionFault)
    case form(InterfaceError)
    case notFound
    case methodNotAllowed
    case badParameter(String)
    case wrongMediaType(expected: String)
    case bodyTooLarge(limit: Int)
    case handleTaken
    case badProofOfPossession
    case tooManyApplications(limit: Int)
    case busy
    case store(StoreError)
    case `internal`
}
