# Mails and the notices beside them: subjects, sentences, links, and why somebody gets them.

# access.rs
emails-you-get-this-because-you-belong = You get this because you belong to the team of { $application } at { $tenant }.
emails-requests-access-to-for = { $requester } requests access to { $api } for { $application }
emails-requests-access-to-for-plan-in = { $requester } requests access to { $api } for { $application }, plan { $plan }, in { $environment }.
emails-nobody-has-decided-yet = Nobody has decided yet.
emails-decide-request = Decide request
emails-you-get-this-because-you-decide = You get this because you decide access requests at { $tenant }. An administrator can change your roles.
emails-message-from-about-for = Message from { $author } about { $api } for { $application }
emails-wrote-about-the-request-of-for = { $author } wrote about the request of { $application } for { $api }.
emails-answer-on-the-page-of-the = Answer on the page of the request.
emails-open-request = Open request
emails-you-get-this-because-you-belong-2 = You get this because you belong to one of the two sides of this request at { $tenant }.
emails-a-decision-for-is-due = A decision for { $application } is due
emails-a-decision-is-due-by-utc = A decision is due by { $due } UTC.
emails-nobody-decided-in-time-for = Nobody decided in time for { $application }
emails-a-decision-was-due-by-utc = A decision was due by { $due } UTC and nobody has decided.
emails-asked-for-plan-for-in = { $requester } asked for { $api }, plan { $plan }, for { $application } in { $environment }.
emails-access-to-approved-for = Access to { $api } approved for { $application }
emails-may-call-in-under-the-plan = { $application } may call { $api } in { $environment } under the plan { $plan }, approved{ $by }.
emails-create-a-key-for-the-application = Create a key for the application, if it has none yet.
emails-open-application = Open application
emails-access-to-rejected-for = Access to { $api } rejected for { $application }
emails-the-request-of-for-was-rejected = The request of { $application } for { $api } was rejected{ $by }.
emails-you-may-request-access-again = You may request access again.
emails-access-to-is-considered-again-for = Access to { $api } is considered again for { $application }
emails-the-refusal-of-for-was-taken = The refusal of { $application } for { $api } was taken back{ $by }. The request waits for a decision again.
emails-nothing-needs-to-be-done = Nothing needs to be done.
emails-access-to-suspended-for = Access to { $api } suspended for { $application }
emails-calls-of-to-in-are-refused = Calls of { $application } to { $api } in { $environment } are refused since it was suspended{ $by }.
emails-the-keys-stay-as-they-are = The keys stay as they are. Access returns when the suspension is lifted.
emails-access-to-restored-for = Access to { $api } restored for { $application }
emails-may-call-in-again-the-suspension = { $application } may call { $api } in { $environment } again; the suspension was lifted{ $by }.
emails-access-to-revoked-for = Access to { $api } revoked for { $application }
emails-may-no-longer-call-in-access = { $application } may no longer call { $api } in { $environment }; access was revoked{ $by }.
emails-its-keys-still-work-for-other = Its keys still work for other APIs.
emails-access-to-expired-for = Access to { $api } expired for { $application }
emails-the-access-of-to-in-has = The access of { $application } to { $api } in { $environment } has reached its end date.
emails-it-can-be-renewed-within-30 = It can be renewed within 30 days with the same keys.
emails-renew-access = Renew access
emails-access-to-renewed-for = Access to { $api } renewed for { $application }
emails-may-go-on-calling-in-under = { $application } may go on calling { $api } in { $environment } under the plan { $plan }.
emails-the-keys-stay-as-they-are-2 = The keys stay as they are.
emails-plan-of-for-is-now = Plan of { $application } for { $api } is now { $plan }
emails-now-calls-in-under-the-plan = { $application } now calls { $api } in { $environment } under the plan { $plan }.

