# What is offered: APIs, products, guides, search, status, incidents, questions, asking for access.

# The start page.
catalogue-home = Home
catalogue-home-heading = { $tenant } APIs
catalogue-home-lead = Find an API, ask for access, make the first call.
catalogue-browse = Browse APIs
catalogue-all-apis = All APIs
catalogue-search-hint = Name, operation or field
catalogue-next-step = Next step
# Behind what a row offers to do, for those who hear it.
catalogue-step-for = for { $api }

# The list of APIs, and its rows.
catalogue-filters = Filters
catalogue-filters-on = Filters: { $count } on
catalogue-filters-apply = Apply filters
catalogue-filters-clear = Clear filters
catalogue-clear = Clear
catalogue-tag = Tag
catalogue-list-lead = Everything { $tenant } offers, with what you can use today.
catalogue-total = { $count ->
        [one] { $count } API
       *[other] { $count } APIs
    }
catalogue-sign-in = Sign-in
catalogue-key-sign-in = API key
catalogue-products = Products
catalogue-products-lead = One request opens all that is in them
# The APIs or versions that a product opens.
catalogue-opens = Opens
catalogue-versions = { $count ->
        [one] { $count } version
       *[other] { $count } versions
    }
catalogue-operations-matching = That match “{ $query }”
catalogue-empty = No APIs are published yet
catalogue-empty-help = They appear here as soon as their owners publish them.
catalogue-publish = Publish API
catalogue-nothing = Nothing matches
catalogue-nothing-filtered = No API has these words and filters together.
catalogue-not-requested = Not requested
catalogue-request-access = Request access
catalogue-see-how = See how
catalogue-granted = { $api } { $plan } is granted for { $application }.
catalogue-granted-next = Your next step is to create a key.
catalogue-create-key = Create key

# One API, with its tabs. Products have some of it as well.
catalogue-tab-overview = Overview
catalogue-tab-reference = Reference
catalogue-feed-of = What changed in { $api }
catalogue-about-named = About { $name }
catalogue-about = About
catalogue-download = Download
catalogue-openapi = OpenAPI
catalogue-your-next-step = Your next step
catalogue-base-addresses = Base addresses
catalogue-copy-address = Copy { $environment } address
catalogue-products-with-it = Products with it
catalogue-see = See { $product }
catalogue-supported-until = Supported until
catalogue-not-set = Not set
catalogue-what-changed = What changed
catalogue-whole-changelog = Whole changelog
# Of a change that makes calls fail which worked before.
catalogue-breaks = Breaks callers
catalogue-with-product = Access comes with a product
catalogue-with-product-help = Ask for { $product }, which opens it.
catalogue-by-invitation = Access is by invitation
catalogue-by-invitation-help = Ask the team { $team }.
catalogue-deprecated = This version is deprecated.
catalogue-ends-some-day = It ends at a date to come.
catalogue-ends = It ends on { $day }.
catalogue-ended = It ended on { $day }.
catalogue-how-to-move = How to move
catalogue-open-version = Open { $version }
catalogue-what-it-opens = What it opens
catalogue-what-it-opens-lead = One request, one key
catalogue-follow = Follow
catalogue-unfollow = Stop following
# On the console's pages of an API.
catalogue-see-in-portal = See it in the portal

# Environments by their names.
catalogue-environment-production = Production
catalogue-environment-sandbox = Sandbox

# From request to first call.
catalogue-step-key = Create a key
catalogue-step-call = Make your first call
catalogue-step-waiting = Waiting for a decision
catalogue-step-granted = Access granted
catalogue-step-rejected-help = The request page has the reason. You may ask again.

