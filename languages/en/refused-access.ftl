# What verbs refuse about access: keys and other credentials, plans, products, requests and decisions.

# material.rs
refused-access-a-credential-of-the-kind-needs = A credential of the kind { $kind } needs this.
refused-access-leave-this-out-it-is-for = Leave this out: it is for the kind { $of }, and this one is { $kind }.
refused-access-another-credential-of-this-environment-is = Another credential of this environment is proved by this already; revoke that one, and send another here.
refused-access-a-credential-that-this-proved-was = A credential that this proved was revoked: make another key pair, and send its public half.
refused-access-use-at-most-16-kib = Use at most 16 KiB.
refused-access-this-holds-a-private-key-treat = This holds a private key; treat it as leaked, and send the public half of another.
refused-access-send-a-json-web-key-rfc = Send a JSON Web Key (RFC 7517): an object with kty and the numbers of that kind of key.
refused-access-send-an-rsa-ec-or-okp = Send an RSA, EC or OKP key; a shared secret is the kind hmac.
refused-access-its-members-are-not-the-numbers = Its members are not the numbers of such a key (RFC 7518 §6).
refused-access-this-holds-a-private-key-treat-2 = This holds a private key; treat it as leaked, and send a certificate of another.
refused-access-send-one-certificate-in-pem-form = Send one certificate in PEM form, from -----BEGIN CERTIFICATE----- on.
refused-access-this-is-no-x-509-certificate = This is no X.509 certificate (RFC 5280).
refused-access-it-ended-at-send-one-that = It ended at { $written }: send one that is valid.
refused-access-it-begins-at-send-it-then = It begins at { $written }: send it then.

# mod.rs
refused-access-use-1-to-days-got = Use 1 to { $max } days; got { $days }.
refused-access-the-application-has-keys-in-this = The application has { $live_keys_max } keys in this environment; revoke one first.

# revoke.rs
refused-access-this-key-has-expired = This key has expired.

# rotate.rs
refused-access-this-key-was-replaced-already = This key was replaced already.
refused-access-this-key-has-expired-make-a = This key has expired; make a new one.
refused-access-use-0-to-seconds-got = Use 0 to { $max } seconds; got { $overlap_s }.
refused-access-a-key-that-leaked-ends-now = A key that leaked ends now: use 0 seconds, or leave this out.
refused-access-use-to-hours-got = Use { $start } to { $end } hours; got { $hours }.
refused-access-without-an-overlap-the-former-key = Without an overlap the former key ends now; leave this out.
refused-access-gateways-do-not-check-credentials-of = Gateways do not check credentials of the kind { $of } yet, so nobody knows when one is quiet; leave this out.
refused-access-the-key-ending-in-which-this = The key ending in { $last4 }, which this one replaced, still works; retire it first or rotate without overlap.

# scope.rs
refused-access-use-at-most-products-or-none = Use at most { $scope_max } products, or none for all; got { $products }.

# approval.rs
refused-access-use-to-seconds-got = Use { $start } to { $end } seconds; got { $due_s }.
refused-access-this-plan-needs-two-people-whom = This plan needs two people, whom no rule replaces; use the mode shadow or off.
refused-access-there-is-no-team = There is no team '{ $team }'.

# close.rs
refused-access-the-plan-is-closed-already = The plan is closed already.
refused-access-move-to-another-plan-that-is = Move to another plan that is on offer.
refused-access-subscriptions-have-this-plan-say-which = { $subscriptions } subscriptions have this plan; say which plan they move to or when they end.

# limits.rs
refused-access-use-at-most-limits-those-of = Use at most { $limits_max } limits, those of operations included; got { $count }.
refused-access-this-limit-is-in-the-list = This limit is in the list already.

# mod.rs
refused-access-has-a-plan-already = { $name } has a plan '{ $slug }' already.
refused-access-offer-the-plan-in-at-least = Offer the plan in at least one environment.
refused-access-use-1-to-3650-days-got = Use 1 to 3650 days; got { $days }.
refused-access-use-0-to-seconds-got-2 = Use 0 to { $overlap_max_s } seconds; got { $max_overlap_s }.
refused-access-say-with-max-subscription-days-how = Say with max_subscription_days how long a trial lasts.

# operation_limits.rs
refused-access-a-single-operation-can-have-a = A single operation can have a rate; quotas count every call of the plan.
refused-access-name-it-by-method-and-path = Name it by method and path, such as GET /pets/{"{id}"}.
refused-access-no-version-of-it-has-use = No version of it has { $operation }; use an operation of a published description.

