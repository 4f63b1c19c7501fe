# What verbs refuse about APIs: descriptions, versions, releases, guides, environments, gateways, webhooks, incidents.

# create.rs
refused-apis-not-a-slug = Not a slug.
refused-apis-there-is-an-api-already = There is an API '{ $slug }' already.
refused-apis-there-is-a-product-already = There is a product '{ $slug }' already.
refused-apis-is-part-of-an-address-already = '{ $slug }' is part of an address already; choose another name.
refused-apis-name-the-team-that-owns-it = Name the team that owns it.

# update.rs
refused-apis-use-between-and-seconds-or-null = Use between { $start } and { $end } seconds, or null.
refused-apis-there-you-would-have-the-right = There you would have the right { $gained } on this API, which you lack now; somebody who has it on both sides can move it.
refused-apis-use-at-most-teams = Use at most { $grants_max } teams.

# branding.rs
refused-apis-send-the-bytes-of-the-image = Send the bytes of the image in base64 (RFC 4648 §4), without line breaks.
refused-apis-use-an-image-of-at-most = Use an image of at most { $logo_bytes_max } bytes; this has { $bytes }. It is shown 28 pixels high.
refused-apis-use-a-png-jpeg-or-webp = Use a PNG, JPEG or WebP image; a drawing (SVG) can be exported as PNG, 56 pixels high or more.

# write.rs
refused-apis-this-happened-so-its-entry-stays = This happened, so its entry stays; change what it says instead.

# check.rs
refused-apis-this-host-is-in-use-by = This host is in use by somebody else on these gateways.

# drift.rs
refused-apis-of-is-kept-in-configuration-files = { $join } of { $key } is kept in configuration files ({ $changeset }). Change it there and apply, or leave the field out of the files.

# environments.rs
refused-apis-use-a-host-name-in-lower = Use a host name in lower case, without a port.
refused-apis-use-at-most-300-characters = Use at most 300 characters.
refused-apis-another-environment-answers-there-already = Another environment answers there already.

# following.rs
refused-apis-you-follow-apis-the-most-one = You follow { $followed_max } APIs, the most one can. Stop following one first.
refused-apis-nobody-stands-behind-this-access-token = Nobody stands behind this access token, so it follows nothing.

# join.rs
refused-apis-use-1-to-100-got = Use 1 to 100; got { $uses }.
refused-apis-use-60-seconds-to-7-days = Use 60 seconds to 7 days.

# node.rs
refused-apis-this-gateway-is-already-retired = This gateway is already retired.
refused-apis-gateways-of-a-shared-group-are = Gateways of a shared group are managed by people with a role of the platform.

# write.rs
refused-apis-use-another-name-new-is-taken = Use another name; 'new' is taken.
refused-apis-an-api-has-at-most-guides = An API has at most { $guides_max } guides; delete one first.
refused-apis-the-api-has-a-guide-already = The API has a guide '{ $slug }' already.
refused-apis-use-0-to-10000-got = Use 0 to 10000; got { $position }.
refused-apis-use-at-most-bytes-got = Use at most { $body_bytes_max } bytes; got { $markdown }.
refused-apis-take-the-null-characters-out = Take the null characters out.

# write.rs
refused-apis-incident-is-resolved-so-nothing-more = Incident { $number } is resolved, so nothing more is said of it. Open a new one.
refused-apis-say-it-on-one-line = Say it on one line.
refused-apis-name-at-most-apis-or-none = Name at most { $apis_max } APIs, or none for everything; this has { $apis }.
refused-apis-open-it-first-an-update-resolves = Open it first; an update resolves it.
refused-apis-only-maintenance-is-planned = Only maintenance is planned.
refused-apis-let-it-end-in-the-future = Let it end in the future, and after it starts.
refused-apis-an-incident-without-apis-concerns-everything = An incident without APIs concerns everything, and you manage those of some APIs. Name them.
refused-apis-incidents-are-open-the-most-there = { $open_max } incidents are open, the most there can be. Resolve one first.
refused-apis-an-incident-has-at-most-updates = An incident has at most { $updates_max } updates, and the last resolves it. Resolve this one and open a new one.

# accept.rs
refused-apis-who-sent-a-description-in-cannot = Who sent a description in cannot accept it: ask another approver.
refused-apis-revision-was-compared-with-a-description = Revision { $number } was compared with a description that is no longer in force: send it again.
refused-apis-revision-is-accepted-already = Revision { $number } is accepted already.
refused-apis-revision-was-published-there-is-nothing = Revision { $number } was published; there is nothing to accept.
refused-apis-the-revision-was-decided-on-just = The revision was decided on just now.

# check.rs
refused-apis-line-column = Line { $line }, column { $column }: { $message }

# fetch.rs
refused-apis-use-an-address-of-at-most = Use an address of at most { $url_length_max } bytes.
refused-apis-the-address-answers-name-one-that = The address answers { $as_u16 }. Name one that gives the description without a sign-in.
refused-apis-it-leads-on-to-more-than = It leads on to more than { $redirects_max } addresses. Name the one it ends at.
refused-apis-it-leads-on-and-does-not = It leads on, and does not say where to. Name the address it ends at.
refused-apis-it-leads-on-from-https-to = It leads on from https to an address that is not. Name the one it ends at.
refused-apis-it-cannot-be-fetched-from-there = It cannot be fetched from there: { $refused }.
refused-apis-it-is-larger-than-bytes = It is larger than { $bytes_max } bytes.
refused-apis-it-could-not-be-fetched = It could not be fetched: { $why }.
refused-apis-it-did-not-come-within-s = It did not come within { $as_secs } s. Try again, or send the document itself.