# Plans side by side. $price is an amount with its currency, such as EUR 49.90.
catalogue-plans-lead = Limits are per application
catalogue-plans-side-by-side = Plans side by side
catalogue-request-plan = Request { $plan }
catalogue-rate = Rate
catalogue-rate-second = { $amount } a second, burst { $burst }
catalogue-rate-minute = { $amount } a minute, burst { $burst }
catalogue-rate-hour = { $amount } an hour, burst { $burst }
catalogue-rate-window = { $amount } in { $seconds } s, burst { $burst }
catalogue-no-rate = No rate limit
catalogue-quota-day = { $amount } a day
catalogue-quota-month = { $amount } a month
catalogue-no-quota = No quota
catalogue-environments = Environments
catalogue-price = Price
catalogue-price-untold = Not told
catalogue-price-day = { $price } a day
catalogue-price-month = { $price } a month
catalogue-price-year = { $price } a year
catalogue-price-calls = { $price } for 1,000 calls
catalogue-price-both = { $period } and { $calls }
catalogue-price-trial = { $price }, to try once
catalogue-trial = To try once
catalogue-decision-auto = Granted at once
catalogue-decision-manual = An approver decides
catalogue-decision-two-person = Two approvers decide
catalogue-lasts = Lasts
catalogue-without-end = Without end
catalogue-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }

# Changelog and guides.
catalogue-changelog = Changelog
catalogue-changelog-title = Changelog, { $api }
catalogue-changelog-lead = What happened to { $api }, newest first.
catalogue-changelog-empty = Nothing happened yet
catalogue-changelog-empty-help = New descriptions, deprecations and notes of the owners appear here.
catalogue-atom = Atom feed
catalogue-new = New
# A time follows, such as "3 days ago".
catalogue-guide-changed = { $api }, changed
catalogue-guide-empty = Nothing is written here yet.

# Asking for access.
catalogue-request-of = Request access to { $api }
catalogue-request-lead = One form. You can withdraw it until it is decided.
catalogue-request-application-help = The key belongs to the application, and its team can see it.
catalogue-request-application-new = New application
catalogue-request-about = About this request
catalogue-request-next = What happens next
catalogue-request-sent = You send the request
catalogue-request-decided = It is decided
catalogue-request-decided-help = You get mail and an inbox entry, with the reason if it is no.
catalogue-request-key = You create a key
catalogue-request-key-help = Shown once, with a command ready to paste.
catalogue-request-call = Your first call arrives
catalogue-request-call-help = The page tells you the moment it does.
catalogue-request-purpose-help = The approver reads this. Say what you build, for whom and how many calls you expect.
catalogue-request-purpose-missing = Say what you build with it.
catalogue-request-granted = Access to { $api } is granted.
catalogue-request-granted-next = Create a key to make the first call.
# Behind the name of an application: what it has already.
catalogue-asked-production = asked for { $plan } in production
catalogue-asked-sandbox = asked for { $plan } in sandbox
catalogue-has-production = has { $plan } in production
catalogue-has-sandbox = has { $plan } in sandbox

# What a plan asks, and its terms.
catalogue-choose-one = Choose one
catalogue-accept = I accept version { $version } of { $terms }
catalogue-read = Read { $terms }
catalogue-terms-version = Version { $version }
catalogue-terms-accept = Accept version { $version } for { $application }
catalogue-terms-accepted = Version { $version } is accepted.
catalogue-terms-back = Back to request

# Questions about an API.
catalogue-questions = Questions
catalogue-questions-title = Questions, { $api }
catalogue-questions-lead = What people ask about { $api }, newest first.
catalogue-questions-empty = No questions yet
catalogue-questions-empty-help = What somebody asks here is answered where the next one finds it.
catalogue-ask = Ask a question
catalogue-question-yours = Your question
catalogue-question-help = Plain text. The team of the API is told, and everybody who finds the API reads it.
catalogue-question-send = Send question
# What is done to a question; its author follows.
catalogue-answer = Answer
catalogue-answer-yours = Your answer
catalogue-answer-send = Send answer
# Beside the name of somebody of its team.
catalogue-answers-for = Answers for the API
catalogue-hidden = Hidden from others: { $reason }
catalogue-hide = Hide
catalogue-show-again = Show again
# Behind one of the two, for those who hear it.
catalogue-hide-what = what { $author } wrote

