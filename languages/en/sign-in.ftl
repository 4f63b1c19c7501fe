# Getting in: signing in and up, links from mails, a new password.

sign-in-title = Sign in
sign-in-to = To { $tenant }.
# $place is one of the texts sign-in-next-...
sign-in-going-on = You go on to <b>{ $place }</b>.
sign-in-next-request = Request access
sign-in-next-your-request = your access request
sign-in-next-applications = your applications
sign-in-next-queue = the approval queue
sign-in-next-console = the console
sign-in-demo = Demo sign-in
sign-in-demo-person = Continue as { $name } ({ $role })
sign-in-or = or
sign-in-continue = Continue
sign-in-continue-with = Continue with { $provider }
sign-in-forgot = Forgot the password?
sign-in-new-here = New here? <link>Create an account</link>.
sign-in-by-invitation = Accounts are made by invitation.
sign-in-wrong = E-mail or password is wrong.
sign-in-passkey = Use a passkey

# Labels of fields, and what helps to fill them.
field-name = Name
field-your-name = Your name
field-email = E-mail
field-password = Password
field-new-password = New password
password-rule = At least 15 characters.
password-rule-words = At least 15 characters. A few words are easier to keep than signs.

sign-up-title = Create an account
sign-up-with = With { $tenant }. A mail asks you to confirm the address.
sign-up-button = Create account
sign-up-have-one = Have one already? <link>Sign in</link>.

sent-title = Check your mail
sent-lead = If { $email } can have an account here, a link is on its way. It works once, for one hour.
sent-held = This installation sends no mail yet: every mail waits in the outbox.
sent-outbox = Open outbox
sent-nothing = Nothing after a few minutes? Look in the spam folder, or <link>try again</link>.

link-dead = This link does not work any more. Links work once and for a limited time.

verify-title = Confirm your e-mail
verify-lead = One click, and your account is ready.
verify-button = Confirm e-mail

setup-title = Set up Gatehouse
setup-lead = You become the first administrator, and the owner of the first tenant.
setup-organisation = Name of your organisation
setup-short-name = Short name
setup-short-name-help = For addresses: lower-case letters, digits and dashes.
setup-button = Create administrator

invite-title = Accept the invitation
invite-signed-in-as = You are signed in as { $email }.
invite-lead = Choose how you are called here and a password.
invite-button = Continue

forgot-title = New password
forgot-lead = A mail brings a link to choose one.
forgot-button = Send link

reset-title = Choose a password
reset-lead = Every other session of yours ends.
reset-button = Set password

# The second step of signing in.
code-title = Enter your code
code-lead = Your password was right. Your account asks for a second proof.
code-help = Six digits from your app, or one of your recovery codes.
code-button = Sign in
code-recovery-used = You used a recovery code.
code-recovery-next = Set up an app again, or make new codes, on the page of your second factor.
sign-in-no-passkey-came = No passkey came back. Try again, or choose another way.
