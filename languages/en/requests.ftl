# Requests for access, as a developer sees them.

# list.html
requests-asked = Asked
requests-next-step = Next step
requests-for = for { $application }

# messages.html
requests-nothing-was-written-yet = Nothing was written yet.
requests-send-message = Send message
requests-back-to-request = Back to request

# show.html
requests-for-2 = { $api } for { $application }
requests-what-happened = What happened
requests-questions-of-the-owner = Questions of the owner
requests-messages = Messages
requests-write-message = Write message
requests-details = Details
requests-change-it = Change it

# change.rs
requests-for-an-approver-when-the-plan = For an approver, when the plan needs one.
requests-for-3 = { $name } for { $name2 }
requests-for-4 = { $verb }: { $name } for { $name2 }?

# list.rs
requests-nothing-waits-for-a-decision = Nothing waits for a decision.
requests-no-requests-yet = No requests yet
requests-requests-you-make-appear-here-with = Requests you make appear here, with who decides and what was decided.
requests-browse-apis = Browse APIs

# messages.rs
requests-messages-about = Messages about { $about }
requests-told-team = Between the team that asks and those who decide. { $team } is told by mail.
requests-told-decider = Between the team that asks and those who decide. whoever decides is told by mail.
# After the name of who wrote a message: their side of the request.
requests-side-asks = asks
requests-side-decides = decides
requests-message = Message
requests-plain-text-at-most-2-000 = Plain text, at most 2,000 characters. It stays with the request.

# mod.rs
# After "by", instead of a name.
requests-a-rule-of-the-plan = a rule of the plan
requests-open-keys = Open keys
requests-see-request = See request
requests-read-reason = Read reason
requests-see-why = See why
requests-request-again = Request again
requests-see-product = See product
requests-see-api = See API

# show.rs
requests-none-was-given = None was given.
requests-decide = Decide
requests-create-key = Create key
requests-suspended-because = Suspended because
requests-it-ended-because = It ended because
requests-written-by = Written by { $decided_by }
# After "by", instead of a name.
requests-the-program = the program
requests-lead-sandbox = { $plan }, sandbox.
requests-lead-production = { $plan }, production.
requests-requested = Requested
requests-by = { $relative } by { $by }
requests-of-people-have-agreed = { $given } of { $required } people have agreed.
requests-you-get-mail-and-an-inbox = You get mail and an inbox entry, with the reason if it is no.
requests-waiting-for-a-decision = Waiting for a decision
requests-key-created = Key created
requests-first-call = First call
requests-approved = Approved
requests-granted = Granted
requests-ends-in = { $relative }, ends in { $last4 }
requests-create-a-key = Create a key
requests-shown-once-with-a-command-ready = Shown once, with a command ready to paste.
requests-answered = { $relative }, answered { $status }
requests-waiting-for-it = Waiting for it.
requests-by-2 = { $relative } by { $decided_by }
requests-by-3 = { $relative } by { $name }
requests-version = { $title }, version { $version }
requests-terms-accepted = Terms accepted
requests-ends = Ends
requests-accept-new-terms = Accept new terms
requests-calls-go-on-as-before-renewals = Calls go on as before. Renewals and other plans need it.
requests-withdraw-request = Withdraw request
requests-nobody-decides-about-it-any-more = Nobody decides about it any more.
requests-pause-access = Pause access
requests-calls-are-refused-until-your-team = Calls are refused until your team resumes it.
requests-resume-access = Resume access
requests-calls-work-again = Calls work again.
requests-renew-access = Renew access
requests-it-lasts-another-term-of-the = It lasts another term of the plan, with the same keys. An approver may have to agree.
requests-cancel-access = Cancel access
requests-it-ends-now-to-get-it = It ends now. To get it back, ask again.
requests-waiting = { $count ->
        [one] { $count } waits for a decision.
       *[other] { $count } wait for a decision.
    }
