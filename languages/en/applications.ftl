# Applications of a developer: keys, subscriptions, usage, logs, members.

# call.html
applications-what-the-gateway-checked = What the gateway checked
applications-in-this-order = In this order
applications-what-your-application-received = What your application received
applications-this-call = This call
applications-request-id = Request id
applications-copy-request-id = Copy request id

# evidence.html
applications-what-is-still-called = What is still called
applications-in-the-last-day = In the last day
applications-where-it-is-called-from = Where it is called from
applications-the-newest-addresses-of-connections-10 = The newest addresses of connections, 10 at most
applications-last-seen = Last seen
applications-retire-it = Retire it
applications-retire-now = Retire now

# key.html
applications-copy = Copy
applications-i-have-stored-it = I have stored it
applications-what-it-is-known-by = What it is known by
applications-make-your-first-call = Make your first call
applications-paste-it-into-a-terminal-the = Paste it into a terminal. The key is filled in.
applications-put-your-key-where-it-says = Put your key where it says so.
applications-what-follows = What follows
applications-from-request-to-first-call = From request to first call
applications-keep-it-safe = Keep it safe
applications-put-it-in-your-secret-store = Put it in your secret store, never in code.
applications-lost-it-create-another-nobody-can = Lost it? Create another. Nobody can show this one again.

# keys.html
applications-keys-of = Keys of { $name }
applications-create-a-key = Create a key
applications-create-key = Create key
applications-create-a-credential-of-another-kind = Create a credential of another kind
applications-who-uses = , who uses { $shown }
applications-rotate = Rotate
applications-key = key { $shown }
applications-revoke = Revoke

# list.html
applications-what-calls-the-apis-each-belongs = What calls the APIs. Each belongs to a team and carries its own keys.
applications-create-application = Create application
applications-live-subscriptions = Live subscriptions

# logs.html
applications-logs-of = Logs of { $name }
applications-call = Call

# members.html
applications-members-of = Members of { $name }
applications-invite-a-colleague = Invite a colleague
applications-invite = Invite
applications-they-work-on-whatever-else-the = They work on whatever else the team owns, too.
applications-share-it = Share it
applications-move-to-team = Move to team

# show.html
applications-as-the-gateways-have-reported-it = As the gateways have reported it

# usage.html
applications-usage-of = Usage of { $name }

# arrival.html
applications-see-it-in-usage = See it in usage
applications-waiting-for-your-first-call = Waiting for your first call
applications-why-was-this-refused = Why was this refused?

# call.rs
applications-logs = Logs
applications-why-was-this-call-refused = Why was this call refused?
applications-why-did-this-call-fail = Why did this call fail?
applications-what-happened-to-this-call = What happened to this call?
applications-answered-in = { $day }, { $at }, answered in { $milliseconds }
applications-about = About { $code }
applications-the-gateway-ended-in-the-middle = The gateway ended in the middle of this call
applications-the-backend-answered-with-a-failure = The backend answered with a failure
applications-the-backend-refused-it = The backend refused it
applications-it-was-let-through-and-answered = It was let through and answered
applications-the-caller-left-before-the-answer = The caller left before the answer
applications-it-ended-with = It ended with { $reason }
applications-see-the-access = See the access
applications-request-access = Request access
applications-see-what-used-it = See what used it
applications-open-keys = Open keys
applications-request = Request
applications-access = Access
applications-backend = Backend
applications-not-reached = Not reached
applications-answered-in-2 = Answered { $status } in { $milliseconds }
applications-ends-in = Ends in { $last4 }
applications-none-sent-by-try-it = None: sent by Try it
applications-bytes = { $grouped } bytes
applications-sent = Sent
applications-received = Received
applications-same-outcome-within-the-hour = Same outcome within the hour