# account.rs
emails-confirm-your-e-mail-address-for = Confirm your e-mail address for { $tenant }
emails-confirm-this-address-to-finish-signing = Confirm this address to finish signing up to { $tenant } as { $name }.
emails-the-link-works-once-for-24 = The link works once, for 24 hours.
emails-confirm-e-mail-address = Confirm e-mail address
emails-you-get-this-because-this-address = You get this because this address was entered at sign-up. If that was not you, do nothing: without the link no account is opened.
emails-finish-signing-in-to = Finish signing in to { $tenant }
emails-confirm-this-address-to-finish-signing-2 = Confirm this address to finish signing in to { $tenant } with { $provider }.
emails-the-link-works-once-for-one = The link works once, for one hour, in the browser in which you began.
emails-you-get-this-because-somebody-came = You get this because somebody came to us from there with this address. If that was not you, do nothing: without the link no account is opened.
emails-was-connected-with-your-account = { $provider } was connected with your account
emails-you-can-sign-in-to-with = You can sign in to { $tenant } with { $provider } from now on.
emails-if-that-was-not-you-choose = If that was not you, choose a new password now and tell an administrator.
emails-choose-a-new-password = Choose a new password
emails-you-get-this-whenever-a-way = You get this whenever a way to sign in is added to your account.
emails-you-already-have-an-account-for = You already have an account for { $tenant }
emails-this-address-was-entered-at-sign = This address was entered at sign-up, and it has an account already.
emails-sign-in-with-the-password-you = Sign in with the password you have. If you forgot it, ask for a new one on the same page.
emails-sign-in = Sign in
emails-you-get-this-because-this-address-2 = You get this because this address was entered at sign-up. If that was not you, do nothing: your account is unchanged.
emails-choose-a-new-password-for = Choose a new password for { $tenant }
emails-a-new-password-was-asked-for = A new password was asked for.
emails-the-link-works-once-for-one-2 = The link works once, for one hour. Using it ends every session of yours.
emails-you-get-this-because-a-new = You get this because a new password was asked for with this address. If that was not you, do nothing: your password is unchanged.
emails-your-password-for-was-changed = Your password for { $tenant } was changed
emails-your-password-was-changed-and-every = Your password was changed and every session of yours was ended.
emails-you-get-this-whenever-the-password = You get this whenever the password of your account changes.
emails-confirm-your-new-address-for = Confirm your new address for { $tenant }
emails-wants-to-sign-in-to-with = { $name } wants to sign in to { $tenant } with this address.
emails-the-link-works-once-for-one-3 = The link works once, for one hour.
emails-confirm-this-address = Confirm this address
emails-you-get-this-because-this-address-3 = You get this because this address was entered as the new one of an account. If that was not you, do nothing: nothing changes.
emails-your-address-for-was-changed = Your address for { $tenant } was changed
emails-you-sign-in-to-with-from = You sign in to { $tenant } with { $new } from now on. Mail goes there.
emails-if-that-was-not-you-take = If that was not you, take the change back: every session ends, and you choose another password. The link works once, for 7 days.
emails-take-the-change-back = Take the change back
emails-you-get-this-because-this-was = You get this because this was the address of the account until now.
emails-you-get-this-whenever-the-second = You get this whenever the second factor or the passkeys of your account change or a recovery code is used.
emails-second-factor-turned-on-for = Second factor turned on for { $tenant }
emails-a-code-of-your-app-is = A code of your app is asked for after your password from now on. Every other session of yours was ended.
emails-second-factor-turned-off-for = Second factor turned off for { $tenant }
emails-your-password-alone-signs-you-in = Your password alone signs you in from now on.
emails-second-factor-reset-for = Second factor reset for { $tenant }
emails-an-administrator-took-your-second-factor = An administrator took your second factor and your passkeys away, and every session of yours was ended. Your password alone signs you in from now on.
emails-passkey-added-for = Passkey added for { $tenant }
emails-a-passkey-was-added-to-your = A passkey was added to your account. It signs in without your password from now on.
emails-passkey-removed-for = Passkey removed for { $tenant }
emails-a-passkey-was-taken-out-of = A passkey was taken out of your account. It does not sign in any more.
emails-a-recovery-code-was-used-for = A recovery code was used for { $tenant }
emails-one-of-your-recovery-codes-was = One of your recovery codes was used in place of a code of your app. It does not work again.
emails-new-recovery-codes-for = New recovery codes for { $tenant }
emails-new-recovery-codes-were-made-the = New recovery codes were made. The ones before do not work any more.
emails-invites-you-to = { $inviter } invites you to { $tenant }
emails-invites-you-to-as = { $inviter } invites you to { $tenant } as { $as_what }.
emails-the-link-works-once-for-7 = The link works once, for 7 days, and for this address only.
emails-accept-invitation = Accept invitation
emails-you-get-this-because-entered-this = You get this because { $inviter } entered this address. If you do not expect it, do nothing.

# digest.rs
emails-open-inbox = Open inbox
emails-you-get-this-because-you-chose = You get this because you chose mails that tell several things at once at { $tenant }; your notification settings change that.

# incident.rs
emails-it-concerns = It concerns { $apis }.
emails-open-incident = Open incident
emails-you-get-this-because-you-follow = You get this because you follow what it concerns at { $tenant }, or an application of yours has access to it.

