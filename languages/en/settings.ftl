# The console's settings, webhooks, access tokens.

# branding.html
settings-branding = Branding
settings-what-the-pages-of-look-like = What the pages of { $tenant_name } look like to whoever opens them.
settings-save-branding = Save branding
settings-as-it-is-now = As it is now
settings-a-button = A button
settings-chosen = Chosen

# ci_trusts.html
settings-ci-trusts = CI trusts
settings-a-pipeline-signs-in-with-its = A pipeline signs in with its own identity; no secret is kept there.
settings-trust = Trust
settings-workload = Workload
settings-may = May
settings-trust-no-more = Trust no more
settings-trust-a-workload = Trust a workload
settings-add-trust = Add trust
settings-in-the-pipeline = In the pipeline

# delivery.html
settings-send-it-again = Send it again
settings-not-tried-yet = Not tried yet.
settings-answer = Answer
settings-it-said = It said

# end.html
settings-export-and-close = Export and close
settings-what-owns-and-its-end = What { $tenant_name } owns, and its end.
settings-export-everything = Export everything
settings-every-row-the-tenant-owns-one = Every row the tenant owns, one JSON object a line, without secrets. A job writes it; it can be downloaded for seven days.
settings-export-now = Export now

# general.html
settings-how-works = How { $tenant_name } works.

# mail.html
settings-with-values-such-as-real-ones = With values such as real ones have; its link opens nothing. A test goes to { $to }.
settings-send-me-a-test = Send me a test
settings-html-part = HTML part
settings-text-part = Text part

# mails.html
settings-mails = Mails
settings-what-is-written-to-people-with = What is written to people, with values such as real ones have. Each can be sent to you as a test.

# sign_in.html
settings-sign-in = Sign-in
settings-identity-providers-your-people-sign-in = Identity providers your people sign in with, by OpenID Connect.
settings-provider = Provider
settings-takes = Takes
settings-first-role = First role
settings-turn-off = Turn off
settings-turn-on = Turn on
settings-add-a-provider = Add a provider
settings-register-this-callback-address-with-it = Register this callback address with it:
settings-add-provider = Add provider

# webhook.html
settings-send-a-test = Send a test
settings-pause = Pause
settings-resume = Resume
settings-signing-secret = Signing secret
settings-copy = Copy
settings-shown-once-the-receiver-checks-signatures = Shown once. The receiver checks signatures with it.
settings-i-have-stored-it = I have stored it
settings-deliveries = Deliveries
settings-event = Event
settings-send-again = Send again
settings-save-webhook = Save webhook
settings-another-signing-secret = Another signing secret
settings-make-another-secret = Make another secret
settings-delete-webhook = Delete webhook

# webhooks.html
settings-webhooks = Webhooks
settings-webhook = Webhook
settings-types = Types
settings-last-taken = Last taken
settings-add-a-webhook = Add a webhook
settings-add-webhook = Add webhook

# tokens.html
settings-access-tokens = Access tokens
settings-for-ci-and-scripts-each-has = For CI and scripts. Each has its own permissions and an end.
settings-new-token = New token
settings-shown-once-put-it-in-your = Shown once. Put it in your CI's secret store.
settings-create-a-token = Create a token
settings-create-token = Create token
settings-token = Token
settings-revoke = Revoke

# branding.rs
settings-colour = Colour
settings-of-links-buttons-and-marks-such = Of links, buttons and marks, such as #0b5fb0. Pages make the shades of the dark theme of it.
settings-welcome = Welcome
settings-markdown-on-the-start-page-in = Markdown on the start page, in place of the sentence there.
settings-logo = Logo
settings-a-png-jpeg-or-webp-of = A PNG, JPEG or WebP of at most { $kib } KiB, in place of the letter before the name. It is shown 28 pixels high, on white and on near-black.
settings-take-the-logo-away = Take the logo away
settings-saved = Saved.
settings-pages-and-mails-look-so-from = Pages and mails look so from now on.
settings-choose-the-image-again-browsers-do = Choose the image again: browsers do not keep it in a form that is refused.

# ci_trusts.rs
settings-no-ci-trusts-yet = No CI trusts yet
settings-with-one-a-pipeline-signs-in = With one, a pipeline signs in with its own identity and keeps no secret.
settings-issuer = Issuer
settings-who-signs-the-identity-of-the = Who signs the identity of the workload.
settings-audience = Audience
settings-what-the-identity-has-to-be = What the identity has to be made for: this installation.
settings-such-as-repo-acme-orders-ref = Such as repo:acme/orders:ref:refs/heads/main; * stands for anything but a colon.
settings-it-works = It works.
settings-the-issuer-was-reached-and-its = The issuer was reached and its keys were read. Nothing is kept yet.
settings-is-trusted = { $name } is trusted.
settings-what-goes-into-the-pipeline-is = What goes into the pipeline is below.
settings-every-token-it-gave-out-ended = Every token it gave out ended with it.
settings-it-is-trusted-no-more = It is trusted no more.

# delivery.rs
settings-pending = Pending
settings-failed = Failed
settings-delivered = Delivered
settings-given-up = Given up
settings-made-ready = Made ready { $relative }.
settings-body = Body
settings-ms = { $duration_ms } ms
settings-it-is-sent-again = It is sent again.
settings-with-the-same-id-a-receiver = With the same id: a receiver that has it can tell.

