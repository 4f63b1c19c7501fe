# The console's pages of APIs: versions, reports, policies' places, backends, guides.

# Tabs of an API, and the titles of their pages.
apis-tab-overview = Overview
apis-tab-routing = Routing
apis-tab-docs = Docs
apis-tab-consumers = Consumers
apis-tab-traffic = Traffic
apis-title-consumers = Consumers of { $api }
apis-title-plans = Plans of { $api }
apis-title-policies = Policies of { $api }
apis-title-routing = Routing of { $api }
apis-title-settings = Settings of { $api }
apis-title-traffic = Traffic of { $api }
apis-title-versions = Versions of { $api }
apis-title-docs = Docs of { $api }
# Under the name of the API; $summary is written by its owners and may be empty.
apis-lead = Team { $team }. { $summary }
# Said to those who hear the page, after the word of a link: Change for Sandbox.
apis-for = for { $name }
# At the end of a list of names.
apis-and-more = and { $count } more
apis-named-and-more = { $named } and { $count } more
apis-whole-api = The whole API
apis-saved = Saved.
apis-saved-words = It holds from now on.
apis-go-back = Go back
apis-day = Day

# The list of APIs.
apis-count = { $count ->
        [one] { $count } API here, drafts included.
       *[other] { $count } APIs here, drafts included.
    }
apis-none = No APIs yet
apis-none-match = Nothing matches
apis-none-words = Publish a description, here or from CI, and the API appears.
apis-publish-api = Publish API

# Who finds an API or a product: in a form, and as one word in a list.
apis-seen-by-team = Its team
apis-seen-by-teams = Its team and those named below
apis-seen-by-members = Every member
apis-seen-by-everybody = Everybody
apis-visibility-private = Private
apis-visibility-restricted = Restricted
apis-visibility-tenant = Tenant
apis-visibility-public = Public
apis-shown-to = Teams it is shown to
apis-shown-to-help = Short names, one a line.

# The overview.
apis-about = About
apis-data = Data
apis-last-day = The last 24 hours
apis-where = Where it answers
apis-not-live = No version is live
apis-not-live-why = A description that is published gives the API its operations and its addresses.
apis-open-versions = Open versions
apis-no-route = Calls lead nowhere
apis-no-route-why = No environment says where the calls of this API go.
apis-open-routing = Open routing
apis-no-plan = There is no plan
apis-no-plan-why = Without one nobody can request access.
apis-plan-create = Create plan

# Routing and upstreams.
apis-answers-at = Answers at
apis-upstream = Upstream
apis-upstream-none = Not set
apis-environment-none = No environment yet
apis-environment-none-words = An API answers in environments. An administrator makes them.
apis-upstream-of = Upstream of { $api } in { $environment }
apis-upstream-lead = Calls are spread over these addresses. A change moves traffic at once.
apis-upstream-addresses = Addresses
apis-upstream-addresses-help = One on each line, such as https://orders.internal:8443/api. An address that stays keeps its weight and whether it is drained.
apis-upstream-save = Save upstream

# Plans of an API or a product.
apis-plans-lead = Limits hold for each application
apis-plans-none = No plans yet
apis-plans-none-words = Without a plan nobody can request access.

# Who uses it, and how much.
apis-consumers-lead = Who uses it, newest first
apis-consumers-waiting = Requests that wait
apis-consumers-none = Nobody uses this API yet
apis-consumers-none-words = Applications appear here with what they may call.
apis-traffic-none = No traffic yet
apis-traffic-none-words = Calls appear here within seconds of being made, those of every application.

# The brakes of a subscription.
apis-suspend = Suspend
apis-suspend-heading = Suspend: { $api } for { $application }?
apis-suspend-consequence = Its calls are refused at once, until the suspension is lifted. Keys stay as they are.
apis-unsuspend = Lift suspension
apis-unsuspend-heading = Lift suspension: { $api } for { $application }?
apis-unsuspend-consequence = Its calls work again.
apis-revoke = Revoke
apis-revoke-heading = Revoke: { $api } for { $application }?
apis-revoke-consequence = Its calls are refused at once, for good. Other access of the application keeps working.
apis-enforce-reason-help = The application's team reads it.

# Settings of an API.
apis-team-help = It answers for the API: it decides about requests and is told of what breaks.
apis-data-help = Shown to approvers beside every request.
apis-data-public = Everybody may know it
apis-data-internal = Of the organisation
apis-data-personal = About people
apis-data-secret = Secret
apis-stale = Refuse calls without news for, seconds
apis-stale-help = Gateways that have not heard from the control plane for so long refuse calls of this API. Empty: they go on with what they know.
apis-stale-fault = Use a whole number of seconds; '{ $text }' is none.

