import Client
import Custody
import Foundation
import Interface
import Rules
import Sharing
import Storage
import Verification
import Wire

/// The words for everything that can go wrong, with what to do next. Errors themselves carry facts.
enum Words {
    /// `nil` for what isn't an error of this project, such as a usage error.
    static func complaint(about error: any Error) -> Complaint? {
        switch error {
        case let complaint as Complaint: complaint
        case let error as InvitationError: invitation(error)
        case let error as HomeError: home(error)
        case let error as KeyringError: keyring(error)
        case let error as ConnectionError: connection(error)
        case let error as LogFault: log(error)
        case let error as ClientError: client(error)
        case let error as ContactError: contacts(error)
        case let error as PackageRefusal: package(error)
        case let error as StoreError: store(error)
        case let error as MessageError:
            Complaint(
                .refused, "this isn't a package: \(error.reason) at \(error.place)",
                hint: "it may be cut off, or changed; ask for it again")
        default: nil
        }
    }

    private static func store(_ error: StoreError) -> Complaint {
        switch error {
        case .superseded:
            Complaint(.home, "another gateway wrote there first", hint: "run it again")
        case .failed(let fault): Complaint(.home, "\(fault)")
        case .outcomeUnknown(let fault):
            Complaint(
                .home, "the store doesn't say whether it stored: \(fault)",
                hint: "start again: what is durable is recovered")
        case .corrupt(let place, let damage):
            Complaint(
                .home, "\(place) of the store isn't what was written: \(damage)",
                hint: "trine gateway check DIR names all places; bring the store back from a backup"
            )
        case .unreadable(let mismatch):
            Complaint(
                .home, "there is no usable store: \(mismatch)",
                hint: "bring it back from a backup, or begin a log: trine gateway init DIR")
        }
    }

    private static func invitation(_ error: InvitationError) -> Complaint {
        switch error {
        case .notPinned:
            Complaint(
                .usage, "the invitation has no # and no digest behind it, so nothing is pinned",
                hint: "ask for the whole invitation, and put it in single quotes")
        case .malformedPin:
            Complaint(
                .usage, "what stands behind the # isn't a digest of 43 characters",
                hint: "copy the whole invitation again")
        case .malformedAddress:
            Complaint(
                .usage, "the address isn't a URL such as https://gateway.example",
                hint: "copy the whole invitation again")
        case .plainHTTP(let host):
            Complaint(
                .usage, "plain http to \(host) would show others who deals with whom",
                hint: "use https; http leads to this machine only")
        }
    }

    private static func home(_ error: HomeError) -> Complaint {
        switch error {
        case .missing(let path):
            Complaint(
                .home, "there is no \(path)",
                hint: "make a home: trine join INVITATION; or name another with --home")
        case .alreadyThere(let path):
            Complaint(
                .home, "there is a home in \(path) already",
                hint: "name another directory: --home DIR")
        case .exposed(let path):
            Complaint(
                .home, "\(path) can be read or written by others",
                hint: "make it yours alone: chmod 700 '\(path)'")
        case .busy(let path):
            Complaint(
                .home, "another trine is at work in \(path)", hint: "wait until it has finished")
        case .system(let path, let call, let code):
            Complaint(.home, "\(path): \(call): \(String(cString: strerror(code)))")
        case .malformed(let path):
            Complaint(
                .home, "\(path) isn't what was written there",
                hint: "bring it back from a backup of the home")
        case .tooLarge(let path, let limit):
            Complaint(.home, "\(path) is larger than \(limit) bytes")
        }
    }

    private static func keyring(_ error: KeyringError) -> Complaint {
        switch error {
        case .wrongPassphrase:
            Complaint(
                .home, "this isn't the keyring's passphrase, or the keyring was changed",
                hint: "try again")
        case .malformed:
            Complaint(.home, "the keyring is damaged", hint: "bring it back from a backup")
        case .unknownFormat:
            Complaint(.home, "the keyring was written by a later version", hint: "use that version")
        case .costOutOfRange(let mebibytes):
            Complaint(
                .home, "the keyring is protected with \(mebibytes) MiB, which isn't allowed",
                hint: "one made for tests opens only where TRINE_TEST_ARGON2_MIB is set")
        case .outOfMemory(let mebibytes):
            Complaint(.home, "opening the keyring takes \(mebibytes) MiB of memory")
        case .passphraseFile(let path):
            Complaint(
                .home, "\(path) holds no passphrase",
                hint: "its first line is the passphrase; TRINE_PASSPHRASE_FILE names it")
        case .noKey(let scope):
            Complaint(.home, "this keyring has no key that may sign for \(scope.rawValue)")
        }
    }

