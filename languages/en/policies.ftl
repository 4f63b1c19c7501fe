# The console's pages of policies, rules and credentials in them.

# policy.html
policies-where-it-is = Where it is
policies-what-it-says = What it says
policies-whether-it-decides = Whether it decides
policies-check-policy = Check policy
policies-edit-as-fields = Edit as fields
policies-edit-as-a-document = Edit as a document
policies-delete-policy = Delete policy
policies-the-same-as-a-file-for = The same as a file, for configuration that is kept as files.

# rules.html
policies-how-requests-for-are-decided = How requests for { $plan } are decided
policies-a-rule-can-approve-by-itself = A rule can approve by itself. Try it on past requests before it acts.
policies-tried = Tried
policies-people-refused-some-that-it-would = People refused some that it would have let in. Look at them before it acts.
policies-the-rule-has-parts-that-this = The rule has parts that this form cannot show. It stays as it is; change it with gatehouse approval set.
policies-try-on-the-last-90-days = Try on the last 90 days
policies-time-and-questions = Time and questions
policies-back-to-plan = Back to plan

# policies.html
policies-what-gateways-do-with-calls-besides = What gateways do with calls besides letting subscribed ones through: of every API, and of single ones. What is added here holds for every API.

# lint.html
policies-lint-rules = Lint rules
policies-what-a-description-is-held-to = What a description is held to when it is published. A rule that blocks binds every team.
policies-level = Level
policies-level-of = Level of { $id }

# policies.html
policies-place = Place
policies-add-a-policy = Add a policy

# controls.rs
policies-origins = Origins
policies-one-a-line-such-as-https = One a line, such as https://shop.example.com, with the port where it is not the usual one and without a path. null is what sandboxed pages send.
policies-pages-of-every-origin = Pages of every origin
policies-then-no-origin-is-named-and = Then no origin is named, and no credentials are sent.
policies-request-fields-that-scripts-may-send = Request fields that scripts may send
policies-one-a-line-what-is-always = One a line. What is always allowed, x-api-key and the field of the token are added.
policies-response-fields-that-scripts-may-read = Response fields that scripts may read
policies-one-a-line-gatehouse-request-id = One a line. gatehouse-request-id, ratelimit, ratelimit-policy and retry-after are added.
policies-browsers-may-send-cookies-and-the = Browsers may send cookies and the like
policies-browsers-keep-a-preflight-s-answer = Browsers keep a preflight's answer for, seconds
policies-field-the-token-comes-in = Field the token comes in
policies-in-authorization-it-stands-behind-bearer = In authorization it stands behind Bearer, and the key then comes in X-API-Key. Empty: authorization.
policies-types = Types
policies-one-a-line-such-as-at = One a line, such as at+jwt: typ of the token is one of them, so that one made for something else is not taken. Empty: any.
policies-issuer = Issuer
policies-what-iss-of-the-token-is = What iss of the token is, such as https://login.example.com.
policies-audiences = Audiences
policies-one-a-line-aud-of-the = One a line. aud of the token is one of them, or has one of them.
policies-algorithms = Algorithms
policies-one-a-line-rs256-rs384-rs512 = One a line: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA.
policies-public-keys = Public keys
policies-the-issuer-s-json-web-key = The issuer's JSON Web Key Set, as JSON or YAML: RSA of 2,048 to 4,096 bits, P-256, P-384, Ed25519. A key that can sign is refused, and nothing of it is kept or shown.
policies-clocks-may-differ-by-seconds = Clocks may differ by, seconds
policies-claims = Claims
policies-one-a-line-name-where-it = One a line: name, where it must only be there, or name = value. Several lines of one name: one of the values is enough.
policies-scopes = Scopes
policies-one-a-line-the-token-has = One a line. The token has every one, in scope or scp.
policies-of-all-applications-together = Of all applications together.
policies-in-so-many-seconds = In so many seconds
policies-calls-at-once-after-a-pause = Calls at once, after a pause
policies-empty-as-many-as-in-the = Empty: as many as in the time above.
policies-removed-from-requests = Removed from requests
policies-names-one-a-line = Names, one a line.
policies-set-on-requests = Set on requests
policies-one-a-line-x-region-eu = One a line: x-region: eu. In place of whatever was there. Whoever may read the API reads it: write no secret here. In a policy of one API a value may name a backend secret of it, as in authorization: Bearer ${"{"}vault:NAME{"}"}.
policies-removed-from-the-backend-s-answers = Removed from the backend's answers
policies-set-on-the-backend-s-answers = Set on the backend's answers
policies-one-a-line-cache-control-no = One a line: cache-control: no-store.