# What an operation gets.
apis-effective = What an operation gets
apis-effective-lead = In the order gateways run it
apis-effective-show = Show policies
apis-effective-order = Order
apis-effective-from = Comes from
apis-effective-not = Does not apply
apis-effective-because = Because
apis-policies = Policies of this API
apis-policies-lead = And of its versions and operations, newest first

# Backend secrets. $reference is what a policy writes for one.
apis-secrets = Backend secrets
apis-secrets-of = Backend secrets of { $api }
apis-secrets-open = Open backend secrets
apis-secrets-note = What gateways show to the backend and nobody reads back. A policy that sets header fields of requests names one as { $reference }.
apis-secrets-lead = What gateways show to the backend and nobody reads back, newest first
apis-secrets-none = No backend secrets yet
apis-secrets-none-words = What the backend wants to see and nobody may read, such as an API key of it, is put here; a policy that sets header fields of requests names it as { $reference }.
apis-secret = Secret
apis-secret-put = Put
apis-secret-named-by = Named by
apis-secret-no-policy = No policy
apis-secret-replace = Put another value
apis-secret-replace-of = Put another value for { $name }
apis-secret-replace-lead = Gateways show the new value to the backend as soon as they have it: let it take both until all have. Policies that name it: { $policies }.
apis-secret-unnamed = No policy names it: gateways show it to nobody yet.
apis-secret-value-put = Put value
apis-secret-value-help = One line, at most { $max } characters. Nobody reads it again, here or elsewhere: keep it where it comes from, too.
apis-secret-type-again = Type the value again: a form that is refused does not keep it.
apis-secret-is-replaced = { $name } has another value.
apis-secret-is-replaced-words = Nothing changes at gateways.
apis-secret-put-one = Put a secret
apis-secret-put-button = Put secret
apis-secret-name-help = What policies name it by: 2 to 40 lower-case letters, digits or dashes. It stays.
apis-secret-is-put = { $name } is put.
apis-secret-is-put-words = A policy names it as { $reference }.
apis-secret-taken = '{ $name }' is there already: put another value for it in the list, or use another name.
# Also of guides.
apis-delete-heading = Delete { $name }?
apis-secret-delete-of = Delete { $name }
apis-secret-delete = Delete secret
apis-secret-delete-consequence = No policy names it, so gateways show it to nobody. Its value is gone for good.
apis-secret-delete-named = It stays as long as policies name it: { $policies }. Let them name another one, or delete them first.
apis-secret-is-deleted = { $name } is deleted.

# Versions of an API.
apis-version-none = No version yet
apis-version-none-words = Publish a description to make the first one.
apis-version-ends = Ends { $day }
apis-description-none = None yet
apis-description-number = { $title } (number { $number })
apis-version-label-help = A new label makes a new version; a known one gets a new description.
apis-publish-description = Publish a description
apis-publish-kinds = OpenAPI 3.0, 3.1 or Swagger 2.0, JSON or YAML, at most { $max } MB
apis-publish-version = Publish version

# Handing a description over.
apis-publish-lead = From an OpenAPI 3.0, 3.1 or Swagger 2.0 document. A first publish proposes its server as the upstream.
apis-slug-help = For addresses: lower-case letters, digits and dashes. It never changes.
apis-drop-orphans = Take away what hangs on operations that are gone
apis-file-help = JSON or YAML, at most 50 MB.
apis-url = Or its address
apis-url-help = Fetched once, now. Read when no file is chosen.
apis-paste = Or paste it
apis-paste-help = Read when there is neither file nor address.
apis-no-description = Choose a file, name an address, or paste the description.
apis-more-faults = { $count ->
        [one] And { $count } more fault.
       *[other] And { $count } more faults.
    }
apis-flash-kept = Not published.
apis-flash-kept-words = It is kept as revision { $number }.
apis-flash-unchanged = Nothing changed.
apis-flash-unchanged-words = This description is already published.
apis-flash-operations = { $count ->
        [one] Published with { $count } operation.
       *[other] Published with { $count } operations.
    }
apis-flash-warnings = { $count ->
        [one] { $count } warning.
       *[other] { $count } warnings.
    }

# Steps in the life of a version.
apis-step-publish = Publish
apis-step-publish-again = Publish again
apis-step-deprecate = Deprecate
apis-step-retire = Retire
apis-publish-heading = Publish { $api } { $version }?
apis-publish-consequence = Everybody who may see the API sees it, and its routes answer.
apis-deprecate-heading = Deprecate { $api } { $version }?
apis-deprecate-consequence = It goes on answering, with Deprecation and Sunset headers. Nobody new should start with it.
apis-deprecate-version = Deprecate version
apis-retire-heading = Retire { $api } { $version }?
apis-retire-consequence = Its routes answer 410 from now on. This cannot be undone.
apis-retire-version = Retire version
apis-ends-on = Ends on
apis-ends-on-help = UTC, at least as far off as the tenant promises.
apis-successor = Successor
apis-successor-help = The label of the version that replaces it.
apis-guide-to-moving = Guide to moving
apis-guide-none = None
apis-last-call = Last
apis-callers-none = Nobody called it in the last 30 days
apis-callers = { $count ->
        [one] { $count } application called it in the last 30 days
       *[other] { $count } applications called it in the last 30 days
    }

