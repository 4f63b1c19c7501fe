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
problem-no-key = No API key was sent
problem-no-key-fix = Send your key in the X-API-Key header, or as Authorization: Bearer { $key }.
problem-key-malformed = The API key is malformed
problem-key-malformed-fix = Copy the key again, whole, from where it was shown; part of it is missing or mistyped.
problem-key-unknown = The API key is not known here
problem-key-unknown-fix = Check that the key was made for this portal, or create a new key for your application.
problem-key-revoked = The API key was revoked or replaced
problem-key-revoked-fix = Use the key that replaced it, or create a new key for your application.
problem-key-expired = The API key has expired
problem-key-expired-fix = Create a new key for your application; access itself is not affected.
problem-wrong-environment = The API key belongs to another environment
problem-wrong-environment-fix = Use a gth_test_ key on sandbox addresses and a gth_live_ key on production addresses of the same tenant.
problem-ambiguous-key = More than one API key was sent
problem-ambiguous-key-fix = Send exactly one key, in X-API-Key or in Authorization, not in both and not twice.
problem-subscription-pending = Access was requested and waits for approval
problem-subscription-pending-fix = Wait for the decision; the request page in the portal shows where it stands.
problem-subscription-rejected = Access was requested and refused
problem-subscription-rejected-fix = Read the reason on the request page, then ask again.
problem-not-subscribed = The application has no access to this API
problem-not-subscribed-fix = Request access for this application on the API's page in the portal.
problem-operation-not-subscribed = This access does not open this operation
problem-operation-not-subscribed-fix = Ask for a product that has this operation; the API's page in the portal lists them.
problem-key-not-for-api = The API key is for other APIs
problem-key-not-for-api-fix = Use a key of the application that is not limited, or one that is made for this API.
problem-subscription-suspended = The provider suspended this access
problem-subscription-suspended-fix = Read the reason on the application's page, then write to the API's owner.
problem-subscription-paused = Your own team paused this access
problem-subscription-paused-fix = Resume it on the application's page.
problem-subscription-expired = This access has ended
problem-subscription-expired-fix = Renew it, or request access again, on the API's page.
problem-application-suspended = The application is suspended
problem-application-suspended-fix = Write to the administrator of the portal.
problem-tenant-suspended = The provider of this API is suspended
problem-tenant-suspended-fix = Write to the operator of this gateway.
problem-token-missing = No token was sent
problem-token-missing-fix = Send the token of your user beside the key, where the detail says.
problem-token-invalid = The token is not good here
problem-token-invalid-fix = Get a new token from its issuer, for this API; the detail says which check it fails.
problem-token-insufficient = The token does not open this operation
problem-token-insufficient-fix = Get a token with the scope or claim that the detail names.
problem-no-route = No API answers at this address
problem-no-route-fix = Check the base URL, the API and the version against the reference page.
problem-request-timeout = The request was sent too slowly
problem-request-timeout-fix = Send the request again, without pauses.
problem-version-retired = This version of the API has been retired
problem-version-retired-fix = Move to the version that replaced it; the API's page says which.
problem-address-too-long = The request address is too long
problem-address-too-long-fix = Shorten the path or the query; the detail states the limit.
problem-misdirected-request = This connection is to another domain
problem-misdirected-request-fix = Open a new connection to the host that the request names.
problem-rate-limited = Too many requests in a short time
problem-rate-limited-fix = Wait as long as Retry-After says, then go on more slowly.
problem-api-rate-limited = This API has more calls than it takes
problem-api-rate-limited-fix = Wait as long as Retry-After says; your own limits are not affected.
problem-quota-exceeded = The quota of this period is used up
problem-quota-exceeded-fix = Wait for the reset that Retry-After names, or change to a larger plan.
problem-headers-too-large = The request headers are too large
problem-headers-too-large-fix = Send fewer or shorter headers; the detail states the limit.
problem-upstream-failed = The backend of this API failed
problem-upstream-failed-fix = Try again later; if it goes on, write to the API's owner with the request id.
problem-upstream-unavailable = The backend of this API cannot be reached
problem-upstream-unavailable-fix = Try again as Retry-After says; if it goes on, write to the API's owner with the request id.
problem-auth-unknown = The gateway cannot judge keys at this moment
problem-auth-unknown-fix = Your key may be good. Try again as Retry-After says.
problem-config-stale = The gateway has not heard from its control plane for longer than this API allows
problem-config-stale-fix = Try again as Retry-After says; if it goes on, write to the API's owner with the request id.
problem-overloaded = The gateway is busy
problem-overloaded-fix = Try again as Retry-After says.
problem-upstream-timeout = The backend of this API did not answer in time
problem-upstream-timeout-fix = Try again later; if it goes on, write to the API's owner with the request id.
problem-unknown-parameter = A query parameter is not known
problem-unknown-parameter-fix = Correct its name; the detail names the nearest one.
problem-not-signed-in = A valid access token is needed
problem-not-signed-in-fix = Send Authorization: Bearer gta_…; tokens are made in the console under Settings.
problem-still-running = The same request is still being worked on
problem-still-running-fix = Wait for the first one, then send it again with the same Idempotency-Key.
problem-breaking-changes = The description breaks callers of the one in force
problem-breaking-changes-fix = Publish it as a new version, undo what breaks, or have the changes listed in the report accepted.
problem-not-compared = Whether the description breaks callers could not be found out
problem-not-compared-fix = Settle what the report lists as not compared, have it accepted, or publish a new version.
problem-lint-blocked = The description does not follow rules that this tenant insists on
problem-lint-blocked-fix = Correct every finding listed under errors and publish again.
problem-invalid-spec = The API description cannot be published
problem-invalid-spec-fix = Correct the places listed under errors; nothing was stored.
problem-idempotency-key-reused = This Idempotency-Key was used for another request
problem-idempotency-key-reused-fix = Make a new key for every new request.
problem-precondition-required = An If-Match header is needed
problem-precondition-required-fix = Read the thing first and send its ETag in If-Match.
problem-sequence-gap = A batch is missing before this one
problem-sequence-gap-fix = Send the batch whose number the detail expects.
problem-node-unknown = This gateway is not enrolled here
problem-node-unknown-fix = Join it again with a new join token.
problem-join-token-invalid = The join token is used up, expired or unknown
problem-join-token-invalid-fix = Make a new one with gatehouse gateway token.
role-owner = Owner
role-admin = Admin
role-publisher = Publisher
role-approver = Approver
role-operator = Operator
role-auditor = Auditor
role-developer = Developer
role-owner-purpose = Everything, owners included.
role-admin-purpose = Everything but naming owners.
role-publisher-purpose = APIs, descriptions and plans.
role-approver-purpose = Decides about access requests and subscriptions.
role-operator-purpose = Gateways and traffic.
role-auditor-purpose = Reads and exports, changes nothing.
role-developer-purpose = Uses APIs.
