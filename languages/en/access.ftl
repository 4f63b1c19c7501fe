# The console's pages of who gets what: approval queue, plans, products, terms, home.

# The approval queue.

access-queue-nobody = Nobody waits.
access-queue-wait = { $count ->
        [one] { $count } person waits for a decision.
       *[other] { $count } people wait for a decision.
    }
access-queue-late = { $count } wait, { $late } past the target.
access-queue-none-fit = No request fits
access-queue-others = Others may wait. Show all of them.
access-queue-empty = No requests waiting
access-queue-empty-help = Access requests appear here as soon as they are made.
access-undo-help = Rejected by mistake? Taking it back lets the request wait again; the requester is told.
access-undo = Undo
access-selected = Selected requests
access-selected-help = Each is decided on its own. If somebody else is faster, their decision stays and you are told.
access-approve-selected = Approve selected
access-approve-under = Approve under conditions
access-reject-with = Reject selected with a reason
access-reject-selected = Reject selected

# The pages about requests, as tabs.

access-tab-waiting = Waiting
access-tab-decided = Decided
access-tab-how = How it is decided

# What narrows the queue.

access-filter = Filter requests
access-show-all = Show all
# Of requests: what they are about. Of deputies: about which API.
access-about = About
access-everything = Everything
access-first-requests = First requests
access-plan-changes = Changes of plan
access-renewals = Renewals
access-all-waiting = All that wait
access-left-for-me = Left for me
access-past-target = Past the target
access-every-api = Every API
access-every-environment = Every environment

# A request in the queue.

access-wants = Wants
access-worth-knowing = Worth knowing
access-waiting = Waiting
access-decide = Decide
access-approve = Approve
# After the words of the button, for screen readers: the application, and the API it wants.
access-approve-of = { $application } for { $api }
access-select-all = Select all requests
access-select = Select { $application } for { $api }
access-messages = Messages
access-messages-about = about { $application } for { $api }
access-said = { $count ->
        [one] { $count } message, the last by { $author }: { $text }
       *[other] { $count } messages, the last by { $author }: { $text }
    }
access-wants-change = Change to { $plan }
access-wants-from = { $api }, now { $plan }
access-wants-renewal = Renew { $api } { $plan }
# $when is "3 hours ago" or "in 3 hours".
access-passed-on = passed on { $when }
access-is-late = past target
access-due = due { $when }

# What is worth knowing about a request.

access-fact-sandbox = For sandbox
access-fact-production = For production
access-fact-personal = Data about people
access-fact-secret = Secret data
access-fact-amount = May make { $calls } calls a day
access-fact-no-bound = May make any number of calls
access-fact-nobody = Nobody else has access yet
# $count subscriptions may make $calls calls a day together.
access-fact-others = { $count } with access may make { $calls } a day; the busiest day had { $busiest }
access-fact-others-least = At least { $count } with access may make { $calls } a day; the busiest day had { $busiest }
access-fact-unbound = { $count } with access, some without a limit; the busiest day had { $busiest } calls
access-fact-unbound-least = At least { $count } with access, some without a limit; the busiest day had { $busiest } calls
access-fact-first = First access of this team
access-fact-has = Has { $names }
access-fact-made = The team made { $calls } calls in 30 days, { $failed } failed
# What became of earlier requests and subscriptions of the team.
access-fact-rejected = Before: { $rejected } rejected
access-fact-revoked = Before: { $revoked } revoked
access-fact-both = Before: { $rejected } rejected, { $revoked } revoked
access-fact-agreed = { $given } of { $required } have agreed

# The form of a decision.

access-as-asked = As asked for
access-other-plan = Under another plan
access-ends = Access ends on
access-ends-help = UTC. First requests only; a plan's own end holds too when it is earlier.
access-most-second = At most calls a second
access-most-second-help = Lower than what the plan allows.
access-most-day = At most calls a day
access-note = Note to the requester
access-reason = Sent to the requester word for word
access-reason-help = At most 500 characters. Needed to reject.
access-select-one = Select at least one request.
access-select-most = Select at most { $most } requests.
access-say-why = Say why. The requester reads it word for word.
access-too-long = Use at most 500 characters.
access-first-plan = Another plan is for first requests. Approve changes of plan and renewals without one.
access-first-end = An end date is for first requests. Approve changes of plan and renewals without one.
access-first-limit = A lower limit is for first requests. Approve changes of plan and renewals without one.
access-whole-number = Use a whole number from 1.

# What became of a decision.

access-none-decided = Nothing is decided yet.
access-approved-one = Approved { $api } for { $application }.
access-approved-many = { $count ->
        [one] Approved { $count } request.
       *[other] Approved { $count } requests.
    }
