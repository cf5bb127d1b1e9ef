import ArgumentParser
import Client
import Custody
import Importing
import Interface
import Sharing
import Verification
import Wire

struct JoinCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make a home and apply for admission to a log.",
        discussion: """
            The invitation comes from an authority and is as secret as a password until it is used. It \
            pins the log's first entry, so nothing else is joined, and it has the handle. What is \
            shown at the end is your fingerprint: tell it, by telephone or on paper, to who asks for \
            it. An enterprise gives the identifiers under which it appears \
            on its documents: by them imports tell what it issued from what it received.

            A recovery kit is made first. It brings everything back where this machine is lost, and is \
            needed where one is stolen; the home doesn't hold what is in it. It is shown on the \
            terminal, to be written down, or written to a file on something that isn't this machine.

            Where the authority rejected an application for a mistake, join again with its next \
            invitation and what is right: new keys and a new kit take the place of the first.

            Example: trine join 'https://gateway.example#PIN.SECRET.HANDLE' --role enterprise \
            --name 'Example Bearings GmbH' --country DE --id vat:DE000100017 --kit /media/stick/kit
            """)

    @Argument(help: "The invitation, whole and in single quotes.")
    var invitation: String

    @Option(help: "What to be admitted as; may be given several times.")
    var role: [Role]

    @Option(
        help: "The registered name, for authority and regulator; the handle where it isn't given.")
    var name: String?

    @Option(help: "The country, ISO 3166-1: DE.")
    var country: String = Self.unknownCountry

    @Option(
        name: .customLong("id"),
        help: "A legal identifier, such as vat:DE123456789; may be given several times.")
    var identifiers: [LegalIdentifier] = []

    @Option(
        help: "A file for the recovery kit, outside the home; the terminal otherwise.",
        completion: .file())
    var kit: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (0x41...0x5a).contains($0) })
        else { throw ValidationError("a country is two capital letters, such as DE") }
        for one in identifiers
        where RegisteredIdentifier(scheme: one.scheme.rawValue, id: one.id) == nil {
            throw ValidationError(
                "'\(one.scheme.rawValue):\(one.id)' is too short or too long to be found on documents"
            )
        }
        guard name?.hasNoControls != false else {
            throw ValidationError("a name has no control characters")
        }
    }

    /// What ISO 3166-1 leaves to its users.
    private static let unknownCountry = "ZZ"

    func outcome() async throws -> Outcome {
        let invitation = try Invitation(parsing: invitation)
        let home = common.directory
        let applicant = Applicant(
            roles: role, legalName: name, country: country,
            identifiers: identifiers)
        let corrects = try home.corrects(applicant, with: invitation)
        let page = home.isInhabited && !corrects ? nil : try KitPage(kit, outside: home)
        let protection = try common.protection(of: home.directory, isNew: !home.isInhabited)
        let application: Application
        var earlier: String?
        do {
            if corrects {
                let done = try await home.reapply(
                    invitation, as: applicant, under: protection, keeping: { try page?.keep($0) })
                (application, earlier) = (done.application, done.earlier)
            } else {
                application = try await home.join(
                    invitation, as: applicant, under: protection, keeping: { try page?.keep($0) })
            }
        } catch ConnectionError.refused(let problem) where page != nil {
            let complaint = ConnectionError.refused(problem).complaint
            let hints = [
                complaint.hint, "nothing was kept here: destroy the recovery kit just made",
            ]
            throw complaint.named(problem.name)
                .hint(hints.compactMap(\.self).joined(separator: "; "))
        } catch ConnectionError.unreachable(let detail) where !home.isInhabited {
            throw ConnectionError.unreachable(detail).complaint.named("gateway-unreachable")
                .hint("is it running? nothing was made or signed: join again when it is")
        } catch let error as HomeError {
            guard case .alreadyThere = error, let known = try? home.configuration(),
                known.log.genesis == invitation.log.genesis
            else { throw error }
            throw error.complaint.named("home-already-there").hint(
                known.handle == invitation.handle
                    ? "it has applied as \(known.handle): to apply otherwise, have that application "
                        + "rejected, and join with the next invitation"
                    : "it has applied as \(known.handle): name another directory with --home")
        }
        var notes = ["an authority has to admit it: trine authority admit \(application.handle)"]
        if role.contains(.enterprise), identifiers.isEmpty {
            notes.append(
                "imports need its identifiers: trine enterprise import --id vat:DE123456789 PATH")
        }
        if page != nil { notes.append(KitPage.advice) }
        if let earlier {
            notes.append(
                "the home of the application before is in \(earlier): its recovery kit is of no use, "
                    + "destroy it")
        }
        let roles = application.roles.map(\.rawValue)
        let fingerprint = Fingerprint(application.fingerprint(in: invitation.log.genesis))
        return Outcome([
            "fingerprint": fingerprint, "handle": application.handle, "home": home.directory,
            "roles": roles, "state": "applied",
        ]) {
            """
            Applied as \(application.handle) (\(roles.joined(separator: ", "))).
            Your fingerprint: \(fingerprint)
            """
        }.noting(notes)
    }
}
