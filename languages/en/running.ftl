# The console's pages of what runs: gateways, releases, configuration, jobs, audit.

# audit.html
running-audit = Audit
running-who-did-what-entries-are-chained = Who did what. Entries are chained: none can be changed or left out without it showing.
running-export-csv = Export CSV
running-export-ndjson = Export NDJSON
running-verify = Verify
running-action = Action
running-more = More
running-of-entry = of entry { $seq }
running-request = Request { $request }
running-entry = Entry { $seq }

# change.html
running-no-gateway-has-joined-yet = No gateway has joined yet.
running-in-force-at = In force at
running-seen = Seen

# changeset.html
running-changeset = Changeset
running-the-release-it-made = The release it made
running-apply-all-of-it = Apply all of it
running-apply = Apply
running-what-changes = What changes
running-nothing-everything-is-so-already = Nothing: everything is so already.

# checkpoints.html
running-checkpoints = Checkpoints
running-each-names-the-newest-entry-of = Each names the newest entry of an hour, signed. Keep one outside: whatever was changed, removed or cut off before it then shows.
running-verify-now = Verify now
running-what-was-found = What was found
running-entry-2 = Entry
running-signed = Signed
running-hash = Hash
running-to-keep-outside = To keep outside

# configuration.html
running-configuration = Configuration
running-configuration-as-files = Configuration as files
running-drift = Drift
running-what-files-last-said-is-before = What files last said is before, what it is now after.
running-changesets = Changesets
running-changes = Changes

# gateways.html
running-where-decisions-become-real-a-change = Where decisions become real. A change is done when every gateway here has it.
running-add-a-gateway = Add a gateway
running-run-this-on-the-new-machine = Run this on the new machine. The token is shown once; the machine needs to reach the admin API and nothing else.
running-behind = Behind
running-of = of { $name }
running-retire = Retire
running-add-gateway = Add gateway

# job.html
running-progress = Progress
running-not-decided = Not decided
running-cancel-job = Cancel job
running-you-may-leave-this-page-the = You may leave this page. The inbox says when it is over.
running-log = Log

# jobs.html
running-jobs = Jobs
running-job = Job
running-asked-by = Asked by

# release.html
running-how-it-spread = How it spread
running-go-back-to-this-release = Go back to this release
running-what-changed = What changed
running-compare = Compare
running-nothing-that-files-could-state-differs = Nothing that files could state differs.

# releases.html
running-releases = Releases
running-every-configuration-who-made-it-what = Every configuration: who made it, what it changed, which gateways run it.
running-what = What
running-things = Things
running-runs-on = Runs on

# rollback.html
running-go-back = Go back
running-leave-it-as-it-is = Leave it as it is
running-what-hangs-on-operations-that-are = What hangs on operations that are gone then
running-what-goes-back-later = What goes back later
running-what-stays-and-why = What stays, and why

# audit.rs
running-request-id = Request id
running-nothing-matches = Nothing matches
running-no-entry-is-like-this = No entry is like this.
running-shown = { $records } shown

# change.rs
running-console = Console
running-committed-utc = { $subject }, committed { $day }, { $clock } UTC.
running-in-force = In force
running-on-its-way = On its way
running-silent = Silent
running-not-yet = not yet

# changeset.rs
running-by = { $mode } by { $created_by }, { $relative }.
running-needed-when-a-version-is-retired = Needed when a version is retired that somebody still has access to.
running-subscriptions-concerned = Subscriptions concerned
running-applications-concerned = Applications concerned
running-group = Group { $name }
running-ended = Ended
running-no-longer-owned-by-files = No longer owned by files
running-changed = Changed
running-applied = Applied.
running-all-of-it-as-one-change = All of it, as one change.

# checkpoints.rs
running-newest-checkpoint = Newest checkpoint
running-no-checkpoint-yet = No checkpoint yet
running-one-is-signed-every-hour-in = One is signed every hour in which something was recorded.
running-too-long-for-a-page = Too long for a page
running-the-log-is-too-long-to = The log is too long to be followed here: export it and run gatehouse audit verify --file.
running-whole = Whole
running-all-entries-fit-up-to = All { $grouped } entries fit, up to { $head }.
running-broken = Broken
running-entry-does-not-fit = Entry { $grouped } does not fit: { $fault }

# configuration.rs
running-nothing-drifted = Nothing drifted
running-everything-that-files-state-is-as = Everything that files state is as they say.
running-no-changesets-yet = No changesets yet
running-gatehouse-diff-and-gatehouse-apply-make = gatehouse diff and gatehouse apply make them from the files of a folder.
running-no-file-owns-anything-here-yet = No file owns anything here yet.
running-files-own-something-of-release-is = Files own something of { $count }. Release { $grouped } is the newest.
running-are-done-and-told-as-drift = Are done, and told as drift
running-are-refused-and-say-where-to = Are refused, and say where to change it
running-edits-by-hand-of-what-files = Edits by hand of what files own
running-gone = Gone
running-differs = Differs
running-applied-2 = Applied
running-needs-somebody-else = Needs somebody else
running-planned = Planned
running-saved = Saved.
running-it-holds-from-the-next-edit = It holds from the next edit on.