# A revision of a version and its report.
apis-revision = Revision
apis-revisions = Revisions
apis-version-revision = { $version }, revision { $number }
# The lead is one of the first two and one of the next two.
apis-lead-first = Revision { $number }, the first description.
apis-lead-against = Revision { $number }, against { $version } revision { $base }.
apis-lead-sent = Sent by { $who }, { $day }.
apis-lead-sent-commit = Sent by { $who } from commit { $commit }, { $day }.
# Where nobody sent it: after "Sent by", and alone in a column of that name.
apis-the-system = the system
apis-sent-by = Sent by
apis-accepted = Accepted
apis-accepted-by = Accepted: { $words }
apis-accept-revision = Accept revision
apis-accept-why = Why callers can bear it
apis-accept-why-help = Kept in the audit log. Who sent the description in cannot accept it.
apis-step-waits = It waits: an approver has to accept it before it is published.
apis-step-accepted = It was accepted and waits to be published.
apis-step-active = It is in force.
apis-step-replaced = It was in force until another took its place.
apis-revision-active = In force
apis-revision-refused = Refused
apis-revision-accepted = Accepted
apis-revision-replaced = Replaced
apis-flash-accepted = Accepted.
apis-flash-accepted-words = It can be published now.
apis-flash-published = Published.
apis-flash-published-words = Gateways are getting it.
apis-verdict-breaking = Breaking
apis-verdict-warning = Look at it
apis-verdict-harmless = Harmless
apis-verdict-unchanged = Nothing to compare
apis-not-compared = Not compared
apis-verdict-counts = { $breaking } breaking, { $warning } to look at, { $harmless } harmless, { $gaps } not compared
apis-verdict-none = No caller is known to break
apis-verdict-nobody = Nobody called what this breaks in { $days } days
apis-verdict-hit = { $count ->
        [one] { $count } application called what this breaks, { $calls } times in { $days } days
       *[other] { $count } applications called what this breaks, { $calls } times in { $days } days
    }
apis-breaking = Breaking changes
apis-breaking-calls = Calls in the last 30 days
apis-change = Change
apis-affected = Affected applications
apis-affected-hidden = And { $count } that you may not see or that are not listed.
# What an application calls of it.
apis-uses = Uses
apis-typed = What was typed
apis-changed-lines = Changed lines
apis-diff-sign = Sign
apis-diff-line = Line
# The part of a description that lines belong to, where it is none of its named parts.
apis-diff-document = Document
apis-diff-too-much = Too much differs to be shown line by line.
apis-diff-none = No line differs from what it was compared with.
apis-diff-cut = Not every line is shown; the command line has more.
apis-other-changes = Other changes: { $count }
apis-lint = Lint
apis-lint-note = Blocking: { $blocking }. Warnings: { $warnings }.
apis-lint-nothing = The rules find nothing.
# $words is what a rule says, in English.
apis-lint-line = Line { $line }: { $words }

# Guides and the changelog.
apis-guides-and-changelog = Guides and changelog
apis-guides-none = No guides yet
apis-guides-none-words = Guides stand beside the reference: how to begin, how to move to a new version.
apis-guide-write = Write a guide
apis-guide-named = Guide { $title }
apis-guide-lead = Whoever finds the API reads it.
# Its number in the order of guides.
apis-guide-place = Place
apis-guide-place-help = Guides stand in this order, lowest first.
apis-guide-changed = Changed
apis-guide-slug-help = For addresses; never changes.
apis-guide-text-help = Markdown. HTML in it is shown as text, pictures become links.
apis-guide-save = Save guide
apis-guide-preview = Preview
apis-guide-previewed = Preview, not saved
apis-guide-empty = No text.
apis-guide-delete = Delete guide
apis-guide-delete-consequence = Its text is gone, and links to it lead nowhere.
apis-changelog = Changelog
apis-changelog-lead = Descriptions and deprecations write their own entries
apis-changelog-none = Nothing happened yet
apis-changelog-none-words = The first published description makes the first entry.
apis-entry = Entry
apis-entry-write = Write an entry
apis-entry-add = Add entry
apis-entry-about = About
apis-entry-more = More about it
apis-markdown = Markdown.
