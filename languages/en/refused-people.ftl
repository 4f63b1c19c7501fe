# What verbs refuse about people: accounts, sign-in, members, teams, roles, tokens, tenants; and faults of values that several verbs take.

# account.rs
refused-people-make-one-in-the-console-under = Make one in the console, under Settings, Access tokens, or use the pages under /account.
refused-people-this-token-speaks-for-you-above = This token speaks for you above all tenants; your own account it does not open.
refused-people-this-token-opens-nobody-s-account = This token opens nobody's account: the person it works for did not make it themselves, lent it less than everything, or it was handed over. { $instead }
refused-people-this-token-is-for-some-apis = This token is for some APIs only; one that opens your account is for all of them. { $instead }
refused-people-only-a-token-that-may-do = Only a token that may do everything you may opens your account; this one lacks { $join }. { $instead }

# change_email.rs
refused-people-this-is-your-address-already-enter = This is your address already. Enter the new one.
refused-people-belongs-to-another-account-by-now = { $address } belongs to another account by now.

# prove.rs
refused-people-your-account-has-no-password-here = Your account has no password here. Sign in with your provider again.

# sign_in.rs
refused-people-this-is-not-your-password-if = This is not your password. If you have none yet, ask for one by mail: sign out, then choose "Forgot the password?".

# sign_up.rs
refused-people-takes-no-sign-ups-at-present = { $name } takes no sign-ups at present.
refused-people-use-an-address-of-is-of = Use an address of { $join }; '{ $email }' is of another domain.
refused-people-is-joined-by-invitation-ask-one = { $name } is joined by invitation. Ask one of its administrators for one.
refused-people-takes-no-sign-ups = { $name } takes no sign-ups.

# actor.rs
refused-people-your-account-is-used-in-other = Your account is used in other places, too, and here only your organisation said who you are. Sign in with your own password or passkey, and use the pages under /account or a token made then.

# delete.rs
refused-people-the-application-is-suspended-it-can = The application is suspended; it can be deleted when that is lifted.

# members.rs
refused-people-they-are-in-the-team-already = They are in the team already. Change their part in it where the team is managed.
refused-people-nobody-here-has-this-address-ask = Nobody here has this address. Ask an administrator to invite them first.
refused-people-whoever-is-invited-joins-as-a = Whoever is invited joins as a member; make them a lead once they are here.

# mod.rs
refused-people-too-many-applications-have-this-name = Too many applications have this name; choose another.
refused-people-you-are-not-a-member-of = You are not a member of that team.

# suspend.rs
refused-people-the-application-is-suspended-already = The application is suspended already.
refused-people-the-application-is-not-suspended = The application is not suspended.

# create.rs
refused-people-the-keys-of-could-not-be = The keys of '{ $issuer }' could not be read: { $failure }. Enter the issuer exactly as its tokens spell it; { $trim_end_matches }/.well-known/openid-configuration must answer.
refused-people-use-to-seconds-got = Use { $ttl_min_s } to { $ttl_max_s } seconds; got { $ttl }.

