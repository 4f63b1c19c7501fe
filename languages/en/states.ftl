# What looks the same on every page: faults of forms, lists by pages, pages of problems.

faults-not-done = Not done.
faults-count = { $count ->
        [one] { $count } field needs a change.
       *[other] { $count } fields need a change.
    }
fault-reference = What was chosen does not exist any more. Choose again.
fault-stale = Somebody changed this while you did. Open the page again to see it as it is.
fault-wait-seconds = { $count ->
        [one] Too many attempts. Wait { $count } second, then try again.
       *[other] Too many attempts. Wait { $count } seconds, then try again.
    }
fault-wait-minutes = { $count ->
        [one] Too many attempts. Wait { $count } minute, then try again.
       *[other] Too many attempts. Wait { $count } minutes, then try again.
    }
fault-wait-hours = { $count ->
        [one] Too many attempts. Wait { $count } hour, then try again.
       *[other] Too many attempts. Wait { $count } hours, then try again.
    }
field-optional = optional

pages = Pages
pages-newer = Newer
pages-older = Older
breadcrumb = Breadcrumb

problem-try-again = Try again
problem-open-again = Open the page again
problem-browse = Browse APIs
problem-request-id = Request id <code>{ $id }</code>

# Pages of problems. English says what the closed list of problems says.
problem-bad-request = The request cannot be read
problem-bad-request-fix = Correct what the detail names and send it again.
problem-forbidden = Your role or token does not allow this
problem-forbidden-fix = Ask an administrator for the permission that the detail names.
problem-csrf-failed = The form could not be trusted
problem-csrf-failed-fix = Open the page again and send the form once more.
problem-not-found = There is no such thing here
problem-not-found-fix = Check the address or the id; it may belong to another tenant.
problem-method-not-allowed = The address exists, the method does not
problem-method-not-allowed-fix = Use one of the methods in the Allow header.
problem-conflict = The thing is not in a state that allows this
problem-conflict-fix = Read its current state, then decide again.
problem-version-mismatch = Somebody changed it since you read it
problem-version-mismatch-fix = Read it again, apply your change to what you find, and send the new ETag in If-Match.
problem-body-too-large = The request body is too large
problem-body-too-large-fix = Send a smaller body; the detail states the limit.
problem-unsupported-media-type = The body is of a type that is not accepted here
problem-unsupported-media-type-fix = Send the Content-Type that the detail names.
problem-invalid = Some of what was sent is not acceptable
problem-invalid-fix = Correct every field listed under errors and send it again.
problem-unknown-reference = Something that was referred to does not exist
problem-unknown-reference-fix = Correct the id at the pointer listed under errors.
problem-too-many-attempts = Too many attempts
problem-too-many-attempts-fix = Wait as long as Retry-After says.
problem-internal = Something went wrong on our side
problem-internal-fix = Nothing was changed. Try again; if it goes on, report the request id.
problem-unavailable = A part this needs is away
problem-unavailable-fix = Nothing was changed. Try again as Retry-After says.

# Badges: one word for one state, everywhere.
state-pending = Pending
state-scheduled = Scheduled
state-active = Active
state-suspended = Suspended
state-paused = Paused
state-expired = Expired
state-rejected = Rejected
state-withdrawn = Withdrawn
state-cancelled = Cancelled
state-revoked = Revoked
state-superseded = Superseded
state-draft = Draft
state-live = Live
state-deprecated = Deprecated
state-retired = Retired
state-offered = Offered
state-staging = Staging
state-closed = Closed
