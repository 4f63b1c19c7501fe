# Parts that many pages share: forms, refusals of the portal itself, charts, codes of errors, help.

# same.html
shared-same-thing-in-cli-and-curl = Same thing in CLI and curl

# spread.html
shared-each-gateway = Each gateway
shared-look-again = Look again

# bars.html
shared-show-as-table = Show as table
shared-as-a-table = { $title } as a table

# used.html
shared-by-operation = By operation
shared-failed = Failed
shared-p95 = p95

# ranges.html
shared-range = Range
shared-change-range = Change range

# quota.html
shared-of-2 = { $used } of { $limit }
shared-of-used = { $used } of { $limit } used

# things.html
shared-field = Field

# code.html
shared-copy = Copy

# confirm.html
shared-go-back = Go back

# spread.html
shared-saved = Saved

# code.html
shared-what-to-do = What to do
shared-where-it-comes-from = Where it comes from
shared-what-your-application-receives = What your application receives
shared-the-answer-names-a-request-id = The answer names a request id. Give it to the owner of the API, or to the operator of this installation, when you ask about one call; calls of your own applications are listed under Logs.

# help.html
shared-help = Help
shared-from-the-catalogue-to-the-first = From the catalogue to the first call in four steps.
shared-find-an-api = Find an API
shared-request-access = Request access
shared-choose-a-plan-name-your-application = Choose a plan, name your application, say what it is for. Some plans grant access at once.
shared-create-a-key = Create a key
shared-it-is-shown-once-keep-it = It is shown once. Keep it where your application keeps its secrets.
shared-make-the-first-call = Make the first call
shared-the-command-is-filled-in-and = The command is filled in, and the page tells you when the call has arrived.
shared-when-a-call-is-refused = When a call is refused
shared-every-refusal-carries-a-code-each = Every refusal carries a code. Each code has a page that says what it means and what to do.
shared-code = Code
shared-meaning = Meaning

# form.rs
shared-a-form-may-have-640-kib = A form may have 640 KiB.
shared-use-a-date-such-as-2027 = Use a date such as 2027-06-30.

# page_error.rs
shared-this-needs-the-permission-which-none = This needs the permission { $permission }, which none of your roles has.
shared-what-was-chosen-does-not-exist = What was chosen does not exist any more.

# proof.rs
shared-client-secret = Client secret
shared-it-may-be-secret-so-this = It may be secret, so this page does not carry it on: enter it again.
shared-public-keys = Public keys
shared-set-on-requests = Set on requests
shared-from-your-app-or-one-of = From your app, or one of your recovery codes.
shared-your-password = Your password
shared-enter-this-again = Enter this again.

# twice.rs
shared-this-form-was-sent-before-open = This form was sent before. Open the page again.

# upload.rs
shared-all-fields-together = All fields together
shared-a-field = A field
shared-may-have-kib = { $what } may have { $bytes_max } KiB.
shared-a-form-has-at-most-fields = A form may have { $fields } fields, each with a name of { $bytes } bytes.
shared-too-many-calls-are-under-way = Too many calls are under way here. Send it again in a moment.

# relay.rs
shared-what-was-filled-in-would-lead = What was filled in would lead to another address than the operation's.
shared-a-header-cannot-have-the-value = A header cannot have the value that was filled in.
shared-a-file-that-the-call-names = A file that the call names is not there. Choose it again.
shared-the-portal-cannot-reach-the-gateway = The portal cannot reach the gateway. Its operator sets the address as gateway_relay_url.

# visitor.rs
shared-your-account-is-used-in-other = Your account is used in other places, too, and here your organisation signed you in. Sign in with your own password to change it.
shared-you-are-signed-in-but-you = You are signed in, but you are no active member here.

# chart.rs
shared-bars-in-all = { $points } bars. In all: { $join }.
shared-all-used-calls-are-refused-until = All used. Calls are refused until it resets.
shared-faster-than-the-period-passes = Faster than the period passes.
shared-nothing-used-yet = Nothing used yet.
shared-left = { $grouped } left.

# problem.rs
shared-the-call-or-the-access-it = The call, or the access it was made with. Its sender can fix it.
shared-gatehouse-itself-or-its-configuration-the = Gatehouse itself or its configuration. The operator of this installation can fix it.
shared-the-backend-behind-the-api-its = The backend behind the API. Its owner can fix it.
shared-sending-the-same-again-later-may = Sending the same again later may help: wait as long as Retry-After says, and longer after each try.
shared-sending-the-same-again-may-help = Sending the same again may help, if the call may be made twice.
shared-sending-the-same-again-changes-nothing = Sending the same again changes nothing.

# spread.rs
shared-the-leaked-key-is-refused-on = { $count ->
        [one] The leaked key is refused on { $has } of { $count } gateway.
       *[other] The leaked key is refused on { $has } of { $count } gateways.
    }
shared-the-key-is-refused-on = { $count ->
        [one] The key is refused on { $has } of { $count } gateway.
       *[other] The key is refused on { $has } of { $count } gateways.
    }
shared-saved-in-force-on = { $count ->
        [one] Saved. In force on { $has } of { $count } gateway.
       *[other] Saved. In force on { $has } of { $count } gateways.
    }
shared-no-gateway-has-joined-yet-the = No gateway has joined yet; the first one will start with it.
shared-it-took-under-0-1-s = It took under 0.1 s.
shared-it-took = It took { $span }.
shared-seconds = { $whole }.{ $tenths } s
shared-refuses-it = { $name } refuses it: { $error }.
shared-was-last-heard-from-and-runs = { $name } was last heard from { $relative } and runs what it had.
shared-is-getting-it = { $name } is getting it.
shared-do-not-have-it-yet = { $count } do not have it yet.

# used.rs
shared-answered = Answered
shared-refused-or-wrong = Refused or wrong
shared-server-error = Server error
shared-the-last-hour = The last hour
shared-calls-per-minute = Calls per minute
shared-minute = Minute
shared-the-last-24-hours = The last 24 hours
shared-calls-per-hour = Calls per hour
shared-hour = Hour
shared-calls-per-day = Calls per day
shared-day = Day
shared-answered-2 = { $grouped } answered
shared-refused-by-a-limit = Refused by a limit
shared-rate-or-quota = Rate or quota
shared-server-errors = { $grouped } server errors
shared-p50-ms = p50 { $time } ms
# Of a time that nobody measured.
shared-unknown = unknown
# A share in percent: 1.1.
shared-one-decimal = { $whole }.{ $tenth }

# list_of.rs
shared-in-all = { $rows } in all
shared-shown = { $rows } shown
shared-enter-public = { $help } Of a pair of keys only the public one belongs here, and of what a backend is shown only { $secret }.
shared-call-too-large = A call may send { $most } MB from here. The sample sends any size.
shared-no-answer-within = There was no answer within { $seconds } seconds.
shared-answer-too-large = The answer is larger than { $most } MB. Call with a key of your own to get it.
shared-14-days = 14 days
shared-90-days = 90 days
shared-status-and-code = The status says how to react, the code which rule it was. Programs should read <code>code</code>; <code>title</code> and <code>detail</code> are for people.
shared-catalogue-says = The <apis>catalogue</apis> says who owns it and what you may do with it.
shared-shell = Shell
shared-30-days = 30 days
shared-7-days = 7 days
shared-1-day = 1 day