# pattern.rs
refused-people-write-the-subject-without-spaces = Write the subject without spaces.
refused-people-name-the-owner-before-the-first = Name the owner before the first '*', as in repo:acme/*:ref:refs/heads/main; '{ $pattern }' would take anybody's.
refused-people-use-at-most-8 = Use at most 8 '*'.

# console_calls.rs
refused-people-this-is-a-webhook-the-api = This is a webhook: the API calls it, nobody calls it here.

# create.rs
refused-people-use-1-to-1000-characters-or = Use 1 to 1000 characters, or leave it out for a public client; got { $length }.
refused-people-name-the-claim-whose-values-the = Name the claim whose values the grants speak of, such as groups.
refused-people-use-at-most-grants-this-has = Use at most { $entries_max } grants; this has { $grants }.
refused-people-name-the-role-or-the-team = Name the role or the team this value gives.
refused-people-you-may-not-make-somebody-so = You may not make somebody { $role }, so a provider of yours may not either.
refused-people-use-1-to-100-printable-characters = Use 1 to 100 printable characters without spaces or quotes; got '{ $scope }'.
refused-people-use-at-most-20-scopes-this = Use at most 20 scopes; this has { $scopes }.
refused-people-use-at-most-domains-this-has = Use at most { $entries_max } domains; this has { $email_domains }.
refused-people-enter-a-domain-such-as-example = Enter a domain such as example.com; got '{ $domain }'.
refused-people-a-tenant-has-at-most-identity = A tenant has at most { $providers_max } identity providers. Delete one first.
refused-people-there-is-an-identity-provider-already = There is an identity provider '{ $slug }' already.
refused-people-there-is-an-identity-provider-for = There is an identity provider for the client '{ $client_id }' at { $issuer } already. Change that one.

# installation.rs
refused-people-has-an-account-already = { $email } has an account already.

# write.rs
refused-people-there-are-terms-already = There are terms '{ $slug }' already.
refused-people-version-says-the-same = Version { $version } says the same.
refused-people-write-down-what-is-accepted = Write down what is accepted.
refused-people-remove-the-null-characters = Remove the null characters.

# ask.rs
refused-people-jobs-of-this-tenant-are-under = { $open } jobs of this tenant are under way. Wait for one of them, or cancel it.

# decisions.rs
refused-people-decide-1-to-requests-at-once = Decide 1 to { $decisions_max } requests at once; got { $count }.

# mod.rs
refused-people-the-job-is-over-already = The job is over already: { $state }.

# output.rs
refused-people-the-job-is-what-it-writes = The job is { $state }; what it writes can be fetched once it is done.
refused-people-what-the-job-wrote-was-deleted = What the job wrote was deleted after seven days. Start another.

# tenant_export.rs
refused-people-an-export-of-this-tenant-is = An export of this tenant is under way. Wait for it, or cancel it.

# templates.rs
refused-people-a-test-goes-to-whoever-asks = A test goes to whoever asks for it, and nobody made this token. Ask with one of your own.

# accept.rs
refused-people-this-invitation-is-for-another-address = This invitation is for another address than { $email }. Sign in with that one.
refused-people-has-an-account-already-sign-in = { $email } has an account already. Sign in, then open the link again.

# grants.rs
refused-people-has-this-role-there-already = { $name } has this role there already.

# ground.rs
refused-people-owners-own-the-whole-tenant-leave = Owners own the whole tenant; leave the scope out.
refused-people-every-member-is-a-developer-already = Every member is a developer already.

# invitations.rs
refused-people-was-invited-a-moment-ago = { $email } was invited a moment ago.
refused-people-is-a-disabled-member-enable-them = { $email } is a disabled member. Enable them instead.
refused-people-is-a-member-already = { $email } is a member already.

# join.rs
refused-people-you-are-a-member-of-already = You are a member of { $name } already.
refused-people-people-join-by-invitation-or-sign = People join by invitation or sign-up.

# roles.rs
refused-people-is-already = { $name } is { $status } already.
refused-people-this-is-the-only-active-owner = This is the only active owner. Make another member an owner first.

# transfer.rs
refused-people-name-another-member = Name another member.
refused-people-is-disabled-enable-them-first-or = { $name } is disabled. Enable them first, or name somebody else.

# membership.rs
refused-people-only-the-team-that-owns-the = Only the team that owns the application can do this.

# preferences.rs
refused-people-mail-of-always-comes-at-once = Mail of { $kind } always comes at once: something of yours stops working.
refused-people-nobody-gets-mail-of-use-a = Nobody gets mail of '{ $kind }'; use a type that the list has, or *.

# flow.rs
refused-people-does-not-answer-at-present-try = { $name } does not answer at present. Try again in a minute, or sign in another way.
refused-people-did-not-sign-you-in-try = { $name } did not sign you in. Try again, or sign in another way.
refused-people-this-sign-in-is-too-old = This sign-in is too old, was used already or began in another browser. Begin again.
refused-people-the-answer-of-could-not-be = The answer of { $name } could not be verified, so nobody was signed in. Begin again; if it happens again, tell an administrator.

# issuers.rs
refused-people-the-discovery-document-of-could-not = The discovery document of '{ $issuer }' could not be used: { $failure }. Enter the issuer exactly as its operator states it; { $trim_end_matches }/.well-known/openid-configuration must answer.

# prove.rs
refused-people-this-link-was-used-already-is = This link was used already, is too old, or belongs to another browser. Open it where you began, or begin again.

# settle.rs
refused-people-is-for-addresses-of-is-of = { $name } is for addresses of { $join }; '{ $email }' is of another domain.
refused-people-this-account-cannot-sign-in-here = This account cannot sign in here. Ask an administrator.
refused-people-has-an-account-already-begin-again = { $email } has an account already. Begin again and connect it with its password.
refused-people-this-sign-in-is-connected-with = This sign-in is connected with an account already. Begin again.

# one_time.rs
refused-people-this-link-was-used-already-or = This link was used already or is too old. Ask for a new one.

# ceremony.rs
refused-people-this-passkey-was-not-accepted-try = This passkey was not accepted. Try again, or choose another way in.

# register.rs
refused-people-you-have-passkeys-remove-one-that = You have { $passkeys_max } passkeys. Remove one that you no longer use.
refused-people-this-passkey-was-added-before = This passkey was added before.

# show.rs
refused-people-you-have-no-passkey-here = You have no passkey here.

# passwords.rs
refused-people-use-at-least-characters-this-has = Use at least { $length_min } characters; this has { $length }. A few random words work well.
refused-people-use-at-most-characters-this-has = Use at most { $length_max } characters; this has { $length }.
refused-people-this-is-easy-to-guess-it = This is easy to guess: it is common, repeats itself or is made of your name. Use a few random words.

# platform.rs
refused-people-only-a-platform-administrator-may-do = Only a platform administrator may do this.

# refusal.rs
refused-people-a-text-holds-the-character-u = A text holds the character U+0000, which cannot be stored. Remove it.
refused-people-use-at-most-characters-this-has-2 = Use at most { $max } characters; this has { $length }.

# change.rs
refused-people-is-a-built-in-role-choose = '{ $slug }' is a built-in role; choose another name.
refused-people-there-are-roles-which-is-the = There are { $roles_max } roles, which is the most; delete one that nobody holds.
refused-people-there-is-a-role-already = There is a role '{ $slug }' already.
refused-people-and = { $join } and { $last }
refused-people-is-a-built-in-role-and = '{ $slug }' is a built-in role and stays as it is; make a role of your own instead.
refused-people-choose-at-least-one-permission = Choose at least one permission.
refused-people-naming-owners-stays-with-owners-make = Naming owners stays with owners; make somebody an owner instead.
refused-people-you-may-not-do-yourself-so = You may not do '{ $permission }' yourself, so you cannot give it.
refused-people-you-may-not-do-yourself-so-2 = You may not do '{ $permission }' yourself, so you cannot take it away.

# check.rs
refused-people-this-code-is-wrong-or-was = This code is wrong or was used before. Wait for the next one your app shows.

# remove.rs
refused-people-turn-your-own-second-factor-off = Turn your own second factor off under Account, with a code of it.
refused-people-the-account-of-is-not-this = The account of { $name } is not this tenant's alone. The operator of the installation resets it: gatehouse reset-second-factor.
refused-people-has-no-second-factor-and-no = { $name } has no second factor and no passkey.

# set_up.rs
refused-people-you-have-a-second-factor-already = You have a second factor already. Turn it off before you set up another.
refused-people-this-is-not-the-code-the = This is not the code the app shows now. Check that the clock of your device is right.

# change.rs
refused-people-a-team-called-exists-already = A team called '{ $slug }' exists already.
refused-people-is-disabled-enable-them-first = { $name } is disabled. Enable them first.
refused-people-this-is-a-personal-team-make = This is a personal team. Make a team to share applications.

# tenants.rs
refused-people-the-tenant-is-already = The tenant is already { $status }.
refused-people-the-tenant-is-closed-that-is = The tenant is closed; that is final.
refused-people-the-tenant-is-being-closed-and = The tenant is being closed, and answers nobody already. Activate it first.
refused-people-the-tenant-is-set-it-to = The tenant is { $status }. Set it to closing first.
refused-people-use-at-most-50-domains-this = Use at most 50 domains; this has { $domains }.
refused-people-use-a-time-zone-such-as = Use a time zone such as Europe/Lisbon; '{ $zone }' is not known.
refused-people-use-0-to-days-got = Use 0 to { $notice_days_max } days; got { $days }.
refused-people-name-at-least-one-domain-or = Name at least one domain, or choose another way to sign up.

# close.rs
refused-people-send-the-tenant-s-slug-to = Send the tenant's slug, { $slug }, to say that it is meant.
refused-people-the-tenant-is = The tenant is { $status }.
refused-people-the-tenant-is-only-one-that = The tenant is { $status }; only one that is being closed is opened again.

# create.rs
refused-people-is-reserved-choose-another-name = '{ $slug }' is reserved; choose another name.
refused-people-another-tenant-is-called-choose-another = Another tenant is called '{ $slug }'; choose another name.
refused-people-on-the-gateways-already-leads-to = '/{ $slug }' on the gateways already leads to an API; choose another name.

# tokens.rs
refused-people-the-token-was-revoked-already = The token '{ $name }' was revoked already.

# create.rs
refused-people-use-1-to-days-got = Use 1 to { $days_max } days; got { $days }.
refused-people-choose-at-least-one-scope = Choose at least one scope.
refused-people-name-1-to-100-apis-or = Name 1 to 100 APIs, or none at all; got { $apis }.
refused-people-you-have-no-role-of-the = You have no role of the platform, so a token of yours may not speak for one.
refused-people-a-token-for-the-platform-is = A token for the platform is not for some APIs.
refused-people-a-token-for-the-platform-ends = A token for the platform ends no later than the one that makes it, at { $last }. Say fewer days, or none.
refused-people-name-apis-you-may-make-access = Name APIs: you may make access tokens for some only.
refused-people-you-may-not-do-yourself-so-3 = You may not do '{ $scope }' yourself, so a token of yours may not either.
refused-people-ci-exchanged-its-identity = CI exchanged its identity for this token, so no person's account is behind it.
refused-people-disabled-here = { $name } is disabled here and can do nothing until enabled again.
refused-people-only-reading = The tenant is { $state }: only reading remains.
refused-people-tenant-closed = The tenant is closed.
refused-people-has-it-as = { $name } has { $permission } on { $scope } as { $roles }.
refused-people-has-it-elsewhere = { $name } has { $permission } on { $scopes } only, not on { $api }.
refused-people-has-it-for-some = { $name } has { $permission } on { $scopes } only, not in the whole tenant.
refused-people-lacks-it-there = No role of { $name } allows { $permission } on { $api }. These do: { $roles }.
refused-people-lacks-it = No role of { $name } allows { $permission } in the whole tenant. These do: { $roles }.
refused-people-whole-tenant = the whole tenant
refused-people-the-api = the API { $name }
refused-people-the-product = the product { $name }
refused-people-the-team = the team { $name }
refused-people-have-this-role = { $count ->
        [one] { $names } has this role; take it from them first.
       *[other] { $names } have this role; take it from them first.
    }
refused-people-did-not-ask = { $name } signed you in without asking who you are, so this confirms nothing. Sign out there, then try again, or add a passkey or a password to your account and confirm with that.
refused-people-does-not-say-when = { $name } does not say when you last showed who you are, so this confirms nothing. Ask whoever runs it to answer max_age with auth_time (OpenID Connect), or add a passkey or a password to your account and confirm with that.
fault-slug-length = use 2 to 40 characters; '{ $text }' has { $length }
fault-slug-character = use lower-case letters, digits or dashes; '{ $text }' has '{ $letter }'
fault-slug-shape = start with a letter, end with a letter or digit and use single dashes; got '{ $text }'
fault-slug-reserved = '{ $text }' is reserved; choose another name
fault-email = enter an e-mail address such as name@example.com
fault-colour = write a colour as # and six hexadecimal digits, such as #0b5fb0
fault-colour-light = { $chosen } is too light: on the tinted grounds of light pages words in it have less contrast than 4.5 to 1. The nearest colour of its hue that has enough is { $nearest }
fault-limit-amount = use a number from 1 to { $max }; got { $got }
fault-limit-window = use a window of 1 to 3600 seconds; got { $got }
fault-rule-name = Name the rule in 1 to { $max } characters.
fault-conditions = Give 1 to { $max } conditions; got { $got }.
fault-values = Give 1 to { $max }; got { $got }.
fault-domain = Write a domain in lower case, such as acme.example; got '{ $got }'.
fault-team = Name a team by its slug: { $fault }.
fault-below-zero = Use a number from 1; nothing is below 0.
fault-questions = Ask at most { $max } questions; got { $got }.
fault-question-key = Name the question by a slug: { $fault }.
fault-same-key = Another question has this key.
fault-question = Ask in 1 to { $max } characters, on one line.
fault-choices = Give a choice 2 to { $max } different ones of 1 to { $length } characters, and a text none.
fault-not-asked = The plan does not ask this.
fault-unanswered = Answer this: { $question }
fault-not-a-choice = Answer one of: { $choices }.
fault-too-long = Use at most { $max } characters; this has { $got }.
fault-control-character = Remove the control characters.
fault-currency = Use a code of ISO 4217, such as EUR; got '{ $got }'.
fault-no-period = Say for how long the amount pays: a day, a month or a year.
fault-no-amount = Say how much a period costs, or leave the period out.
fault-no-price = Say what a period costs, a thousand calls, or both.
fault-amount = Use a number such as 49.90, at most { $whole } digits and { $fraction } after the point; got '{ $got }'.
fault-backend-secret = Write a backend secret as {"${vault:NAME}"}, by the name it has at this API.
refused-people-wrong = E-mail or password is wrong.
refused-people-others = { $count ->
        [one] { $count } other
       *[other] { $count } others
    }
