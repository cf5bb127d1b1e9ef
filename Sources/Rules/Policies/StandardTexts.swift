/// The texts of the folder Policies, byte for byte. Written by Policies/embed.
public enum StandardTexts {
    public static let separation = #"""
        // The policies that a Trine log begins with. What no policy permits is refused; a forbid overrides
        // every permit. README.md explains them; the words are those of trine.cedarschema.

        // ---- Who may do what --------------------------------------------------------

        @id("authority-admits")
        @reason("An authority decides who takes part.")
        @source("Genesis of the log: its authorities govern it")
        permit (principal in Role::"authority", action == Action::"admit", resource);

        @id("holder-holds")
        @reason("An enterprise keeps its own books: it seals, closes, erases, gives new keys.")
        @source("Twenty Data Measures (2022), Art. 3 and 7: the right to hold data resources")
        permit (
          principal in Role::"enterprise",
          action in [Action::"seal", Action::"close", Action::"erase", Action::"rekey"],
          resource
        )
        when { resource.owner == principal };

        @id("holder-grants-use")
        @reason("An enterprise lets lenders, guarantors and regulators use its own books.")
        @source("Twenty Data Measures (2022), Art. 3 and 7; GDPR Art. 6: use needs a basis that the holder gives")
        permit (principal in Role::"enterprise", action == Action::"grant", resource)
        when {
          resource.owner == principal &&
          context.grantee in [Role::"lender", Role::"guarantor", Role::"regulator"]
        };

        @id("holder-takes-back")
        @reason("Whoever gave a grant may always take it back.")
        @source("GDPR Art. 7(3): to withdraw is as easy as to give")
        permit (principal in Role::"enterprise", action == Action::"revoke", resource)
        when { resource.owner == principal };

        @id("user-requests")
        @reason("Lenders, guarantors and regulators may ask an enterprise for a grant.")
        @source("Twenty Data Measures (2022), Art. 3 and 7: the right to process and use data")
        permit (principal, action == Action::"request", resource)
        when { principal in [Role::"lender", Role::"guarantor", Role::"regulator"] };

        @id("user-uses")
        @reason("Lenders, guarantors and regulators may use what they were granted.")
        @source("Twenty Data Measures (2022), Art. 3 and 7: the right to process and use data")
        permit (principal, action == Action::"access", resource)
        when { principal in [Role::"lender", Role::"guarantor", Role::"regulator"] };

        @id("user-gives-back")
        @reason("Whoever was granted something may always give it back.")
        @source("GDPR Art. 5(1)(e): data is kept no longer than it is needed")
        permit (principal, action == Action::"revoke", resource)
        when { principal in [Role::"lender", Role::"guarantor", Role::"regulator"] };

        @id("host-operates")
        @reason("The host serves what was granted, and states that it did.")
        @source("Twenty Data Measures (2022), Art. 3 and 7: the right to operate data products")
        permit (principal in Role::"host", action == Action::"operate", resource);

        @id("regulator-audits")
        @reason("A regulator sees everything that happened, and no field of any record.")
        @source("Supervision of the log by its statute")
        permit (principal in Role::"regulator", action == Action::"audit", resource);

        // ---- What may not meet in one hand ------------------------------------------

        @id("operating-excludes-holding-and-using")
        @reason("Who operates neither holds nor uses nor supervises: an operator is nothing else.")
        @source("Data Governance Act (EU 2022/868), Art. 12(a): who carries data doesn't use it")
        forbid (principal, action == Action::"admit", resource)
        when {
          resource in Role::"operator" &&
          resource in [Role::"enterprise", Role::"lender", Role::"regulator", Role::"guarantor"]
        };

        @id("auditing-excludes-holding-and-using")
        @reason("Who supervises is no party: no enterprise, lender, guarantor or attestor.")
        @source("Basel Core Principles for Effective Banking Supervision, Principle 2: independence")
        forbid (principal, action == Action::"admit", resource)
        when {
          resource in Role::"regulator" &&
          resource in [Role::"enterprise", Role::"lender", Role::"guarantor", Role::"attestor"]
        };

        @id("host-never-uses")
        @reason("The host of the log carries the records; it is never granted any, and asks for none.")
        @source("Data Governance Act (EU 2022/868), Art. 12(a)")
        forbid (principal in Role::"host", action in [Action::"request", Action::"access"], resource);