# restore.rs
refused-access-the-plan-is-closed-or-has = The plan { $name } is closed or has no revision { $number }.

# terms.rs
refused-access-accept-version-of-which-stands-at = Accept version { $number } of { $title }, which stands at /terms/{ $slug }.
refused-access-the-plan-takes-no-new-requests = The plan { $name } takes no new requests.
refused-access-the-plan-is-not-offered-in = The plan { $name } is not offered in the { $kind }.

# update.rs
refused-access-without-notice-it-counts-at-once = Without notice it counts at once; leave the moment out.
refused-access-nothing-changes-then-leave-it-out = Nothing changes then; leave it out, or give other limits.
refused-access-this-takes-something-from-subscriptions-who = This takes something from { $subscriptions } subscriptions, who are given { $value } days' notice: begin on { $date } or later.
refused-access-the-plan-is-closed = The plan is closed.
refused-access-close-a-plan-by-closing-it = Close a plan by closing it, which says what happens to its subscriptions.
refused-access-a-plan-cannot-become = A { $from } plan cannot become { $to }.

# change.rs
refused-access-there-is-a-product-or-an = There is a product or an API '{ $slug }' already.
refused-access-the-product-is-retired = The product is retired.
refused-access-end-a-product-by-retiring-it = End a product by retiring it, which ends its subscriptions.
refused-access-a-product-cannot-become = A { $state } product cannot become { $wanted }.
refused-access-say-first-what-the-product-opens = Say first what the product opens: it has no items.

# items.rs
refused-access-a-product-on-offer-opens-something = A product on offer opens something; retire it instead.
refused-access-use-at-most-versions-got = Use at most { $items_max } versions; got { $input }.
refused-access-is-retired = { $slug } { $label } is retired.
refused-access-this-version-is-in-the-list = This version is in the list already.
refused-access-name-at-least-one-operation-or = Name at least one operation, or leave the list out to open all.
refused-access-the-version-has-no-operation-name = The version has no operation '{ $operation }'; name one by method and path, such as GET /pets/{"{id}"}.

# mod.rs
refused-access-this-product-stands-for-the-api = This product stands for the API { $slug }; change the API.

# retire.rs
refused-access-deprecate-the-product-first = Deprecate the product first.
refused-access-the-product-is-retired-already = The product is retired already.

# moderate.rs
refused-access-it-is-hidden-already = It is hidden already.
refused-access-it-is-not-hidden = It is not hidden.

# write.rs
refused-access-nobody-stands-behind-this-access-token = Nobody stands behind this access token, so it cannot write.
refused-access-this-question-has-answers-the-most = This question has { $answers_max } answers, the most there can be. Ask anew.

# acceptance.rs
refused-access-version-of-was-accepted-already = Version { $number } of { $title } was accepted already.

# approval.rs
refused-access-this-was-asked-already-and-waits = This was asked already and waits for a decision.
refused-access-you-agreed-already-another-person-has = You agreed already; another person has to agree too.
refused-access-somebody-else-agreed-to-another-plan = Somebody else agreed to another plan; agree to the same one, or reject.

# change_plan.rs
refused-access-the-plan-is-already = The plan is { $name } already.
refused-access-the-plan-is-a-trial-with = The plan { $name } is a trial, with which access begins.
refused-access-no-other-plan-is-asked-for = No other plan is asked for any more.
refused-access-the-plan-is-not-on-offer = The plan { $name } is not on offer here any more.

# deadlines.rs
refused-access-use-to-seconds-got-2 = Use { $start } to { $end } seconds; got { $seconds }.
refused-access-offer-at-most-reasons-got = Offer at most { $reject_reasons_max } reasons; got { $count }.
refused-access-this-reason-is-in-the-list = This reason is in the list already.

# decide.rs
refused-access-together-the-conditions-of-both-approvers = Together, the conditions of both approvers leave no time between start and end.
refused-access-the-end-must-lie-after-the = The end must lie after the start, and in the future.
refused-access-the-plan-ends-after-at-most = The plan { $name } ends after at most { $days } days.
refused-access-start-within-ten-years = Start within ten years.
refused-access-the-plan-needs-more-approvals-than = The plan { $name } needs more approvals than this request; reject it and let them ask for that plan.
refused-access-the-plan-is-a-trial-reject = The plan { $name } is a trial; reject this request and let them ask for that plan.

# decide_many.rs
refused-access-decide-at-most-requests-at-once = Decide at most { $decisions_max } requests at once.