# credentials.rs
policies-what-a-backend-is-shown-in = What a backend is shown in authorization or x-api-key is a secret: it was taken out and nothing of it was kept. Put it as a backend secret of the API, and name that as ${"{"}vault:NAME{"}"}.
policies-this-cannot-be-read-and-it = This cannot be read, and it names authorization or x-api-key, in which a backend is shown a secret: nothing of it was kept. Put the secret as a backend secret of the API, and name that as ${"{"}vault:NAME{"}"}.

# edit.rs
policies-add-a-policy-2 = Add a policy: { $kind_words }
policies-save-policy = Save policy
policies-add-policy = Add policy
policies-locked = Locked
policies-every-version = Every version
policies-method-and-path-such-as-get = Method and path, such as GET /pets/{"{"}id{"}"}, with its version above. Empty: every operation.
policies-everywhere = Everywhere
policies-for-addresses-and-files-never-changes = For addresses and files; never changes. Empty: made of its place and kind.
policies-document = Document
policies-shared-rates-add-up-all-on = Shared rates add up: all on the way to an operation apply.
policies-the-innermost-policy-of-a-kind = The innermost policy of a kind applies, unless one further out is locked.
policies-further-in = Further in
policies-enforce-it-decides = Enforce: it decides
policies-shadow-what-it-would-refuse-is = Shadow: what it would refuse is counted, nothing is refused
policies-off-it-does-nothing-and-takes = Off: it does nothing, and takes the place of one further out
policies-another-policy-may-take-its-place = Another policy may take its place
policies-locked-none-takes-its-place = Locked: none takes its place
policies-as-a-file = As a file

# effective.rs
policies-preflights-and-every-answer = Preflights, and every answer
policies-after-the-subscription = After the subscription
policies-before-the-plan-s-limits = Before the plan's limits
policies-to-the-backend-and-back = To the backend and back
policies-no-policy-applies = No policy applies
policies-subscribed-calls-go-through-in-the = Subscribed calls go through, in the limits of their plan.
policies-has-no-use-an-operation-of = { $version } has no '{ $operation }'. Use an operation of its description.
policies-every-operation-that-has-no-policy = Every operation that has no policy of its own
policies-in-of-in = { $of } in { $version } of { $name }, in { $environment }.
policies-kept-out-by-which-is-locked = Kept out by { $slug }, which is locked ({ $place }).
policies-applies-in-its-place = { $slug } applies in its place ({ $place }).

# faults.rs
policies-line = Line { $line }: { $detail }

# form.rs
policies-fill-this-in = Fill this in.
policies-there-is-something-in-it-that = There is something in it that the fields have no place for: it stays a document.
policies-this-holds-a-key-that-can = This holds a key that can sign: it is private or shared. It was taken out and nothing of it was kept. Paste the public key, and take this one as known to others.

# list.rs
policies-no-policies-yet = No policies yet
policies-what-gateways-do-with-calls-besides-2 = What gateways do with calls besides letting subscribed ones through appears here.

# notation.rs
policies-this-is-neither-json-nor-yaml = This is neither JSON nor YAML.
policies-line-2 = Line { $line }: { $message }.
policies-this-cannot-be-read = This cannot be read: { $message }.
policies-use-a-whole-number-without-signs = Use a whole number without signs and spaces; '{ $line }' is none, or is too large.
policies-write-at-most-lines = Write at most { $lines_max } lines.
policies-write-the-name-a-colon-and = Write the name, a colon and the value; a line has no colon.
policies-write-the-name-a-colon-and-2 = Write the name, a colon and the value; '{ $short }' has no colon.

# remove.rs
policies-delete = Delete { $slug }?
policies-gateways-stop-doing-what-it-says = { $kind_words }, { $place_words }, { $environment_words }: gateways stop doing what it says. A policy of this kind further out applies again, where there is one.
policies-is-deleted = { $slug } is deleted.

