# What is offered: APIs, products, guides, search, status, incidents, questions, asking for access.

# api.html
catalogue-what-changed-in = What changed in { $name }
catalogue-limits-are-per-application = Limits are per application
catalogue-products-with-it = Products with it
catalogue-one-request-opens-all-that-is = One request opens all that is in them
catalogue-supported-until = Supported until
catalogue-what-changed = What changed
catalogue-breaks-callers = Breaks callers
catalogue-about = About { $name }
catalogue-your-next-step = Your next step
catalogue-base-addresses = Base addresses
catalogue-copy-address = Copy { $label } address
catalogue-openapi = OpenAPI

# changelog.html
catalogue-changelog = Changelog, { $api_name }
catalogue-what-changed-in-2 = What changed in { $api_name }
catalogue-changelog-2 = Changelog
catalogue-what-happened-to-newest-first = What happened to { $api_name }, newest first.
catalogue-atom-feed = Atom feed

# guide.html
catalogue-nothing-is-written-here-yet = Nothing is written here yet.

# home.html
catalogue-home = Home
catalogue-apis = { $tenant_name } APIs
catalogue-find-an-api-ask-for-access = Find an API, ask for access, make the first call.
catalogue-browse-apis = Browse APIs
catalogue-search-apis = Search APIs
catalogue-name-operation-or-field = Name, operation or field
catalogue-all-apis = All APIs
catalogue-next-step = Next step
catalogue-for = for { $name }

# incident.html
catalogue-manage = Manage

# list.html
catalogue-filters = Filters
catalogue-on = : { $filters_on } on
catalogue-apply-filters = Apply filters
catalogue-everything-offers-with-what-you-can = Everything { $tenant_name } offers, with what you can use today.
catalogue-clear = Clear
catalogue-sign-in = Sign-in
catalogue-products = Products
catalogue-opens = Opens
catalogue-that-match = That match “{ $query }”

# product.html
catalogue-what-it-opens = What it opens
catalogue-one-request-one-key = One request, one key

# questions.html
catalogue-questions = Questions, { $api_name }
catalogue-questions-2 = Questions
catalogue-what-people-ask-about-newest-first = What people ask about { $api_name }, newest first.
catalogue-answer = Answer
catalogue-send-answer = Send answer
catalogue-ask-a-question = Ask a question
catalogue-send-question = Send question

# request.html
catalogue-request-access-to = Request access to { $api_name }
catalogue-one-form-you-can-withdraw-it = One form. You can withdraw it until it is decided.
catalogue-the-key-belongs-to-the-application = The key belongs to the application, and its team can see it.
catalogue-new-application = New application
catalogue-request-access = Request access
catalogue-about-this-request = About this request
catalogue-what-happens-next = What happens next

# search.html
catalogue-search = { $query }, search
catalogue-did-you-mean = Did you mean
catalogue-schemas-and-callbacks = Schemas and callbacks
catalogue-your-applications = Your applications

# status.html
catalogue-incidents = Incidents
catalogue-whether-calls-work-by-what-the = Whether calls work, by what the gateways say and the people who run them.
catalogue-open-incidents = Open incidents
catalogue-the-last-hour-calls-of-everybody = The last hour, calls of everybody
catalogue-resolved-in-the-last-days = Resolved in the last { $days } days
catalogue-concerned = Concerned
catalogue-opened-2 = Opened
catalogue-resolved-2 = Resolved

# terms.html
catalogue-back-to-request = Back to request

# api_head.html
catalogue-see-it-in-the-portal = See it in the portal

# comment.html
catalogue-hidden-from-others = Hidden from others: { $hidden }
catalogue-hide = Hide
catalogue-what-wrote = what { $author } wrote
catalogue-show-again = Show again

# follow.html
catalogue-stop-following = Stop following
catalogue-follow = Follow

# plans.html
catalogue-plans-side-by-side = Plans side by side

# api.rs
catalogue-see = See { $name }
catalogue-whole-changelog = Whole changelog
catalogue-access-comes-with-a-product = Access comes with a product
catalogue-ask-for-which-opens-it = Ask for { $name }, which opens it.
catalogue-access-is-by-invitation = Access is by invitation
catalogue-ask-the-team = Ask the team { $team }.
catalogue-it-ends-at-a-date-to = It ends at a date to come.
catalogue-it-ended-on = It ended on { $day }.
catalogue-it-ends-on = It ends on { $day }.
catalogue-this-version-is-deprecated = This version is deprecated.
catalogue-how-to-move = How to move
catalogue-open = Open { $successor }
catalogue-request = Request { $name }
catalogue-rate = Rate
catalogue-environments = Environments
catalogue-price = Price
catalogue-not-told = Not told
catalogue-lasts = Lasts
catalogue-without-end = Without end
catalogue-days = { $days } days
catalogue-to-try-once = { $price }, to try once
catalogue-to-try-once-2 = To try once
catalogue-no-rate-limit = No rate limit
catalogue-no-quota = No quota
catalogue-granted-at-once = Granted at once
catalogue-an-approver-decides = An approver decides
catalogue-two-approvers-decide = Two approvers decide
catalogue-not-set = Not set
catalogue-create-a-key = Create a key
catalogue-make-your-first-call = Make your first call
catalogue-waiting-for-a-decision = Waiting for a decision
catalogue-access-granted = Access granted
catalogue-rejected = Rejected
catalogue-the-request-page-has-the-reason = The request page has the reason. You may ask again.