# gateways.rs
running-token-works-once-until-utc = Token works once, until { $clock } UTC
running-no-gateways-yet = No gateways yet
running-gateways-appear-here-when-they-join = Gateways appear here when they join.
running-empty = Empty
running-group-has-no-gateway = Group { $name } has no gateway
running-change-is-in-force-on-of = Change { $head } is in force on { $behind } of { $count }
running-add-one-with-the-command-below = Add one with the command below; it starts with everything decided so far.
running-every-gateway-enforces-every-decision = Every gateway enforces every decision.
running-runs-something-else-than-change-it = { $name } runs something else than change { $applied_seq }. It was told to fetch everything again; after an older database was restored, run gatehouse gateway raise-generation.
running-was-last-heard-from-and-runs = { $name } was last heard from { $relative } and runs change { $applied_seq }. What was revoked since may still work there.
running-diverged = Diverged
running-draining = Draining
running-drained = Drained
running-drain = Drain
running-undrain = Undrain
running-goes-out-of-rotation = { $name } goes out of rotation.
running-it-says-that-it-is-not = It says that it is not ready, asks clients for new connections, and answers whoever still comes.
running-comes-back-into-rotation = { $name } comes back into rotation.
running-it-says-that-it-is-ready = It says that it is ready again.
running-join-command = Join command
running-retire-2 = Retire { $name }?
running-its-identity-is-revoked-and-nobody = Its identity is revoked and nobody waits for it any more. Stop it first: a gateway that still runs keeps serving what it has.
running-retire-gateway = Retire gateway
running-gateway-retired = Gateway retired.
running-its-identity-no-longer-opens-anything = Its identity no longer opens anything.

# job_outcome.rs
running-nothing-changed-this-description-is-publishe = Nothing changed: this description is published already.
running-published-with = Published with { $operations }.
running-published-with-2 = Published with { $operations }. { $count }.
running-line = Line { $line }: { $message }
running-and = And { $count }.
running-decided = { $count } decided
running-need-another-person = , { $n } need another person
running-not-decided-2 = , { $refused } not decided
running-open-api = Open API
running-see-what-stands-in-the-way = See what stands in the way
running-see-it-reach-the-gateways = See it reach the gateways
running-download-kb = Download { $grouped } KB

# jobs.rs
running-work-that-takes-longer-than-a = Work that takes longer than a page waits.
running-your-work-that-takes-longer-than = Your work that takes longer than a page waits.
running-no-jobs = No jobs
running-large-descriptions-many-decisions-and-export = Large descriptions, many decisions and exports appear here.
running-export-of-the-tenant = Export of the tenant
running-publish = Publish { $subject }
running-decide-access-requests = Decide access requests
running-stopping = Stopping
running-waiting = Waiting
running-running = Running
running-done = Done
running-failed = Failed
running-cancelled = Cancelled
running-of-2 = { $grouped } of { $grouped2 }
running-asked-by-2 = { $subject }. Asked by { $requested_by_name }.
running-waits-for = Waits for { $span }.
running-took = Took { $span }.
running-runs-for = Runs for { $span }.
running-cancelled-2 = Cancelled.
running-it-stops = It stops.
running-what-it-does-at-this-moment = What it does at this moment comes to its end first.
running-nothing-changed = Nothing changed.

# releases.rs
running-shown-2 = { $found } shown
running-no-release-yet = No release yet
running-the-first-api-plan-or-upstream = The first API, plan or upstream makes release 1.
running-went-back-to-release = Went back to release { $number }
running-and-more = { $named } and { $grouped } more
running-release = Release { $number }
running-by-2 = { $what } by { $actor_name }, { $relative }.
running-compare-with = Compare with
running-against-nothing-at-all = Against nothing at all
running-against-release = Against release { $from }
running-release-2 = Release { $one }
running-nothing-at-all = Nothing at all
running-done-to = Done to
running-no-gateway-now = No gateway now

# rollback.rs
running-go-back-to-release = Go back to release { $number }?
running-and-makes-a-new-release-requests = { $n } and makes a new release. Requests, approvals, holds and keys stay as they are.
running-nothing-would-change = Nothing would change
running-what-can-go-back-is-already = What can go back is already as it was in this release.
running-back-to-the-release = Back to the release
running-lower-limits-or-shorter-spans-hold = Lower limits or shorter spans hold from { $day }, when the notice of { $who } is over.
running-take-away-what-hangs-on-operations = Take away what hangs on operations
running-everything-was-so-already = Everything was so already.
running-release-goes-back-to-release = Release { $made } goes back to release { $number }.
running-it-changed = It changed { $count }.
running-this-changes = { $count ->
        [one] This changes { $count } thing
       *[other] This changes { $count } things
    }
running-change-number = Change