# rows.rs
policies-token-jwt = Token (JWT)
policies-shared-rate = Shared rate
policies-header-fields = Header fields
policies-add-cors = Add CORS
policies-add-token-check = Add token check
policies-add-shared-rate = Add shared rate
policies-add-header-fields = Add header fields
policies-which-pages-of-other-origins-may = Which pages of other origins may call, and read what.
policies-a-signed-token-of-the-user = A signed token of the user that must come beside the key.
policies-how-many-calls-all-applications-may = How many calls all applications may make together, for the sake of what is behind.
policies-fields-that-are-removed-and-set = Fields that are removed and set on the way to the backend and on its answers.
policies-tenant = Tenant
policies-every-api = Every API
policies-of = { $version } of { $api }
policies-in-of = { $operation } in { $version } of { $api }
policies-enforced = Enforced
policies-shadow = Shadow
policies-off = Off
policies-tokens-of-in = Tokens of { $short } in { $short2 }
policies-in-s-at-once = { $t } in { $grouped } s, { $grouped2 } at once
policies-requests = Requests:
policies-answers = Answers:
policies-pages-of = Pages of { $some }
policies-removes = removes { $some }
policies-sets = sets { $some }
policies-and-more = { $join } and { $more } more

# save.rs
policies-nothing-is-wrong-with-it = Nothing is wrong with it.
policies-it-is-not-saved-yet = It is not saved yet.
policies-it-can-be-saved = It can be saved.
policies-saved = Saved.
policies-nothing-changes-at-gateways = Nothing changes at gateways.

# rules.rs
policies-how-requests-are-decided = How requests are decided
policies-choose-what-the-rule-does-to = Choose what the rule does to try it.
policies-it-counts-for-requests-from-now = It counts for requests from now on.
policies-it-approves-people-did-too = It approves, people did too
policies-it-approves-people-refused = It approves, people refused
policies-it-leaves-to-people-who-approved = It leaves to people, who approved
policies-it-leaves-to-people-who-refused = It leaves to people, who refused

# rule_form.rs
policies-use-days-hours-and-minutes-as = Use days, hours and minutes, as in 1 day 12 hours.
policies-use-a-whole-number-from-1 = Use a whole number from 1.
policies-there-is-no-rule = There is no rule
policies-only-says-what-it-would-do = Only says what it would do
policies-approves-by-itself = Approves by itself
policies-is-kept-and-does-nothing = Is kept, and does nothing
policies-every-condition-holds = Every condition holds
policies-one-condition-holds = One condition holds
policies-not-asked = Not asked
policies-must-be-confirmed = Must be confirmed
policies-a-team-that-offers-apis = A team that offers APIs
policies-a-team-that-uses-them = A team that uses them
policies-somebody-s-own = Somebody's own
policies-sandbox = Sandbox
policies-production = Production
policies-what-the-rule-does = What the rule does
policies-name-of-the-rule = Name of the rule
policies-decisions-name-it-it-needs-at = Decisions name it. It needs at least one of the conditions below.
policies-it-holds-when = It holds when
policies-mail-domains-of-the-requester = Mail domains of the requester
policies-one-a-line-as-in-acme = One a line, as in acme.example. The address must be confirmed.
policies-mail-address = Mail address
policies-slugs-one-a-line = Slugs, one a line.
policies-kind-of-team = Kind of team
policies-fewer-calls-a-day-than = Fewer calls a day than
policies-what-the-plan-s-limits-let = What the plan's limits let through, at their steady rate.
policies-a-decision-is-due-after = A decision is due after
policies-as-in-2-days-empty-as = As in 2 days. Empty: as for all plans.
policies-questions-of-a-request = Questions of a request
policies-one-a-line-key-question-required = One a line: key | question | required or optional | choices, with commas. Without choices it is answered in words.
policies-write-key-question-required-or-optional = write key | question | required or optional | choices
policies-line-3 = Line { $place }: { $form }.

# lint.rs
policies-warns = Warns
policies-blocks = Blocks
policies-what-was-published-stays-what-is = What was published stays; what is published next is held to it.
policies-0-to-86400 = 0 to 86,400. Empty: 600.
policies-0-to-300 = 0 to 300. Empty: 0.
policies-1-to-3600 = 1 to 3,600.
policies-json-or-yaml = JSON or YAML: what files have under document.
policies-of-in-the-last-days-the = { $count ->
        [one] Of { $count } request in the last { $days } days the rule would have approved { $approved }.
       *[other] Of { $count } requests in the last { $days } days the rule would have approved { $approved }.
    }
policies-inside-everywhere = everywhere
policies-inside-sandbox = sandbox
policies-inside-production = production
policies-rule-off = { $rule } is off now.
policies-rule-warns = { $rule } is warn now.
policies-rule-blocks = { $rule } is block now.
