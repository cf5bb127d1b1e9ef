public import Commitments
public import Importing
public import Rules
public import Sharing
public import Verification
public import Wire

/// Why something a participant wants can't be done, beyond what home, connection and log say.
public enum ClientError: Error, Equatable, Sendable {
    /// This home's participant isn't one of these.
    case notInRole(Role, have: [Role])
    case notAuthority
    /// No contact and no handle is called so.
    case unknownName(String)
    /// Nobody with this handle was admitted to the log.
    case noParticipant(Handle)
    /// The home's own file of names.
    case contacts(ContactError)

    // Grants and requests.
    case noGrant(String)
    case noRequest(String)
    /// What it asks for would have ended by now.
    case requestOver(JTI)
    /// A grant that names it was given before.
    case requestAnswered(JTI, by: JTI)
    /// What is to be narrower than this grant isn't.
    case notNarrower(JTI)
    /// A text of a request that isn't a statement.
    case statement(String, ProofStatementError)
    /// Several begin like this.
    case ambiguous(String, [JTI])
    case grantOver(JTI)
    case notYourGrant(JTI)
    /// Asked for under a grant that doesn't give these; what it gives.
    case fieldsNotGranted([FieldName], granted: [FieldName])
    case noFields
    case unknownFields([String], RecordType)
    case nothingCovered
    case notAGrantee(Handle)
    case granteeSuspended(Handle)
    /// Nobody who could be asked for a grant.
    case notAHolder(Handle)
    /// A version of a record type can't follow what the log has.
    case type(TypeIncompatibility)
    /// By these policies, for these reasons; by none where nothing permits it.
    case forbidden(policies: [String], reasons: [String])
    case underLegalHold(BookName)
    /// What the gateway gave as the texts of this set isn't it.
    case policiesWrong(Digest<Digested.Policies>)
    case policySet(PolicySetRefusal)
    case tooManyEpochs(limit: Int)
    case envelopeTooLarge(bytes: Int, limit: Int)
    case envelope(OpeningError)

    // Proofs.
    /// From one statement up to this many.
    case noStatements(limit: Int)
    case notProvable(String, RecordType)
    /// A grant to read is of one series.
    case severalSeries([Series])
    /// Nothing was signed.
    case untrue([ProofStatement])
    /// No records belong together like this, and why these don't.
    case nothingLinked(Relation, [LeftOut])
    case tooManyLinks(Int, limit: Int)
    /// Nothing can be proven about these records.
    case proof(ProvingRefusal)
    case proving(AssertionProvingError)
    /// The records don't fit this many ranges of numbers.
    case tooFragmented(limit: Int)

    // Books and records.
    case noSuchBook(BookName)
    case bookClosed(BookName)
    case noSuchRecord(String)
    case erased(String)
    /// The key that the record was sealed for isn't in this keyring.
    case keyElsewhere(String)
    /// The numbers of a book kept moving: somebody else seals for this enterprise now.
    case conflict(attempts: Int)

    case correction(CorrectionFault)
    /// The enterprise can't go by this identifier on its own word: the authority admitted it under
    /// others of the scheme.
    case admittedOtherwise(RegisteredIdentifier, as: [RegisteredIdentifier])
    /// What came as a share of the participant's keys for this machine.
    case share(ShareRefusal)
    /// This device wasn't given the keys of that epoch of a series.
    case keysNotShared(Series, epoch: Int64)
    /// What came for this device, or for a new one, isn't what it should be at this step.
    case enrolment(EnrolmentFault)

    // Admission.
    /// This home's participant isn't admitted to the log yet.
    case notAdmitted(Handle)
    /// The log has many more entries than this home has read; the next run goes on from there.
    case moreEntries(read: Int64, of: Int64)
    /// The log has only so many entries.
    case noEntry(Int64, of: Int64)
    case noApplication(Handle)
    case badApplication(Handle)
    /// No invitation from this home vouches for the application, and no fingerprint was given.
    case fingerprintNeeded(Handle)
    /// Other keys are, or are to be, admitted than the participant's own.
    case substituted(Handle)
    /// Named at genesis: the log's address pins it, and it has no fingerprint.
    case founder(Handle)

    // What authorities decide together.
    /// As many agree; these could too.
    case approvalsMissing(have: Int64, need: Int64, others: [Handle])
    /// This authority approved something else.
    case approvalOfAnotherMotion(Handle)
    /// The file isn't a motion of this log.
    case notAMotion
    case notAnApproval

    /// What a fetch or a package was refused for.
    case package(PackageRefusal)
}