# talk.rs
emails-question-about-from = Question about { $api } from { $author }
emails-asks-about = { $author } asks about { $api }.
emails-answer-where-everybody-who-has-the = Answer where everybody who has the same question reads it.
emails-open-question = Open question
emails-you-get-this-because-you-answer = You get this because you answer for { $api } at { $tenant }.
emails-answer-about-from = Answer about { $api } from { $author }
emails-answered-a-question-about = { $author } answered a question about { $api }.
emails-you-get-this-because-you-wrote = You get this because you wrote there, or answer for { $api }, at { $tenant }.
emails-open-changelog = Open changelog
emails-you-get-this-because-you-follow-2 = You get this because you follow { $api } at { $tenant }. Its page has the button that stops it.

# usage.rs
emails-calls-with-it-are-refused-create = Calls with it are refused. Create another key if the application still needs one.
emails-the-old-key-works-until-the = The old key works until the end of the overlap.
emails-calls-with-it-are-refused-put = Calls with it are refused. Put the new key in its place, and look for calls that were not yours.
emails-nobody-used-it-any-more-the = Nobody used it any more; the key that replaced it works on.
emails-replace-it-before-that-with-an = Replace it before that: with an overlap both keys work while you change over.
emails-only-whoever-made-it-has-seen = Only whoever made it has seen it.
emails-open-keys = Open keys
emails-it-ends-within-a-day-on = It ends within a day, on { $at } UTC.
emails-it-ends-within-days-on-utc = It ends within { $days } days, on { $at } UTC.
emails-was-suspended = { $application } was suspended
emails-every-call-with-its-keys-is = Every call with its keys is refused until the suspension is lifted.
emails-suspension-of-lifted = Suspension of { $application } lifted
emails-its-keys-work-again = Its keys work again.
emails-webhook-was-disabled = Webhook { $webhook } was disabled
emails-nothing-more-is-sent-to-the = Nothing more is sent to the webhook { $webhook }.
emails-what-happens-meanwhile-is-kept-for = What happens meanwhile is kept for 30 days. Resume the webhook when its receiver works, then have what was missed sent again.
emails-you-get-this-because-you-may = You get this because you may manage webhooks at { $tenant }.
emails-certificate-ends-soon = Certificate { $certificate } ends soon
emails-the-certificate-is-for = The certificate { $certificate } is for { $hosts }. { $ends }
emails-clients-refuse-a-certificate-that-has = Clients refuse a certificate that has ended. Put a renewed one under the same name: it is served at once, without a restart.
emails-you-get-this-because-you-manage = You get this because you manage { $tenant }.
emails-limits-of-the-plan-changed = Limits of the plan { $plan } changed
emails-the-plan-which-uses-has-other = The plan { $plan }, which { $application } uses, has other limits now.
emails-the-application-s-page-shows-the = The application's page shows the limits that hold.
emails-new-version-of = New version of { $terms }
emails-version-of-which-hold-for-a = Version { $version } of { $terms }, which hold for a plan of { $application }, was published.
emails-calls-go-on-as-before-read = Calls go on as before. Read and accept it on the page of the access; renewals and other plans ask for it.
emails-was-retired = { $api } was retired
emails-which-uses-was-retired-calls-to = { $api }, which { $application } uses, was retired. Calls to it are answered with 410 Gone.
emails-is-deprecated = { $api } is deprecated
emails-its-page-names-the-version-that = Its page names the version that follows it, if there is one.
emails-open-api = Open API
emails-somebody = Somebody
emails-once-you-decide = You get this once, because you decide access requests at { $tenant }.
emails-once-passed-on = You get this once, because late decisions are passed on to you at { $tenant }.
emails-notices-from = { $count ->
        [one] { $count } notice from { $tenant }
       *[other] { $count } notices from { $tenant }
    }
emails-notices-since = { $count ->
        [one] Since the last mail there were { $count } notice:
       *[other] Since the last mail there were { $count } notices:
    }
