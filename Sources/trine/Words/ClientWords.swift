import Client
import Importing
import Rules
import Sharing
import Verification
import Wire

extension ClientError: Worded {
    /// The words for what a participant wants and can't have: one table, in the order of the cases.
    var complaint: Complaint {
        switch self {
        case .notInRole(let role, let have):
            .refused(
                "this home's participant is no \(role.rawValue) "
                    + "but \(have.map(\.rawValue).joined(separator: ", "))"
            )
            .hint(Self.otherHome)
        case .notAuthority: .refused("this home isn't an authority's").hint(Self.otherHome)
        case .unknownName(let name):
            .usage("nobody is called \(name)")
                .hint("give its handle a name: trine contacts --add HANDLE --name '\(name)'")
        case .noParticipant(let handle):
            .refused("nobody called \(handle) was admitted to this log").hint("check the handle")
        case .contacts(let error): error.complaint

        case .noGrant(let text):
            .refused("there is no grant \(text)")
                .hint("list them: trine enterprise grants, or trine lender grants")
        case .noRequest(let text):
            .refused("there is no request \(text)").hint("list them: trine enterprise requests")
        case .requestOver(let jti):
            .refused("what the request \(jti) asks for would have ended by now")
        case .requestAnswered(let jti, let grant):
            .refused("the request \(jti) was answered by grant \(grant)")
                .hint("to give another one all the same: --again")
        case .notNarrower(let jti):
            .usage("this isn't less than grant \(jti) gives")
                .hint("what is to be wider, or longer, is a new grant: trine enterprise grant")
        case .statement(let text, let error): error.complaint(about: text)
        case .ambiguous(let text, let matches):
            .usage("\(matches.count) begin with \(text)")
                .hint(matches.map(\.text).joined(separator: " "))
        case .grantOver(let jti): .refused("the grant \(jti) is over already")
        case .notYourGrant(let jti): .refused("the grant \(jti) is another's")
        case .fieldsNotGranted(let missing, let granted):
            .refused(
                "this grant doesn't give \(missing.map(\.text).joined(separator: ", "))"
            )
            .hint("it gives: " + granted.map(\.text).joined(separator: ", "))
        case .noFields: .usage("name fields: --fields due_date,payable_amount")
        case .unknownFields(let names, let type):
            .usage("no field of an \(type.name) is called \(names.joined(separator: ", "))")
                .hint("there are: " + type.fields.map(\.name.text).joined(separator: ", "))
        case .nothingCovered: .refused("no record is covered by this").hint(Self.records)
        case .notAGrantee(let handle):
            .refused("\(handle) isn't somebody that can be granted anything")
        case .granteeSuspended(let handle): .refused("\(handle) is suspended")
        case .notAHolder(let handle):
            .refused("\(handle) isn't somebody that can be asked for anything")
        case .forbidden(let policies, let reasons):
            .refused(
                policies.isEmpty
                    ? "no policy permits this"
                    : "policy forbids this: \(policies.joined(separator: ", "))"
            )
            .hint(
                reasons.isEmpty
                    ? "see what would be permitted: trine policy explain"
                    : reasons.joined(separator: " "))
        case .underLegalHold(let book):
            .refused("\(book) is under a legal hold")
                .hint("nothing in it can be erased until the hold ends or is released")
        case .policiesWrong(let digest):
            .refused("what the gateway gave as the policies \(digest) isn't that set")
                .hint("tell the authority; don't sign anything meanwhile")
        case .type(let fault):
            .refused("the record type can't follow what the log has: \(fault.words)")
                .hint("what a field is stays the same in all versions; a new name can be anything")
        case .policySet(let refusal): .usage("this isn't a policy set: \(refusal.words)")
        case .tooManyEpochs(let limit):
            .refused("the records have keys of more than \(limit) epochs")
                .hint("grant fewer months at a time")
        case .envelopeTooLarge(_, let limit):
            .refused("the keys don't fit an envelope of \(limit) bytes")
                .hint("grant fewer fields or records at a time")
        case .envelope: .refused("nothing can be sealed to the grantee's key")

        case .noStatements(let limit): .usage("there can be 1 to \(limit) statements")
        case .severalSeries(let series):
            .usage(
                "records to be read are of one series: name those of "
                    + series.map(\.rawValue).joined(separator: " and of ")
                    + " in grants of their own")
        case .notProvable(let field, let type):
            .usage("nothing like this can be proven of \(field) in records of type \(type.name)")
                .hint(
                    "there are: "
                        + type.fields.compactMap { field in
                            field.committed.map { "\(field.name) (\($0.rawValue))" }
                        }.joined(separator: ", "))
        case .untrue(let statements):
            .refused(
                "not true, so nothing was signed: "
                    + statements.map(\.description).joined(separator: "; ")
            )
            .hint("--dry-run says which records are outside, to you alone")
        case .nothingLinked(let relation, let leftOut):
            .refused(
                "no records here belong together as \(relation.rawValue) says"
                    + (leftOut.first.map { ": of \($0.record), \($0.reason.words)" } ?? "")
            )
            .hint("import what is missing, or name more books")
        case .tooManyLinks(let have, let limit):
            .refused("\(have) groups of records belong together; \(limit) is the limit")
                .hint("prove fewer months at a time")
        case .proof(let refusal):
            .refused("this can't be proven: \(refusal.words)").hint(refusal.hint)
        case .proving(let error): .refused("no proof can be made: \(error.words)")
        case .tooFragmented(let limit):
            .refused("the records that count are in more than \(limit) pieces")
                .hint("prove fewer months at a time")

        case .noSuchBook(let book):
            .refused("there is no book \(book)").hint("list them: trine enterprise books")
        case .bookClosed(let book): .refused("\(book) is closed already")
        case .noSuchRecord(let name): .refused("there is no record \(name)").hint(Self.records)
        case .erased(let name): .refused("\(name) was erased")
        case .keyElsewhere(let name):
            .refused("the key that \(name) was sealed with isn't in this keyring")
                .hint("without --nonce it can be presented all the same")
        case .conflict(let attempts):
            .refused("the books' next numbers were taken by others \(attempts) times in a row")
                .hint("let one machine at a time import, and run it again")

        case .correction(let fault): fault.complaint
        case .admittedOtherwise(let identifier, let known):
            .refused("\(identifier) isn't this enterprise by its authority's word")
                .hint(
                    "it was admitted under \(known.map(\.description).joined(separator: ", ")); "
                        + "another number of that scheme takes another admission")
        case .share(let refusal): refusal.complaint
        case .keysNotShared(let series, let epoch):
            .refused("this device wasn't given the keys of \(series) in epoch \(epoch)")
                .hint("ask the owner for a new share: trine device share NAME")
        case .enrolment(let fault): fault.complaint

        case .notAdmitted(let handle):
            .refused("\(handle) isn't admitted to this log yet")
                .hint("an authority does that: trine authority pending")
        case .moreEntries(let read, let all):
            .refused("this home has read \(read) of the log's \(all) entries so far")
                .hint("run it again: it goes on from there")
        case .noEntry(let index, let size):
            .refused("there is no entry \(index)").hint("the log has the entries 0 to \(size - 1)")
        case .noApplication(let handle):
            .refused("nobody applied as \(handle)")
                .hint("list the applications: trine authority pending")
        case .badApplication(let handle):
            .refused("\(handle) didn't prove to hold its keys").hint("don't admit it")
        case .fingerprintNeeded(let handle):
            .refused("nothing shows that this application is from who \(handle) is to be")
                .hint("have it tell you its fingerprint by telephone or on paper: --fingerprint")
        case .substituted(let handle):
            Complaint(
                .substituted,
                ["these aren't the keys of \(handle): somebody put others in their place"]
            )
            .hint("trust nothing of it, and tell it and the authorities by another way")
        case .founder(let handle):
            .usage("\(handle) was named when the log began, so the log's address pins it")
        case .approvalsMissing(let have, let need, let others):
            .refused(
                "\(need) authorities have to agree, and \(have) do\(have == 1 ? "es" : "")"
            )
            .hint(
                "write it for \(others.map(\.text).joined(separator: ", ")) with --motion FILE; they "
                    + "approve it: trine authority approve FILE")
        case .approvalOfAnotherMotion(let handle):
            .usage("\(handle) approved something else than this motion")
                .hint("have this very file approved: trine authority approve FILE")
        case .notAMotion:
            .usage("this isn't a motion of this log").hint("ask who proposes it for the whole file")
        case .notAnApproval:
            .usage("this isn't an approval").hint("ask who approved for the whole file")
        case .package(let refusal): refusal.complaint
        }
    }