# changelog.rs
catalogue-deprecated = Deprecated
catalogue-retired = Retired
catalogue-new = New
catalogue-nothing-happened-yet = Nothing happened yet
catalogue-new-descriptions-deprecations-and-notes-of = New descriptions, deprecations and notes of the owners appear here.

# incidents.rs
catalogue-planned = Planned
catalogue-every-api = Every API
catalogue-utc = { $day }, { $clock } UTC
catalogue-from = From { $moment }.
catalogue-until = Until { $moment }.
catalogue-from-to = From { $moment } to { $moment2 }.
catalogue-maintenance-is-planned = Maintenance is planned. { $planned }
catalogue-open-incident = Open incident

# list.rs
catalogue-nothing-matches = Nothing matches
catalogue-no-api-has-these-words-and = No API has these words and filters together.
catalogue-clear-filters = Clear filters
catalogue-publish-api = Publish API
catalogue-no-apis-are-published-yet = No APIs are published yet
catalogue-they-appear-here-as-soon-as = They appear here as soon as their owners publish them.
catalogue-live = Live
catalogue-tag = Tag
catalogue-see-how = See how
catalogue-not-requested = Not requested
catalogue-is-granted-for = { $name } { $name2 } is granted for { $name3 }.
catalogue-your-next-step-is-to-create = Your next step is to create a key.
catalogue-create-key = Create key

# product.rs
catalogue-ask-the-team-2 = Ask the team { $name }.

# questions.rs
catalogue-choose-one = Choose one
catalogue-i-accept-version-of = I accept version { $version } of { $title }
catalogue-read = Read { $title }

# request.rs
catalogue-the-approver-reads-this-say-what = The approver reads this. Say what you build, for whom and how many calls you expect.
catalogue-you-send-the-request = You send the request
catalogue-it-is-decided = It is decided
catalogue-you-get-mail-and-an-inbox = You get mail and an inbox entry, with the reason if it is no.
catalogue-you-create-a-key = You create a key
catalogue-shown-once-with-a-command-ready = Shown once, with a command ready to paste.
catalogue-your-first-call-arrives = Your first call arrives
catalogue-the-page-tells-you-the-moment = The page tells you the moment it does.
catalogue-say-what-you-build-with-it = Say what you build with it.
catalogue-access-to-is-granted = Access to { $name } is granted.
catalogue-create-a-key-to-make-the = Create a key to make the first call.

# search.rs
catalogue-nothing-has-the-words = Nothing has the words “{ $query }”.
catalogue-for-2 = { $t } for “{ $query }”.
catalogue-words-of-names-summaries-paths-and = Words of names, summaries, paths and fields are searched. Try fewer or shorter ones.

# status.rs
catalogue-nothing-went-wrong = Nothing went wrong
catalogue-incidents-stay-here-for-90-days = Incidents stay here for 90 days after they are over.
catalogue-how-they-do-appears-here-as = How they do appears here as soon as they are.
catalogue-no-gateway-serves-these-apis-yet = No gateway serves these APIs yet
catalogue-calls-are-answered-from-when-the = Calls are answered from when the first one joins.
catalogue-not-heard-from = Not heard from
catalogue-no-gateway-has-been-heard-from = No gateway has been heard from
catalogue-gateways-go-on-with-what-they = Gateways go on with what they last knew. New decisions do not reach them for now.
catalogue-works = Works
catalogue-up-and-up-to-date = { $all } up and up to date
catalogue-every-decision-is-in-force-everywhere = Every decision is in force everywhere.
catalogue-partly = Partly
catalogue-of-up-and-up-to-date = { $behind } of { $all } up and up to date
catalogue-the-others-go-on-with-what = The others go on with what they last knew: new keys and decisions may not work there yet.
catalogue-no-calls = No calls
catalogue-trouble = Trouble
catalogue-fails = Fails
catalogue-nobody-has-called-it-in-the = Nobody has called it in the last hour.
catalogue-its-only-call-did-not-fail = Its only call did not fail.
catalogue-its-only-call-failed = Its only call failed.
catalogue-none-of-calls-failed = None of { $grouped } calls failed.
catalogue-of-calls-failed = { $grouped } of { $grouped2 } calls failed.

# tabs.rs
catalogue-overview = Overview
catalogue-reference = Reference

# talk.rs
catalogue-plain-text-the-team-of-the = Plain text. The team of the API is told, and everybody who finds the API reads it.
catalogue-no-questions-yet = No questions yet
catalogue-what-somebody-asks-here-is-answered = What somebody asks here is answered where the next one finds it.
catalogue-your-question = Your question
catalogue-your-answer = Your answer
catalogue-answers-for-the-api = Answers for the API

# terms.rs
catalogue-accept-version-for = Accept version { $version } for { $name }
catalogue-version-is-accepted = Version { $version } is accepted.
catalogue-asked-for-plan-in = , asked for { $plan } in { $environment }
catalogue-has-plan-in = , has { $plan } in { $environment }
catalogue-changed = , changed
catalogue-terms-version = Version { $version },