access-rejected-one = Rejected { $api } for { $application }.
access-rejected-many = { $count ->
        [one] Rejected { $count } request.
       *[other] Rejected { $count } requests.
    }
access-still-open = You agreed to { $api } for { $application }. { $given } of { $required } people have; another approver decides.
access-none-back = Nothing is taken back.
access-back-one = { $api } for { $application } waits again.
access-back-many = { $count ->
        [one] { $count } request waits again.
       *[other] { $count } requests wait again.
    }

# What was decided.

access-decided-title = Decided requests
access-decided-lead = What was decided, by whom, and why.
access-decided-empty = Nothing decided yet
access-decided-empty-help = Decisions appear here with their reasons.
access-wanted = Wanted
access-by = By
access-by-rule = A rule of the plan
access-approved = Approved
access-reconsider = Reconsider

# How requests are decided: deadlines, reasons, deputies.

access-how-title = How requests are decided
access-how-lead = How long decisions may take, and who decides for somebody away. What decides by itself is with each plan.
access-in-time = Decisions in time
access-administrator = An administrator can change this.
# Lengths of time, in sentences.
access-span-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
access-span-hours = { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
access-span-minutes = { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
access-due-after = A decision is due after { $span }, where the plan says nothing else.
access-reminded = Approvers are reminded { $span } before.
access-not-reminded = Nobody is reminded.
access-late-owners = When it is late, the owners are told.
access-late-team = When it is late, { $team } are told.
# The form reads English words: the samples stay.
access-span-rule = Use days, hours and minutes, as in 1 day 12 hours.
access-set-due = A decision is due after
access-set-due-help = As in 2 days, or 1 day 12 hours. A plan may say otherwise.
access-set-remind = Approvers are reminded before that
access-set-remind-help = As in 4 hours. Empty: nobody is reminded.
access-set-told = Told when it is late
access-owners = The owners
access-set-reasons = Reasons to start a rejection from
access-set-reasons-help = One a line, at most 20. Approvers may change the words before they send them.
access-saved = Saved.
access-saved-from = It counts for requests from now on.
access-deputies = Deputies
access-deputies-empty = Nobody decides for somebody else
access-deputies-empty-help = Name a deputy before you are away.
access-deputy-days = Days
access-deputy-from-to = { $from } to { $until }
access-deputy-decides = Decides
access-deputy-to-come = To come
access-deputy-over = Over
access-deputy-take-back = Take back
# After the words of the button, for screen readers: who decides for whom.
access-deputy-of = { $to } for { $from }
access-deputy-name-a = Name a deputy
access-deputy-name = Name deputy
access-deputy-who = Who decides for you
access-deputy-starts-help = UTC. Empty: at once.
access-deputy-ends = Until the beginning of
access-deputy-ends-help = At most 90 days.
access-deputy-nobody = Choose somebody.
access-deputy-named = { $name } decides for you.
access-deputy-named-help = Decisions say on whose behalf.
access-deputy-revoked = { $to } no longer decides for { $from }.

# What a role holds for.

# Whom a deputy decides for; what a role holds for.
access-for = For
access-scope-tenant = The whole tenant
access-scope-team = Team { $name }
access-scope-product = Product { $name }
access-scope-api = API { $name }
access-scope-one-api = One API
access-scope-all-of-team = Everything a team owns
access-scope-one-product = One product
access-scope-which = Which one
access-scope-which-help = Its short name. Nothing for the whole tenant.
access-scope-no-parts = The whole tenant has no parts: leave this empty, or choose what '{ $of }' is.

# Plans.

access-plans-lead = What an application may use, and who decides about it.
access-plans-empty = No plans yet
access-plans-empty-help = Plans are made on the page of an API.
access-api-or-product = API or product
access-rules = Rules and questions
access-rules-of = of { $plan } of { $api }
access-plan-create = Create plan
access-plan-named = Plan { $name }
access-plan-save = Save plan
access-plan-lead = Limits hold for each application. The strictest one decides.
access-plan-lead-fixed = Its limits are { $limits }. They stay as they are; the REST API changes them.
access-short-name-help = For addresses; never changes.
access-plan-auto = Granted at once
access-plan-manual = An approver decides
access-plan-two = Two approvers decide
access-plan-environments = Environments
access-plan-both = Sandbox and production
access-plan-sandbox = Sandbox only
access-plan-production = Production only
access-plan-rate = Calls a second
access-plan-burst = Burst
access-plan-burst-help = Calls at once before the rate holds.
access-plan-period = Quota counts by
access-month = Month
access-year = Year
access-day = Day
access-plan-days = Access lasts, days
access-plan-currency = Currency
access-plan-currency-help = Such as EUR. Prices are told, not charged.
access-plan-price = Price
access-plan-paid = Paid for each
access-plan-calls = Price of 1,000 calls
access-plan-trial = For trying out
access-plan-trial-yes = Yes, once for each team
access-plan-trial-help = A trial needs an end and is not renewed.
access-plan-terms = Terms to accept
# A box on forms that take something from those who have access.
access-notice-skip = At once, without notice to subscribers
access-notice-why = Why there is no notice
access-notice-why-help = Kept in the audit log. Needed without notice.

# Products over several APIs.

access-products-lead = Several APIs, asked for and decided as one.
access-products-empty = No products yet
access-products-empty-help = A product opens several APIs with one request. A single API needs none.
access-product-create-a = Create a product
access-product-create = Create product
access-product-opens = Opens
access-product-subscriptions = Subscriptions
# Who finds it: in the column "Seen by".
access-seen-private = Private
access-seen-restricted = Restricted
access-seen-tenant = Tenant
access-seen-public = Public
access-product-lead = Team { $team }. { $summary }
access-product-portal = See it in the portal
access-product-offer = Offer it
access-product-deprecate = Deprecate
access-product-offer-again = Offer it again
access-product-what = What it opens
access-product-nothing = It opens nothing yet
access-product-nothing-help = Add versions of your APIs below.
access-product-add-a = Add a version
access-product-add = Add version
access-product-only = Only these operations
access-product-only-help = One a line, such as { $sample }. Empty opens all, those that come later too.
access-product-choose = Choose a version.
access-product-retire = Retire
access-product-retire-button = Retire product
access-product-retire-named = Retire { $name }?
access-product-retire-ends = { $count ->
        [one] Nobody finds it any more, and { $count } subscription ends with it. The APIs go on. This cannot be undone.
       *[other] Nobody finds it any more, and { $count } subscriptions end with it. The APIs go on. This cannot be undone.
    }
access-product-retire-reason = Needed while subscriptions are open.

# Terms.

access-terms-lead = What whoever asks for a plan accepts. Versions never change.
access-terms-empty = No terms yet
access-terms-empty-help = A plan can name terms, which whoever asks for it accepts.
access-terms-write = Write terms
access-terms-write-lead = Plans name them; whoever asks for such a plan accepts them.
access-terms-publish = Publish terms
access-terms-new = New version
access-terms-new-of = of { $title }
access-terms-new-lead = A new version is accepted from now on. Whoever accepted an earlier one keeps it.
access-terms-publish-new = Publish new version
access-markdown = Markdown.

# The console's first page: what needs a person.

access-home-nothing = Nothing needs you
access-home-things = { $count ->
        [one] { $count } thing needs you
       *[other] { $count } things need you
    }
access-home-lead = Everything else runs as it should.
access-home-latest = Latest changes
access-home-all = All changes
access-home-what = What
access-todo-no-gateway = No gateway has joined
access-todo-no-gateway-help = Until one has, no call can be answered.
access-todo-add-gateway = Add gateway
access-todo-silent = Gateway { $name } is silent
access-todo-diverged = Gateway { $name } has diverged
access-todo-behind = Gateway { $name } is behind
access-todo-gateway-help = It runs change { $applied } of { $head }. What was revoked since may still work there.
access-todo-seen = seen { $when }
access-todo-open-gateways = Open gateways
access-todo-requests = { $count ->
        [one] { $count } access request waits
       *[other] { $count } access requests wait
    }
# $age is "5 h 10 min", $when is "3 hours ago" or "in 3 hours".
access-todo-oldest-was = The oldest waits { $age } and was due { $when }.
access-todo-oldest-is = The oldest waits { $age } and is due { $when }.
access-todo-webhook = Webhook { $name } is stopped
# $when is "3 hours ago": since then it fails.
access-todo-since = since { $when }
access-todo-open-webhook = Open webhook
access-todo-ended = { $api } { $version } was to end { $when }
access-todo-ending = { $api } { $version } ends { $when }
access-todo-ending-help = It answers until somebody retires it. See who still calls it.
access-todo-due-day = due { $day }
access-todo-callers = See callers
access-todo-drift = { $count ->
        [one] { $count } thing is no longer what files say
       *[other] { $count } things are no longer what files say
    }
access-todo-drift-help = { $resource } is one. The next apply would put it back.
access-todo-compare = Compare
access-todo-changeset = A changeset of { $person } waits for somebody who may apply it
access-todo-open-changeset = Open changeset
access-none-selected = None selected
access-some-selected = { $n } selected