# delegation.rs
refused-access-name-somebody-else = Name somebody else.
refused-access-end-after-the-start-and-at = End after the start and at most { $delegation_days_max } days after it.
refused-access-it-is-over-already = It is over already, { $ago }.
refused-access-nobody-stands-behind-this-caller-say = Nobody stands behind this caller; say who is away.
refused-access-only-who-decides-requests-can-be = Only who decides requests can be stood in for.
refused-access-there-are-deputies-already-take-one = There are { $delegations_max } deputies already; take one back first.

# grant.rs
refused-access-the-plan-needs-two-people-ask = The plan { $name } needs two people; ask for access and let two approvers agree.
refused-access-this-is-your-own-team-s = This is your own team's application; ask for access and let another approver decide.

# limits.rs
refused-access-the-plan-allows-already-use-a = The plan allows { $in_words } already; use a lower limit.

# messages.rs
refused-access-this-request-has-messages-the-most = This request has { $messages_max } messages, the most there can be. Decide it, or ask anew.

# renew.rs
refused-access-it-has-no-end-date = It has no end date.
refused-access-the-plan-is-a-trial-which = The plan { $name } is a trial, which is not renewed; ask for another plan.
refused-access-the-plan-has-no-term-to = The plan { $name } has no term to renew for; ask for access again.
refused-access-more-than-one-term-is-left = More than one term is left; renew it later.
refused-access-the-same-access-was-asked-for = The same access was asked for again since; this one stays over.
refused-access-no-renewal-is-asked-for-any = No renewal is asked for any more.

# request.rs
refused-access-the-team-has-asked-for-the = The team has asked for the trial { $name } before; choose another plan.
refused-access-the-same-access-was-asked-for-3 = The same access was asked for just now.

# rights.rs
refused-access-nobody-stands-behind-this-access-token-2 = Nobody stands behind this access token, so it cannot decide.
refused-access-you-asked-for-this-yourself-another = You asked for this yourself; another approver has to decide.
refused-access-whoever-you-stand-in-for-asked = Whoever you stand in for asked for this; another approver has to decide.

# simulate.rs
refused-access-use-1-to-days-got-2 = Use 1 to { $simulated_days_max } days; got { $days }.
refused-access-the-plan-has-no-rule-send = The plan has no rule; send one to try.

# store.rs
refused-access-the-subscription-was-changed-by-somebody = The subscription was changed by somebody else just now.

# why_not.rs
refused-access-it-expired-more-than-30-days = It expired more than 30 days ago; ask for access again.
refused-access-it-is-not-suspended = It is not suspended.
refused-access-it-is-not-paused = It is not paused.
refused-access-it-still-waits-for-a-decision = It still waits for a decision.
refused-access-it-is-is-not-possible-now = It is { $shown }; { $event } is not possible now.

# wish.rs
refused-access-the-application-is-suspended = The application is suspended.
refused-access-terms-first = The plan { $plan } needs version { $number } of { $title } (/terms/{ $slug }) to be accepted; accept it first.
refused-access-terms-reject = The plan { $plan } needs version { $number } of { $title } (/terms/{ $slug }) to be accepted; reject this request and let them ask for that plan.
refused-access-deleted-since = { $name } was deleted since; there is nothing left to grant.
refused-access-asked-again = { $name } asked again since; decide about that request.
refused-access-was-asked = { $environment } access of { $application } to { $api } was asked for { $ago }.
refused-access-is-already = { $environment } access of { $application } to { $api } is { $state } already.
event-withdraw = withdraw
event-approve = approve
event-reject = reject
event-reconsider = reconsider
event-suspend = suspend
event-unsuspend = unsuspend
event-pause = pause
event-resume = resume
event-change-plan = change_plan
event-renew = renew
event-cancel = cancel
event-revoke = revoke
event-expire = expire
event-supersede = supersede
refused-access-already-by-ago = Already { $state } by { $name }, { $ago }.
refused-access-already-by = Already { $state } by { $name }.
refused-access-already-ago = Already { $state }, { $ago }.
refused-access-already = Already { $state }.
refused-access-key-was-revoked-ago = This key was revoked { $ago }; make a new one.
refused-access-key-was-revoked = This key was revoked; make a new one.
refused-access-product-has-subscriptions = { $count ->
        [one] The product has { $count } open subscription; give a reason to retire it all the same.
       *[other] The product has { $count } open subscriptions; give a reason to retire it all the same.
    }
reason-smaller-plan = Use a smaller plan first
reason-purpose = Purpose needs more detail
reason-another-api = Another API fits better
reason-data-use = Data use is not agreed yet
refused-access-asked-for-again = The same access was asked for again meanwhile.