emails-notices-more = And { $count } more.
emails-by = {" "}by { $actor }
emails-key-revoked-subject = Key { $key } of { $application } revoked
emails-key-revoked = The key { $key } of { $application } was revoked{ $by }.
emails-key-replaced-subject = Key { $key } of { $application } replaced
emails-key-replaced = The key { $key } of { $application } was replaced{ $by }.
emails-key-leaked-subject = Key { $key } of { $application } replaced because it leaked
emails-key-leaked = The key { $key } of { $application } was replaced because it leaked{ $by }.
emails-key-retired-subject = Key { $key } of { $application } retired
emails-key-retired = The key { $key } of { $application } was retired{ $by }.
emails-key-expiring-subject = Key { $key } of { $application } about to expire
emails-key-expiring = The key { $key } of { $application } is about to expire{ $by }.
emails-key-created-subject = Key { $key } of { $application } created
emails-key-created = The key { $key } of { $application } was created{ $by }.
emails-deprecated-until = { $api }, which { $application } uses, is deprecated. It is served until { $date }.
emails-deprecated = { $api }, which { $application } uses, is deprecated.
emails-request-withdrawn = Request of { $application } for { $api } withdrawn
emails-access-cancelled = Access of { $application } to { $api } cancelled
emails-was-deleted = { $name } was deleted
emails-no-longer-served = { $version } is no longer served
emails-deprecated-and-ends = { $version } is deprecated and ends on { $day }
emails-your-roles = Your roles at { $tenant } are now { $roles }
emails-breaks-calls = { $api } { $version } breaks what { $name } calls
emails-breaks-calls-body = { $changes }; { $name } made { $calls } of what they are about in { $days }.
emails-breaking-changes = { $count ->
        [one] { $count } breaking change
       *[other] { $count } breaking changes
    }
emails-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
emails-applications-concerned = { $count ->
        [one] { $count } application concerned.
       *[other] { $count } applications concerned.
    }
emails-parts-not-compared = { $count ->
        [one] { $count } part not compared
       *[other] { $count } parts not compared
    }
emails-revision-waits = { $name }: revision { $number } waits to be accepted
emails-revision-accepted = { $name }: revision { $number } was accepted
emails-can-be-published = It can be published now. { $reason }
emails-export-done = The export is done
emails-export-failed = The export failed
emails-publish-done = Publishing { $subject } is done
emails-publish-failed = Publishing { $subject } failed
emails-decisions-done = Deciding is done
emails-decisions-failed = Deciding failed
emails-everything-at = everything at { $tenant }
emails-and-more = { $named } and { $more } more
emails-was-hidden = What you wrote about { $api } was hidden
emails-is-live = { $version } is live
emails-new-description = { $version } has a new description
emails-role-for-api = { $role } for the API { $name }
emails-role-for-product = { $role } for the product { $name }
emails-role-for-team = { $role } for the team { $name }
event-subscription-requested-says = Access, another plan or a renewal was asked for and waits for a decision.
event-subscription-approved-says = A request was agreed to, by somebody or by a rule.
event-subscription-granted-says = Access was given without having been asked for.
event-subscription-rejected-says = A request was refused.
event-subscription-reconsidered-says = A refusal was taken back: the request waits again.
event-subscription-message-says = Somebody wrote to the other side of a request; the text is the reason.
event-subscription-suspended-says = The provider stopped access.
event-subscription-unsuspended-says = The provider's stop was lifted.
event-subscription-plan-changed-says = Another plan is in force.
event-subscription-renewed-says = Access was extended.
event-subscription-revoked-says = The provider ended access.
event-subscription-expired-says = Access reached its end date.
event-approval-due-says = A request has to be decided soon.
event-approval-escalated-says = A request was not decided in time.
event-credential-revoked-says = A credential was taken away.
event-credential-leaked-says = A credential was replaced without overlap because it leaked.
event-credential-expiring-says = A credential ends in 30, 7 or 1 days.
event-certificate-expiring-says = A certificate of an own domain ends in 30, 7 or 1 days.
event-application-suspended-says = An application was stopped.
event-application-unsuspended-says = An application's stop was lifted.
event-api-published-says = A version was offered, or its description replaced.
event-api-deprecated-says = A version was given a last day.
event-api-retired-says = A version is no longer served.
event-api-noted-says = The owners of an API wrote into its changelog.
event-api-question-asked-says = Somebody asks something about an API.
event-api-question-answered-says = Somebody answered a question about an API.
event-incident-opened-says = Something is wrong with APIs, or maintenance is planned.
event-incident-updated-says = More is known of an incident.
event-incident-resolved-says = An incident is over.
event-plan-changed-says = A plan's limits are different.
event-terms-published-says = Terms were made, or a new version of them.
event-webhook-disabled-says = A webhook failed for too long, and nothing more is sent to it.
emails-everything-else = Everything else.
emails-planned-maintenance = Planned maintenance
emails-planned-from = Planned from { $starts } UTC.
emails-planned-until = Planned until { $ends } UTC.
emails-planned-between = Planned from { $starts } to { $ends } UTC.