# Search.
catalogue-search = Search
catalogue-search-title = { $query }, search
catalogue-search-lead = APIs, operations, guides and your applications.
catalogue-search-none = Nothing has the words “{ $query }”.
catalogue-search-results = { $count ->
        [one] { $count } result for “{ $query }”.
       *[other] { $count } results for “{ $query }”.
    }
catalogue-search-none-help = Words of names, summaries, paths and fields are searched. Try fewer or shorter ones.
catalogue-near = Did you mean
catalogue-schemas = Schemas and callbacks
catalogue-your-applications = Your applications

# Status.
catalogue-status-lead = Whether calls work, by what the gateways say and the people who run them.
catalogue-status-empty-help = How they do appears here as soon as they are.
catalogue-last-hour = The last hour, calls of everybody
catalogue-gateways-none = None
catalogue-gateways-none-heading = No gateway serves these APIs yet
catalogue-gateways-none-help = Calls are answered from when the first one joins.
catalogue-gateways-silent = Not heard from
catalogue-gateways-silent-heading = No gateway has been heard from
catalogue-gateways-silent-help = Gateways go on with what they last knew. New decisions do not reach them for now.
catalogue-gateways-up = { $count ->
        [one] { $count } gateway up and up to date
       *[other] { $count } gateways up and up to date
    }
catalogue-gateways-up-help = Every decision is in force everywhere.
catalogue-gateways-partly = Partly
catalogue-gateways-partly-heading = { $count ->
        [one] { $up } of { $count } gateway up and up to date
       *[other] { $up } of { $count } gateways up and up to date
    }
catalogue-gateways-partly-help = The others go on with what they last knew: new keys and decisions may not work there yet.
# Of all gateways, or of one API.
catalogue-works = Works
catalogue-trouble = Trouble
catalogue-fails = Fails
catalogue-no-calls = No calls
catalogue-calls-none = Nobody has called it in the last hour.
catalogue-calls-one = Its only call did not fail.
catalogue-calls-one-failed = Its only call failed.
catalogue-calls-all = None of { $count } calls failed.
catalogue-calls-failed = { $failed } of { $count } calls failed.

# Incidents.
catalogue-incidents = Incidents
catalogue-incidents-open = Open incidents
catalogue-incidents-none = Nothing went wrong
catalogue-incidents-none-help = { $count ->
        [one] Incidents stay here for { $count } day after they are over.
       *[other] Incidents stay here for { $count } days after they are over.
    }
catalogue-resolved-lately = { $count ->
        [one] Resolved in the last { $count } day
       *[other] Resolved in the last { $count } days
    }
catalogue-concerned = Concerned
catalogue-every-api = Every API
# Of an incident. On its page a time follows, such as "3 days ago".
catalogue-opened = Opened
catalogue-resolved-when = resolved
catalogue-resolved = Resolved
catalogue-planned = Planned
catalogue-manage = Manage
catalogue-open-incident = Open incident
catalogue-incident-investigating = Investigating
catalogue-incident-identified = Identified
catalogue-incident-monitoring = Monitoring
catalogue-impact-degraded = Degraded
catalogue-impact-outage = Outage
catalogue-impact-maintenance = Maintenance

# On the page of an API. $impact is one of the three above.
catalogue-banner-investigating = { $impact }: investigating, { $when }.
catalogue-banner-identified = { $impact }: identified, { $when }.
catalogue-banner-monitoring = { $impact }: monitoring, { $when }.
catalogue-banner-resolved = { $impact }: resolved, { $when }.
# $when is one of the sentences below.
catalogue-banner-planned = Maintenance is planned. { $when }
catalogue-planned-from = From { $from }.
catalogue-planned-until = Until { $until }.
catalogue-planned-between = From { $from } to { $until }.
catalogue-more-incidents = { $count ->
        [one] { $count } more is open
       *[other] { $count } more are open
    }