# end.rs
settings-close-the-tenant = Close the tenant
settings-its-gateways-refuse-every-call-at = Its gateways refuse every call at once, and only reading remains. For { $closing_days } days it can be opened again; then everything it owns is deleted for good.
settings-short-name-of-the-tenant = Short name of the tenant
settings-type-to-say-that-it-is = Type { $slug } to say that it is meant.
settings-close-tenant = Close tenant
settings-the-tenant-is-being-closed = The tenant is being closed
settings-everything-it-owns-is-deleted-on = Everything it owns is deleted on { $day }. Until then it can be opened again, and everything is as it was.
settings-open-tenant-again = Open tenant again
settings-no-other-export-began = No other export began.

# general.rs
settings-anyone = Anyone
settings-addresses-of-the-domains-below = Addresses of the domains below
settings-who-was-invited = Who was invited
settings-nobody = Nobody
settings-who-may-sign-up = Who may sign up
settings-domains = Domains
settings-one-a-line-such-as-example = One a line, such as example.com; at most 50.
settings-time-zone = Time zone
settings-such-as-europe-lisbon-quotas-of = Such as Europe/Lisbon: quotas of a day or a month begin at its midnight.
settings-days-of-notice = Days of notice
settings-before-limits-tighten-and-versions-end = Before limits tighten and versions end, 0 to { $notice_days_max }.
settings-it-holds-from-now-on = It holds from now on.

# mails.rs
settings-it-goes-to = It goes to { $to }.
settings-the-test-is-on-its-way = The test is on its way.

# mod.rs
settings-general = General
settings-lint-rules = Lint rules

# sign_in.rs
settings-on-the-button-people-press = On the button people press.
settings-in-the-callback-address-it-stays = In the callback address; it stays.
settings-such-as-https-login-example-com = Such as https://login.example.com; its discovery document is read.
settings-client-id = Client id
settings-client-secret = Client secret
settings-only-addresses-of-these-domains = Only addresses of these domains
settings-one-a-line-none-takes-every = One a line; none takes every address.
settings-who-signs-in-first-is = Who signs in first is
settings-people-sign-in-with-a-password = People sign in with a password
settings-add-an-openid-connect-provider-and = Add an OpenID Connect provider and they can use that one.
settings-in-use = In use
settings-off = Off
settings-every-address = Every address
settings-the-discovery-document-was-read-people = The discovery document was read; people sign in at { $origin }. Nothing is kept yet.
settings-is-on-the-sign-in-page = { $name } is on the sign-in page.
settings-its-callback-address-is = Its callback address is { $callback }.
settings-is-in-use = { $name } is in use.
settings-its-button-is-on-the-sign = Its button is on the sign-in page.
settings-is-off = { $name } is off.
settings-nobody-signs-in-with-it = Nobody signs in with it.
settings-remove = Remove { $name }?
settings-nobody-signs-in-with-it-any = Nobody signs in with it any more. People stay, and keep what they may do.
settings-remove-provider = Remove provider
settings-provider-removed = Provider removed.

# webhook.rs
settings-hours-both-secrets-sign = Hours both secrets sign
settings-given-up-since = Given up since
settings-nothing-to-show = Nothing to show
settings-what-was-sent-here-appears-with = What was sent here appears with its answers.
settings-it-fails-since = It fails since { $relative }.
settings-every-state = Every state
settings-what-waits-goes-to-this-address = What waits goes to this address.
settings-a-test-is-on-its-way = A test is on its way.
settings-its-answer-appears-below-within-seconds = Its answer appears below within seconds.
settings-resumed = Resumed.
settings-what-waited-is-sent-now = What waited is sent now.
settings-paused = Paused.
settings-events-wait-until-it-is-resumed = Events wait until it is resumed.
settings-both-secrets-sign-for-hours = Both secrets sign for { $overlap_hours } hours.
settings-there-is-another-secret = There is another secret.
settings-there-are-more-ask-again = There are more: ask again.
settings-their-answers-appear-below = Their answers appear below.
settings-are-sent-again = { $deliveries } are sent again.
settings-delete = Delete { $name }?
settings-nothing-is-sent-there-any-more = Nothing is sent there any more; what waits for it is dropped.
settings-webhook-deleted = Webhook deleted.

# webhooks.rs
settings-events-are-posted-here-signed-by = Events are posted here, signed by Standard Webhooks.
settings-types-of-events = Types of events
settings-one-a-line-such-as-subscription = One a line, such as subscription.approved or subscription.*; none is every type.
settings-failing = Failing
settings-active = Active
settings-paused-2 = Paused
settings-stopped = Stopped
settings-every-type = Every type
settings-other-programs-are-told-of-what = Other programs are told of what happens to this application.
settings-other-programs-are-told-of-events = Other programs are told of events.
settings-no-webhooks-yet = No webhooks yet
settings-other-programs-are-told-of-events-2 = Other programs are told of events through them.

# tokens.rs
settings-where-it-is-used-such-as = Where it is used, such as the repository.
settings-ends-in = Ends in
settings-a-year = A year
settings-speaks-for-me-above-all-tenants = Speaks for me above all tenants: tenants of the installation, shared gateways
settings-no-tokens-yet = No tokens yet
settings-tokens-for-ci-and-scripts-appear = Tokens for CI and scripts appear here.
settings-revoked = Revoked
settings-expired = Expired
settings-is-revoked = { $name } is revoked.
settings-it-is-refused-from-now-on = It is refused from now on.
settings-a-link-light = A link of the light theme
settings-a-link-dark = A link of the dark theme