# promote.rs
refused-apis-revision-breaks-callers-an-approver-has = Revision { $number } breaks callers: an approver has to accept it first.
refused-apis-revision-was-published-already = Revision { $number } was published already.

# read.rs
refused-apis-reading-the-description-takes-too-long = Reading the description takes too long; split it.

# restore.rs
refused-apis-revision-of-is-and-never-was = Revision { $number } of { $label } is { $state } and never was in force; publish it instead.
refused-apis-version-is-retired = Version { $label } is retired.

# store.rs
refused-apis-version-is-retired-publish-under-another = Version { $label } is retired; publish under another label.

# record.rs
refused-apis-something-else-was-released-meanwhile-the = Something else was released meanwhile: the newest release is { $newest }, not { $expected }. Look again at what would change.

# fixed.rs
refused-apis-it-was-retired-since-which-is = It was retired since, which is for good.
refused-apis-it-was-closed-since-and-what = It was closed since, and what became of its subscriptions stays.

# plan.rs
refused-apis-it-is-a-rule-for-people = It is a rule for people, and no rollback changes it.
refused-apis-subscriptions-have-it = Subscriptions have it.
refused-apis-releases-did-not-hold-products-then = Releases did not hold products then.
refused-apis-it-stays-on-offer-subscriptions-have = It stays on offer: subscriptions have it.
refused-apis-it-stays-on-offer-deprecate-it = It stays on offer; deprecate it, and retire it, to end it.
refused-apis-it-opens-no-versions-that-were = It opens no versions that were retired since.
refused-apis-people-and-history-hang-on-it = People and history hang on it.
refused-apis-it-stays-without-what-was-published = It stays, without what was published of it since.
refused-apis-it-stays-the-plans-it-got = It stays; the plans it got since are withdrawn.
refused-apis-it-is-not-on-offer = It is not on offer.

# mod.rs
refused-apis-use-1-to-characters = Use 1 to { $label_max } characters.
refused-apis-use-lower-case-letters-digits-dots = Use lower-case letters, digits, dots and dashes, a letter or digit first.
refused-apis-publish-a-description-of-it-first = Publish a description of it first.
refused-apis-the-end-must-lie-in-the = The end must lie in the future.
refused-apis-users-are-given-days-notice-end = Users are given { $value } days' notice: end it on { $date } or later.

# step.rs
refused-apis-the-version-is-already = The version is { $next } already.
refused-apis-a-version-cannot-become = A { $from } version cannot become { $next }.
refused-apis-the-version-was-changed-by-somebody = The version was changed by somebody else just now.
refused-apis-name-another-version = Name another version.
refused-apis-is-name-a-version-that-is = { $label } is { $state }; name a version that is published.

# withdraw.rs
refused-apis-version-is = Version { $label } is { $state }.

# webhooks.rs
refused-apis-name-at-most-types-groups-such = Name at most { $types_max } types; groups such as subscription.* count as one.
refused-apis-no-event-is-called-docs-events = No event is called '{ $kind }'; docs/events.md lists them. A group is written like subscription.*.
refused-apis-this-address-cannot-be-called-use = This address cannot be called: { $refused }. Use http or https and a public address; the operator can allow networks (egress.allowed_networks).

# create.rs
refused-apis-name-a-team-or-an-application = Name a team or an application, not both.
refused-apis-there-are-webhooks-already-delete-one = There are { $endpoints_max } webhooks already; delete one first.
refused-apis-use-0-to-hours-got = Use 0 to { $secret_overlap_hours_max } hours; got { $overlap_hours }.

# redeliver.rs
refused-apis-this-webhook-is-resume-it-first = This webhook is { $state }; resume it first.
refused-apis-this-delivery-is-about-to-be = This delivery is about to be sent already.

# update.rs
refused-apis-this-webhook-is-already = This webhook is { $state } already.
refused-apis-this-webhook-is-active-already = This webhook is active already.
refused-apis-version-has-subscriptions = { $count ->
        [one] The version has { $count } open subscription; give a reason to retire it all the same.
       *[other] The version has { $count } open subscriptions; give a reason to retire it all the same.
    }
refused-apis-caller = { $count ->
        [one] { $name } ({ $count } calls)
       *[other] { $name } ({ $count } calls)
    }
refused-apis-more-callers = { $count } more
refused-apis-called-by = In the last { $days } days it was called by { $names }.
refused-apis-policy-attached = the policy { $policy } is attached to { $operation }
refused-apis-plan-limits = the plan { $plan } of { $product } limits { $operation }
refused-apis-product-opens = the product { $product } opens { $operation } by name
refused-apis-orphaned = The description no longer has an operation that something hangs on: { $what }. Keep the operation, take that away first, or drop it with this publish.
refused-apis-orphaned-by-release = The description no longer has an operation that something hangs on: { $what }. Keep the operation, take that away first, or drop it with this rollback.
refused-apis-orphaned-in-files = The description no longer has an operation that something hangs on: { $what }. Keep the operation, or take that away in the same files.
refused-apis-drained-already = { $name } is being drained already.
refused-apis-not-drained = { $name } is not drained.
refused-apis-is-not-there-any-more = { $pointer } is not there any more.
refused-apis-plan-within-ten-years = Let it lie between yesterday and ten years from now.