    private static func connection(_ error: ConnectionError) -> Complaint {
        switch error {
        case .unreachable(let detail):
            Complaint(
                .unreachable, "the gateway can't be reached: \(detail)",
                hint: "is it running? what was signed is kept and sent the next time")
        case .interrupted(let detail):
            Complaint(
                .unreachable, "the connection to the gateway broke: \(detail)",
                hint: "run it again: what took effect is recognised, and not done twice")
        case .unavailable(let status, let problem):
            Complaint(
                .unreachable,
                "the gateway can't serve now (\(status)\(problem.map { ": " + words($0) } ?? ""))",
                hint: "run it again later: what took effect is recognised, and not done twice")
        case .refused(let problem):
            Complaint(.refused, "the gateway refuses: \(words(problem))", hint: hint(problem))
        case .malformed(let path, let error):
            Complaint(
                .untrusted,
                "the gateway's answer to \(path) isn't one"
                    + (error.map { ": \($0.reason) at '\($0.place)'" } ?? ""),
                hint: "is a gateway at this address, and of this version?")
        case .answerTooLarge(let path, let limit):
            Complaint(
                .untrusted, "the gateway's answer to \(path) is larger than \(limit) bytes")
        }
    }

    /// What a problem says: its title, and its detail where it has one.
    static func words(_ problem: Problem) -> String {
        let title = problem.title.isEmpty ? problem.name : problem.title
        let facts = problem.facts.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.text ?? $0.value.canonicalText)"
        }
        return title + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }

    private static func hint(_ problem: Problem) -> String? {
        switch problem.name {
        case "unknown-key", "unknown-participant":
            "not admitted yet? an authority does that: trine authority pending"
        case "grant-dead": "ask for a new one: trine lender request"
        case "budget-spent": "ask for a new grant: trine lender request"
        case "records-erased": "run it again: a new call gets what is left"
        case "stale", "too-old", "from-the-future": "check this machine's clock"
        case "forbidden": "the policies of this log don't allow it"
        case "too-much", "too-fragmented": "ask for fewer records at a time"
        default: problem.detail
        }
    }

    private static func contacts(_ error: ContactError) -> Complaint {
        switch error {
        case .malformed(let line):
            Complaint(
                .home, "line \(line) of the contacts isn't a handle and a name",
                hint: "edit the file contacts in the home")
        case .malformedName: Complaint(.usage, "this can't be a contact's name")
        case .ambiguous(let name): Complaint(.usage, "somebody else is called \(name)")
        }
    }

    private static func client(_ error: ClientError) -> Complaint {
        switch error {
        case .notInRole(let role, let have):
            Complaint(
                .refused,
                "this home's participant is no \(role.rawValue) "
                    + "but \(have.map(\.rawValue).joined(separator: ", "))",
                hint: "name another home with --home")
        case .notAuthority:
            Complaint(
                .refused, "this home isn't an authority's", hint: "name another home with --home")
        case .unknownName(let name):
            Complaint(
                .usage, "nobody is called \(name)",
                hint: "give its handle a name: trine contacts --add HANDLE --name '\(name)'")
        case .contacts(let error): contacts(error)
        case .noGrant(let text):
            Complaint(
                .refused, "there is no grant \(text)",
                hint: "list them: trine enterprise grants, or trine lender grants")
        case .noRequest(let text):
            Complaint(
                .refused, "there is no request \(text)",
                hint: "list them: trine enterprise requests")
        case .ambiguous(let text, let matches):
            Complaint(
                .usage, "\(matches.count) begin with \(text)",
                hint: matches.map(\.text).joined(separator: " "))
        case .grantOver(let jti):
            Complaint(.refused, "the grant \(jti) is over already")
        case .notYourGrant(let jti):
            Complaint(.refused, "the grant \(jti) is another's")
        default: granting(error)
        }
    }

    private static func granting(_ error: ClientError) -> Complaint {
        switch error {
        case .noFields: Complaint(.usage, "name fields: --fields due_date,payable_amount")
        case .unknownFields(let names, let type):
            Complaint(
                .usage, "no field of an \(type.name) is called \(names.joined(separator: ", "))",
                hint: "there are: "
                    + type.fields.map(\.name.text).joined(separator: ", "))
        case .noSuchType(let name): Complaint(.usage, "there are no records called \(name)")
        case .nothingCovered:
            Complaint(
                .refused, "no record is covered by this",
                hint: "list them: trine enterprise records")
        case .notAGrantee(let handle):
            Complaint(.refused, "\(handle) isn't somebody that can be granted anything")
        case .granteeSuspended(let handle): Complaint(.refused, "\(handle) is suspended")
        case .notAHolder(let handle):
            Complaint(.refused, "\(handle) isn't somebody that can be asked for anything")
        case .underLegalHold(let book):
            Complaint(
                .refused, "\(book) is under a legal hold",
                hint: "nothing in it can be erased until the hold ends or is released")
        case .forbidden(let policies, let reasons):
            Complaint(
                .refused,
                policies.isEmpty
                    ? "no policy permits this"
                    : "policy forbids this: \(policies.joined(separator: ", "))",
                hint: reasons.isEmpty
                    ? "see what would be permitted: trine policy explain"
                    : reasons.joined(separator: " "))
        case .policiesWrong(let digest):
            Complaint(
                .refused, "what the gateway gave as the policies \(digest) isn't that set",
                hint: "tell the authority; don't sign anything meanwhile")
        case .policySet(let refusal):
            Complaint(.usage, "this isn't a policy set: \(refusal.words)")
        case .tooManyEpochs(let limit):
            Complaint(
                .refused, "the records have keys of more than \(limit) epochs",
                hint: "grant fewer months at a time")
        case .envelopeTooLarge(_, let limit):
            Complaint(
                .refused, "the keys don't fit an envelope of \(limit) bytes",
                hint: "grant fewer fields or records at a time")
        case .envelope:
            Complaint(.refused, "nothing can be sealed to the grantee's key")
        default: books(error)
        }
    }

    private static func books(_ error: ClientError) -> Complaint {
        switch error {
        case .noSuchBook(let book):
            Complaint(
                .refused, "there is no book \(book)", hint: "list them: trine enterprise books")
        case .bookClosed(let book): Complaint(.refused, "\(book) is closed already")
        case .noSuchRecord(let name):
            Complaint(
                .refused, "there is no record \(name)",
                hint: "list them: trine enterprise records")
        case .erased(let name): Complaint(.refused, "\(name) was erased")
        case .keyElsewhere(let name):
            Complaint(
                .refused, "the key that \(name) was sealed with isn't in this keyring",
                hint: "without --nonce it can be presented all the same")
        case .noOpenBook(let series, let month):
            Complaint(.refused, "\(series.rawValue) of \(month) and later are all closed")
        case .conflict(let attempts):
            Complaint(
                .refused,
                "the books' next numbers were taken by others \(attempts) times in a row",
                hint: "let one machine at a time import, and run it again")
        case .noApplication(let handle):
            Complaint(
                .refused, "nobody applied as \(handle)",
                hint: "list the applications: trine authority pending")
        case .badApplication(let handle):
            Complaint(.refused, "\(handle) didn't prove to hold its keys", hint: "don't admit it")
        case .package(let refusal): package(refusal)
        default: ProofWords.complaint(about: error) ?? Complaint(.refused, "\(error)")
        }
    }

    static func package(_ refusal: PackageRefusal) -> Complaint {
        Complaint(
            .refused, "not verified: \(refusal.words)",
            hint: "don't rely on any of it")
    }

    private static func log(_ fault: LogFault) -> Complaint {
        switch fault {
        case .otherGenesis(let have, let pinned):
            Complaint(
                .untrusted, "the log there begins with \(have), and the invitation pins \(pinned)",
                hint: "it is another log; ask who invited you")
        case .splitView(let size, let other):
            Complaint(
                .untrusted,
                "the log of \(size) entries and the one of \(other) aren't one history",
                hint: "both checkpoints are kept in the home as split-view-…: show them to others")
        case .checkpoint(let error):
            Complaint(
                .untrusted, "the checkpoint isn't accepted under the trust policy: \(error)",
                hint: "compare trust.policy in the home with what the log's keys should be")
        case .signature(let index, let issuer):
            Complaint(.untrusted, "entry \(index) isn't signed by a key of \(issuer)")
        case .ownBook(let book, let number):
            Complaint(
                .untrusted, "the gateway leaves out a record of \(book) before number \(number)")
        default:
            Complaint(
                .untrusted, "what the gateway shows doesn't verify: \(fault)",
                hint: "nothing of it was used")
        }
    }
}