# credential.rs
applications-name-and-password = Name and password
applications-shared-secret-that-signs-requests-hmac = Shared secret that signs requests (HMAC)
applications-key-pair-that-signs-tokens-jwt = Key pair that signs tokens (JWT)
applications-client-certificate-mtls = Client certificate (mTLS)
applications-this-may-hold-a-private-key = This may hold a private key, so it was taken out and nothing of it was kept. Take that key as known to others, and paste the public half of another.
applications-public-key = Public key
applications-for-a-key-pair-that-signs = For a key pair that signs tokens: a JSON Web Key (RFC 7517) without its private part.
applications-certificate = Certificate
applications-for-a-client-certificate-pem-without = For a client certificate: PEM, without its private key.
applications-ends-after-days = Ends after days
applications-without-a-number-it-lives-as = Without a number it lives as long as the plan allows.
applications-another-kind = Another kind
applications-for = For { $name }. { $not_enforced }
applications-create-credential = Create credential

# evidence.rs
applications-use = Use
applications-who-uses-2 = Who uses { $shown }
applications-it-was-not-replaced = It was not replaced.
applications-or-once-nobody-has-used-it = , or once nobody has used it for { $hours }
applications-it-was-replaced-and-works-until = It was replaced and works until { $day }{ $quiet }.
applications-it-leaked-and-was-replaced-calls = It leaked and was replaced. Calls with it are refused.
applications-it-is-over-calls-with-it = It is over. Calls with it are refused.
applications-some-calls-are-not-known-yet = Some calls are not known yet.
applications-not-heard-from-what-they-saw = Not heard from: { $join }. What they saw of this key is not in these figures.
applications-since-it-was-replaced = Since it was replaced
applications-last-hour = Last hour
applications-last-day = Last day
applications-nobody-used-it-in-the-last = Nobody used it in the last day. Calls with it are refused from then on.
applications-calls-with-it-are-refused-from = Calls with it are refused from then on.
applications-it-was-used-for-in-the = It was used for { $calls } in the last day; such calls are refused from then on.

# key.rs
applications-a-credential-of = A credential of { $name }
applications-your-key-for = Your key for { $name }
applications-made = { $name }, { $kind }. Made { $relative }.
applications-shown-once-this-page-keeps-it = Shown once. This page keeps it until { $clock } UTC, then nobody can show it again.
applications-it-was-shown-once-nobody-can = It was shown once. Nobody can show it again.
applications-its-private-half-is-with-its = Its private half is with its owner and never came here.
applications-it-opens-nothing-yet = It opens nothing yet.
applications-it-ends-on-you-are-told = It ends on { $day }. You are told before.
applications-user-name = User name
applications-key-id = Key id
applications-client-id = Client id
applications-first-call-received = First call received, { $call }
applications-0-ms = 0.{ $microseconds } ms
applications-ms = { $grouped } ms
applications-in = { $status } in { $took }
applications-nothing-can-be-called-yet = Nothing can be called yet.
applications-access-requested = Access requested
applications-approved = Approved
applications-granted = Granted
applications-waiting-for-a-decision = Waiting for a decision
applications-until-then-calls-answer-403 = Until then calls answer 403.
applications-key-created = Key created
applications-ends-in-2 = { $clock }, ends in { $last4 }
applications-first-call = First call
applications-waiting-for-it = Waiting for it.

# keys.rs
applications-in-a-year = In a year
applications-in-90-days = In 90 days
applications-in-30-days = In 30 days
applications-as-late-as-the-plan-allows = As late as the plan allows
applications-good-for = Good for
applications-no-keys-yet = No keys yet
applications-keys-appear-here-by-their-first = Keys appear here by their first and last characters.
applications-every-api-of-the-application = Every API of the application
applications-waits-for-a-decision = { $name } waits for a decision.
applications-a-key-made-now-works-from = A key made now works from the moment access is approved.
applications-a-key-opens-nothing-yet = A key opens nothing yet.
applications-request-access-to-an-api-for = Request access to an API for this application; its keys work as soon as it is granted.
applications-browse-apis = Browse APIs
applications-works-until = Works until { $day }
applications-for-only = For { $join } only
applications-not-checked-yet = { $kind_words }, not checked yet
applications-active = Active
applications-retiring = Retiring
applications-revoked = Revoked
applications-expired = Expired