    private static let otherHome = "name another home with --home"
    private static let records = "list them: trine enterprise records"
}

extension CorrectionFault: Worded {
    var complaint: Complaint {
        switch self {
        case .replaced(let later):
            .refused("the record was corrected before").hint("correct \(later), which counts now")
        case .notOne(let count, let series):
            .refused("the document makes \(count) records of \(series.rawValue), not one")
        }
    }
}

extension ShareRefusal: Worded {
    var complaint: Complaint {
        switch self {
        case .otherLog: Self.refused("it is of another log")
        case .otherParticipant(let handle): Self.refused("it is \(handle)'s")
        case .substituted:
            Self.refused("the log has somebody else's keys under this participant's name")
        case .unknownKey:
            Self.refused("the log knows no key of this participant that signed it and may")
        case .badSignature: Self.refused("its signature doesn't hold")
        case .otherDevice: Self.refused("it is for another device")
        case .otherEra(let have, let want):
            Self.refused("it is of era \(have), and the log is in era \(want)")
        case .otherEnvelope: Self.refused("the envelope isn't the one that was signed")
        case .closed: Self.refused("the envelope doesn't open")
        }
    }

    private static func refused(_ reason: String) -> Complaint {
        .untrusted("this share of the participant's keys isn't taken: \(reason)")
            .hint("ask the owner for a new one, and by another way")
    }
}
