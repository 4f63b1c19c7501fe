# Short labels that mean the same on every page: buttons, columns, fields. A text whose German depends on its page is in the room of the page.

word-save = Save
word-save-settings = Save settings
word-cancel = Cancel
word-back = Back
word-change = Change
word-delete = Delete
word-remove = Remove
word-open = Open
word-show = Show
word-filter = Filter
word-search = Search
word-send = Send
word-test = Test
word-all = All
word-any = Any
word-none = None
word-never = Never
word-yes = Yes
word-no = No
word-name = Name
word-short-name = Short name
word-one-line = In one line
word-about = About
word-description = Description
word-reason = Reason
word-why = Why
word-why-kept = Kept in the audit log.
word-purpose = Purpose
word-text = Text
word-title = Title
word-subject = Subject
word-address = Address
word-state = State
word-status = Status
word-kind = Kind
word-mode = Mode
word-number = Number
word-value = Value
word-when = When
word-since = Since
word-from = From
word-until = Until
word-time = Time
word-expires = Expires
word-made = Made
word-published = Published
word-last-used = Last used
word-last-error = Last error
word-attempts = Attempts
word-took = Took
word-who = Who
word-person = Person
word-owner = Owner
word-team = Team
word-teams = Teams
word-role = Role
word-roles = Roles
word-members = Members
word-api = API
word-apis = APIs
word-version = Version
word-versions = Versions
word-operation = Operation
word-operations = Operations
word-plan = Plan
word-plans = Plans
word-policy = Policy
word-policies = Policies
word-product = Product
word-application = Application
word-applications = Applications
word-environment = Environment
word-key = Key
word-keys = Keys
word-quota = Quota
word-limits = Limits
word-calls = Calls
word-guide = Guide
word-guides = Guides
word-gateway = Gateway
word-gateways = Gateways
word-release = Release
word-incident = Incident
word-requests = Requests
word-settings = Settings
word-decision = Decision
word-rule = Rule
word-before = Before
word-after = After
word-your-access = Your access
word-seen-by = Seen by

# So many of something, inside of sentences and alone.
count-call = { $count ->
        [one] { $count } call
       *[other] { $count } calls
    }
count-gateway = { $count ->
        [one] { $count } gateway
       *[other] { $count } gateways
    }
count-hour = { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
count-more-fault = { $count ->
        [one] { $count } more fault
       *[other] { $count } more faults
    }
count-operation = { $count ->
        [one] { $count } operation
       *[other] { $count } operations
    }
count-passkey = { $count ->
        [one] { $count } passkey
       *[other] { $count } passkeys
    }
count-request = { $count ->
        [one] { $count } request
       *[other] { $count } requests
    }
count-subscription = { $count ->
        [one] { $count } subscription
       *[other] { $count } subscriptions
    }
count-thing = { $count ->
        [one] { $count } thing
       *[other] { $count } things
    }
count-warning = { $count ->
        [one] { $count } warning
       *[other] { $count } warnings
    }
# Between the last two of a list.
word-joined-and = {" "}and{" "}

# States inside of sentences, as something is one of them.
is-accepted = accepted
is-active = active
is-cancelled = cancelled
is-closed = closed
is-closing = closing
is-deprecated = deprecated
is-disabled = disabled
is-done = done
is-draft = draft
is-expired = expired
is-failed = failed
is-paused = paused
is-pending = pending
is-published = published
is-rejected = rejected
is-retired = retired
is-revoked = revoked
is-running = running
is-scheduled = scheduled
is-staging = staging
is-superseded = superseded
is-suspended = suspended
is-waiting = waiting
is-withdrawn = withdrawn
list-all = { $first } and { $last }
list-one = { $first } or { $last }
is-ended = ended
is-approved = approved
is-production = production
is-sandbox = sandbox