        @id("host-is-never-granted")
        @reason("Nobody grants anything to the host of the log.")
        @source("Data Governance Act (EU 2022/868), Art. 12(a)")
        forbid (principal, action in [Action::"grant", Action::"rekey"], resource)
        when { context.grantee in Role::"host" };

        @id("governing-excludes-using")
        @reason("An authority that admits and suspends others doesn't deal with them.")
        @source("Separation of duties: who decides on access doesn't profit by it (ISO/IEC 27002, 5.3)")
        forbid (principal in Role::"authority", action in Action::"using", resource);

        @id("who-holds-does-not-use")
        @reason("Nobody uses its own books through a grant: it would look like somebody else's interest.")
        @source("Twenty Data Measures (2022), Art. 3 and 7: to hold and to use are two rights")
        forbid (principal, action in Action::"using", resource)
        when { resource.owner == principal };

        @id("who-operated-does-not-use")
        @reason("Whoever has operated on books never uses them, and whoever has supervised them neither.")
        @source("Separation over time: Brewer and Nash (1989), \"The Chinese Wall Security Policy\"")
        forbid (principal, action in [Action::"request", Action::"access"], resource)
        when {
          context.terms.past.contains("operate") ||
          (context.terms.past.contains("supervise") && context.terms.purpose != "inspection")
        };

        @id("regulator-reads-for-inspection-only")
        @reason("A regulator that needs to see records is granted them for an inspection, nothing else.")
        @source("GDPR Art. 5(1)(b): purpose limitation")
        forbid (principal, action in [Action::"grant", Action::"rekey"], resource)
        when { context.grantee in Role::"regulator" && context.terms.purpose != "inspection" };

        @id("regulator-uses-for-inspection-only")
        @reason("A regulator asks and reads for an inspection, nothing else.")
        @source("GDPR Art. 5(1)(b): purpose limitation")
        forbid (principal in Role::"regulator", action in Action::"using", resource)
        when { context.terms.purpose != "inspection" };

        @id("inspection-is-the-regulators")
        @reason("Nobody but a regulator inspects.")
        @source("Supervision of the log by its statute")
        forbid (principal, action == Action::"grant", resource)
        when { context.terms.purpose == "inspection" && !(context.grantee in Role::"regulator") };

        @id("inspection-is-asked-by-regulators")
        @reason("Nobody but a regulator asks for an inspection.")
        @source("Supervision of the log by its statute")
        forbid (principal, action == Action::"request", resource)
        when { context.terms.purpose == "inspection" && !(principal in Role::"regulator") };

        // ---- Approval and delegation ------------------------------------------------

        @id("an-answer-is-no-wider-than-the-request")
        @reason("A grant that answers a request gives at most what was asked for: delegation only narrows.")
        @source("India, Account Aggregator framework: the consent artefact bounds the use")
        forbid (principal, action == Action::"grant", resource)
        when { context has request && context.request.exceeded };

        @id("nobody-approves-their-own-request")
        @reason("A grant over more than a year isn't approved by who asked for it.")
        @source("Four-eyes principle (EBA/GL/2021/05 on internal governance)")
        forbid (principal, action == Action::"grant", resource)
        when { context has request && context.request.by == principal && context.terms.months > 12 };

        @id("long-grants-answer-a-request")
        @reason("More than five years of books are granted only in answer to a request: two sign, not one.")
        @source("Four-eyes principle (EBA/GL/2021/05 on internal governance)")
        forbid (principal, action == Action::"grant", resource)
        when { context.terms.months > 60 }
        unless { context has request };

        // ---- Purposes and their ceilings --------------------------------------------