# list.rs
applications-no-applications-yet = No applications yet
applications-an-application-is-what-calls-an = An application is what calls an API. It is also made for you when you request access.
applications-suspended = Suspended
applications-its-team-can-see-its-keys = Its team can see its keys and its usage.
applications-only-you = { $name } (only you)

# logs.rs
applications-last-24-hours = Last 24 hours
applications-last-7-days = Last 7 days
applications-answered-2xx = Answered (2xx)
applications-redirected-3xx = Redirected (3xx)
applications-refused-or-wrong-4xx = Refused or wrong (4xx)
applications-failed-5xx = Failed (5xx)
applications-all-that-is-kept = All that is kept
applications-no-call-matches = No call matches
applications-no-call-has-this-status-api = No call has this status, API and time together.
applications-clear-filters = Clear filters
applications-no-calls-yet = No calls yet
applications-calls-appear-here-within-seconds-of = Calls appear here within seconds of being made, those that were refused with the reason.

# members.rs
applications-address-of-a-colleague = Address of a colleague
applications-in-the-team = In the team
applications-member = Member
applications-lead = Lead
applications-leads-choose-members-too = Leads choose members too.
applications-nobody-in-this-team = Nobody in this team
applications-its-members-appear-here = Its members appear here.
applications-ask-an-administrator-to-make-a = Ask an administrator to make a team with you in it, then move the application there.
applications-move-the-application-to-a-team = Move the application to a team of yours, and everybody in it works on it.
applications-it-belongs-to-you-alone = It belongs to you alone.
applications-was-invited = { $email } was invited.
applications-they-work-on-it-once-they = They work on it once they have accepted.
applications-they-are-in-the-team = They are in the team.
applications-they-work-on-this-application-now = They work on this application now.
applications-they-left-the-team = They left the team.
applications-it-belongs-to = It belongs to { $team }.

# replace.rs
applications-was-never-used = was never used
applications-was-last-used = was last used { $relative }
applications-the-old-key-works-for = The old key works for
applications-not-at-all-it-has-leaked = Not at all: it has leaked
applications-replace-a-key = Replace a key
applications-both-keys-work-during-the-overlap = { $shown } { $used }. Both keys work during the overlap.
applications-make-replacement = Make replacement
applications-end-it-sooner = End it sooner
applications-only-by-hand = Only by hand
applications-once-unused-for-a-day = Once unused for a day
applications-once-unused-for-3-days = Once unused for 3 days
applications-once-unused-for-7-days = Once unused for 7 days
applications-without-an-overlap-there-is-nothing = Without an overlap there is nothing to end sooner.
applications-it-was-never-used = It was never used.
applications-it-was-last-used = It was last used { $relative }.
applications-revoke-2 = Revoke { $shown }?
applications-calls-with-this-key-are-refused = { $name } calls with this key are refused at once, everywhere. { $used } It cannot be undone.
applications-revoke-key = Revoke key

# show.rs
applications-no-access-yet = No access yet
applications-request-access-to-an-api-for-2 = Request access to an API for this application; a key alone opens nothing.
applications-until = Until { $day }
applications-team = Team { $name }.
applications-subscriptions = Subscriptions
applications-usage = Usage
applications-webhooks = Webhooks
applications-resets-utc = Resets { $short_day }, { $clock } UTC.

# usage.rs
applications-calls-appear-here-within-seconds-of-2 = Calls appear here within seconds of being made.
applications-api-key = API key
applications-oauth-client = OAuth client
applications-paste-the-command = Paste the command into a terminal. This changes by itself, and the reason is shown if the call is refused. <again>Reload by hand</again>
applications-fingerprint = SHA-256 fingerprint
applications-unknown = unknown
applications-by-try-it = { $environment }, Try it