        @id("credit-assessment-lives-31-days")
        @reason("A one-off assessment of credit is done within a month.")
        @source("Account Aggregators (India), Sahamati fair use templates: loan assessment, one-off")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.purpose == "credit-assessment" && context.terms.lifetime > duration("31d") };

        @id("credit-assessment-reaches-14-months")
        @reason("To assess credit, a year suffices, and the months whose books are still being closed.")
        @source("Account Aggregators (India), Sahamati fair use templates: range of months")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.purpose == "credit-assessment" && context.terms.reach > 14 };

        @id("credit-monitoring-lives-a-year")
        @reason("A loan is watched by a grant that is renewed every year.")
        @source("Account Aggregators (India), Sahamati fair use templates: loan monitoring, periodic")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.purpose == "credit-monitoring" && context.terms.lifetime > duration("366d") };

        @id("credit-monitoring-reaches-5-years")
        @reason("A loan is watched over its usual term.")
        @source("Account Aggregators (India), Sahamati fair use templates: loan monitoring, periodic")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.purpose == "credit-monitoring" && context.terms.reach > 60 };

        @id("financing-lives-half-a-year")
        @reason("Receivables and orders are paid or overdue within half a year.")
        @source("Late Payment Directive (2011/7/EU), Art. 3: terms of payment")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when {
          ["receivables-financing", "supply-chain-financing"].contains(context.terms.purpose) &&
          context.terms.lifetime > duration("184d")
        };

        @id("every-grant-ends")
        @reason("No grant lives longer than two years, whatever it is for.")
        @source("GDPR Art. 5(1)(e): storage limitation")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.lifetime > duration("731d") };

        @id("credit-data-is-kept-a-year")
        @reason("What was read to assess credit is kept a year at most after the decision.")
        @source("GDPR Art. 5(1)(e): storage limitation")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when { context.terms.purpose == "credit-assessment" && context.terms.keeps > duration("366d") };

        // ---- Classes of fields ------------------------------------------------------

        @id("statistics-only-prove")
        @reason("Statistics need sums, not values: they are proven, and nothing is read.")
        @source("GDPR Art. 89(1): statistics work on data that no longer identifies")
        forbid (principal, action in [Action::"request", Action::"grant", Action::"access"], resource)
        when { context.terms.purpose == "statistics" && context.terms.right == "read" };

        @id("contents-are-not-read-for-credit")
        @reason("The lines, remarks, attachments and original file say more than an assessment needs.")
        @source("GDPR Art. 5(1)(c): data minimisation; trade secrets (EU 2016/943)")
        forbid (principal, action in [Action::"request", Action::"grant", Action::"access"], resource)
        when {
          ["credit-assessment", "credit-monitoring", "guarantee"].contains(context.terms.purpose) &&
          context.terms.right == "read" &&
          context.terms.fields.containsAny(["lines", "notes", "attachments", "document"])
        };

        @id("accounts-are-read-by-financers")
        @reason("The account to pay to is shown to who pays into it or inspects, and to nobody else.")
        @source("GDPR Art. 5(1)(c): data minimisation; PSD2 Art. 67: payment data on explicit consent")
        forbid (principal, action in [Action::"request", Action::"grant", Action::"access"], resource)
        when {
          !(["receivables-financing", "supply-chain-financing", "inspection"]
            .contains(context.terms.purpose)) &&
          context.terms.right == "read" &&
          context.terms.fields.containsAny(["payment_account", "payment_reference"])
        };

        // ---- Suspension, dispute, legal hold ----------------------------------------

        @id("suspended-neither-seals-nor-grants-nor-uses")
        @reason("A suspended participant may only take back, give back and erase.")
        @source("Authorities' decision to suspend; GDPR Art. 7(3) and 17 go on")
        forbid (principal, action, resource)
        when { principal.suspended }
        unless { action in [Action::"revoke", Action::"erase"] };

        @id("nothing-new-towards-the-suspended")
        @reason("Nobody gives a suspended participant anything.")
        @source("Authorities' decision to suspend")
        forbid (principal, action == Action::"grant", resource)
        when { context.grantee.suspended };

        @id("nothing-is-read-from-the-suspended")
        @reason("While an enterprise is suspended, its grants freeze.")
        @source("Authorities' decision to suspend")
        forbid (principal, action == Action::"access", resource)
        when { resource.owner.suspended };

        @id("nothing-under-hold-is-erased")
        @reason("What a regulator or an authority has put under legal hold stays.")
        @source("GDPR Art. 17(3)(e): claims and proceedings suspend erasure")
        forbid (principal, action == Action::"erase", resource)
        when { context.held };

        @id("nothing-in-dispute-is-financed")
        @reason("While books are under hold, their receivables are in dispute: nobody finances them.")
        @source("UNCITRAL Convention on the Assignment of Receivables, Art. 12: freedom from defences")
        forbid (principal, action in [Action::"request", Action::"grant", Action::"access"], resource)
        when {
          ["receivables-financing", "supply-chain-financing"].contains(context.terms.purpose) &&
          context.terms.held
        };

        // ---- Sizes of enterprises ---------------------------------------------------

        @id("micro-enterprises-are-watched-over-2-years")
        @reason("A micro enterprise's books are often one person's: to watch its credit, two years suffice.")
        @source("Recommendation 2003/361/EC, Annex, Art. 2(3); GDPR Art. 5(1)(c): data minimisation")
        forbid (principal, action in [Action::"request", Action::"grant"], resource)
        when {
          resource.owner has size &&
          resource.owner.size == "micro" &&
          context.terms.purpose == "credit-monitoring" &&
          context.terms.reach > 24
        };

        """#
    public static let schema = #"""
        // What the policies of a Trine log can speak of. Everything here is rebuilt from the log by whoever
        // replays it: nothing in a decision is known to the gateway alone.

        /// What a participant is. `host` and `authority` are named at genesis, the others at admission.
        entity Role enum [
          "enterprise", "lender", "regulator", "operator", "attestor", "guarantor", "witness",
          "host", "authority"
        ];

        /// An admitted legal entity, under its handle.
        entity Participant in [Role] = {
          // `micro`, `small`, `medium`, `large` (Recommendation 2003/361/EC), where its authority said so.
          size?: String,
          suspended: Bool,
        };

        /// An enterprise's books of one series, `e-7k2m9q4x/invoices`; all of its books where an action
        /// isn't about one series.
        entity Books = {
          owner: Participant,
          series?: String,
        };

        /// The log itself.
        entity Log;

        /// What somebody wants to use, and for how long.
        type Terms = {
          // Log time, by which all dates are judged.
          time: datetime,
          // `read` shows values, `prove` only proves statements about them.
          right: String,
          purpose: String,
          // The fields that are named; none where only statements are proven.
          fields: Set<String>,
          // Months covered, and how many months before the month of log time the first one lies.
          months: Long,
          reach: Long,
          // From the grant's start to its end.
          lifetime: duration,
          // How long the user may keep what it got.
          keeps: duration,
          // How often it may fetch.
          fetches: Long,
          // Whether some of the books are under a legal hold that stands.
          held: Bool,
          // What the user has done with these books before: `read`, `prove`, `operate`, `supervise`.
          past: Set<String>,
        };

        // The four rights; most actions belong to one of them. `@excludes` says which may never meet in one
        // hand, `@excludes_on_same_books` which may not over the same books, `@save` for which purpose they
        // may after all. `trine policy check` looks whether they can.

        @excludes("operating auditing")
        @excludes_on_same_books("using")
        action holding;
        @excludes("operating auditing")
        action using;
        @excludes("holding using auditing")
        action operating;
        @excludes("holding operating using")
        @save("inspection")
        action auditing;

        /// An authority admits a participant.
        action admit appliesTo {
          principal: Participant, resource: Participant, context: { time: datetime },
        };

        /// An enterprise registers a record, closes a book, erases a record or an ended grant's terms.
        action seal, close in [holding] appliesTo {
          principal: Participant, resource: Books, context: { time: datetime },
        };
        action erase in [holding] appliesTo {
          principal: Participant, resource: Books, context: { time: datetime, held: Bool },
        };

        /// An enterprise lets somebody use its books. `request` is the wish this answers, where it answers
        /// one: by whom, and whether the grant goes beyond it in anything.
        action grant in [holding] appliesTo {
          principal: Participant, resource: Books,
          context: {
            terms: Terms,
            grantee: Participant,
            request?: { by: Participant, exceeded: Bool },
          },
        };
        /// The same grant gets new keys.
        action rekey in [holding] appliesTo {
          principal: Participant, resource: Books, context: { terms: Terms, grantee: Participant },
        };

        /// An enterprise takes a grant back, or its grantee gives it back.
        action revoke appliesTo {
          principal: Participant, resource: Books,
          context: { time: datetime, right: String, purpose: String },
        };

        /// Somebody asks an enterprise for a grant, and uses one.
        action request, access in [using] appliesTo {
          principal: Participant, resource: Books, context: { terms: Terms },
        };

        /// The host serves an access.
        action operate in [operating] appliesTo {
          principal: Participant, resource: Books, context: { time: datetime },
        };

        /// Everything that is disclosed to the log's gateway is shown, and no field of any record.
        action audit in [auditing] appliesTo {
          principal: Participant, resource: Log, context: { time: datetime },
        };

        """#
}
