# The account of a person: security, sessions, notifications, inbox, mails.

# form.html
account-your-account = Your account
account-you-sign-in-as = You sign in as { $signed_in_as }.

# inbox.html
account-inbox = Inbox
account-choose-mails = Choose mails
account-mark-all-as-read = Mark all as read
account-new = New

# outbox.html
account-mail-outbox = Mail outbox
account-no-mail-server-is-set-so = No mail server is set, so every mail this installation writes waits here.
account-to-2 = To
account-written = Written

# passkeys.html
account-passkeys = Passkeys
account-a-passkey-signs-you-in-with = A passkey signs you in with your device, by face, finger or PIN. It counts as password and second factor at once, and no copy of this site can ask for it.
account-passkey = Passkey
account-added = Added
account-name-of = Name of { $name }
account-rename = Rename
account-add-a-passkey = Add a passkey
account-browsers-use-passkeys-only-at-an = Browsers use passkeys only at an https address with a name, or at localhost. This portal has neither.

# prove.html
account-confirm-that-it-is-you = Confirm that it is you
account-this-changes-what-people-can-do = This changes what people can do or shows a secret, and you last signed in more than 15 minutes ago.
account-confirm-and-go-on = Confirm and go on
account-sign-in-again-where-you-usually = Sign in again where you usually do. You come back to the page, and enter this once more.

# recovery_codes.html
account-recovery-codes = Recovery codes
account-your-recovery-codes = Your recovery codes
account-they-are-shown-once-each-signs = They are shown once. Each signs you in once when your app is lost.
account-print-them-or-keep-them-where = Print them, or keep them where you keep your passwords, not on the phone that has the app.
account-i-have-kept-them = I have kept them

# security.html
account-second-factor = Second factor
account-a-second-proof-at-sign-in = A second proof at sign-in, so that a stolen password is not enough.
account-you-have-a-passkey = You have a passkey
account-asks-for-a-second-factor-in = { $tenant_name } asks for a second factor in the console, and your passkey is one.
account-the-console-of-asks-for-a = The console of { $tenant_name } asks for a second factor
account-get-an-authenticator-app-if-your = Get an authenticator app, if your phone or password manager has none.
account-set-it-up-below-scan-a = Set it up below: scan a picture, enter the code the app shows.
account-keep-the-recovery-codes-you-come = Keep the recovery codes. You come back to where you were going.
account-you-need-an-authenticator-app-on = You need an authenticator app on your phone or in your password manager. It shows a new code every 30 seconds, and you type one after your password.
account-set-up-an-app = Set up an app
account-scan-this-with-your-app = Scan this with your app.
account-enter-the-code-it-shows = Enter the code it shows.
account-turn-on = Turn on
account-no-recovery-code-is-left = No recovery code is left.
account-make-new-recovery-codes = Make new recovery codes
account-turn-off = Turn off

# sessions.html
account-sessions = Sessions
account-where-you-are-signed-in = Where you are signed in.
account-end-all-others = End all others
account-this-one = This one
account-sign-out = Sign out
account-end = End

# email.rs
account-new-address = New address
account-your-password = Your password
account-a-link-goes-to-the-new = A link goes to the new address. The one you have now is told, and can take the change back for 7 days.
account-send-link = Send link
account-open-the-link-that-was-sent = Open the link that was sent to { $trim }. Until then nothing changes.
account-check-your-mail = Check your mail.
account-confirm-your-new-address = Confirm your new address
account-you-sign-in-with-it-from = You sign in with it from now on, and mail goes there.
account-use-this-address = Use this address
account-your-address-was-changed = Your address was changed.
account-the-one-before-got-a-link = The one before got a link that takes it back for 7 days.
account-take-your-account-back = Take your account back
account-it-gets-this-address-again-and = It gets this address again and every session ends. Then you choose another password.
account-take-it-back = Take it back

# factor.rs
account-code = Code
account-from-your-app-or-a-recovery = From your app, or a recovery code.
account-the-six-digits-the-app-shows = The six digits the app shows now.
account-leave-it-empty-if-you-sign = Leave it empty if you sign in with another provider only.
account-the-second-factor-is-off = The second factor is off.
account-your-password-alone-signs-you-in = Your password alone signs you in.

# inbox.rs
account-all-done = All done.
account-are-new = { $count ->
        [one] { $count } is new.
       *[other] { $count } are new.
    }
account-all-done-2 = All done
account-decisions-notices-and-everything-that-waits = Decisions, notices and everything that waits for you appear here.

# mod.rs
account-password = Password

# notifications.rs
account-at-once = At once
account-once-an-hour-all-together = Once an hour, all together
account-once-a-day-all-together = Once a day, all together
account-no-mail = No mail
account-as-everything-else = As everything else
account-notifications = Notifications
account-the-inbox-has-everything-what-stops = The inbox has everything. What stops working is always mailed at once; the rest comes as you choose.

# outbox.rs
account-no-mail-yet = No mail yet
account-every-mail-that-would-be-sent = Every mail that would be sent appears here.
account-follow-the-link = Follow the link

# passkeys.rs
account-no-passkey-yet = No passkey yet
account-add-one-below-for-each-device = Add one below, for each device you sign in with.
account-what-you-will-know-it-by = What you will know it by, such as the device it is on.
account-your-browser-made-no-passkey-it = Your browser made no passkey. It takes a current browser that runs the script of this page.
account-passkey-added = Passkey added.
account-choose-use-a-passkey-when-you = Choose "Use a passkey" when you sign in the next time.
account-name-changed = Name changed.
account-passkey-removed = Passkey removed.
account-it-opens-nothing-here-any-more = It opens nothing here any more. Your device may still list it; delete it there too.

# password.rs
account-current-password = Current password
account-new-password = New password
account-every-other-session-of-yours-ends = Every other session of yours ends.
account-change-password = Change password
account-password-changed = Password changed.
account-every-other-session-of-yours-has = Every other session of yours has ended.

# sessions.rs
account-an-unknown-address = an unknown address
account-a-browser-that-does-not-say = a browser that does not say its name
account-session-ended = Session ended.
account-whoever-used-it-has-to-sign = Whoever used it has to sign in again.
account-there-was-no-other-session = There was no other session.
account-one-other-session-was-ended = One other session was ended.
account-other-sessions-were-ended = { $n } other sessions were ended.
account-only-this-session-is-left = Only this session is left.

# sso.rs
account-has-an-account-here-already-enter = { $email } has an account here already. Enter its password once, and you sign in with { $provider } from then on.
account-connect-your-account = Connect your account
account-connect-and-sign-in = Connect and sign in
account-you-sign-in-as-with-from = You sign in as { $email } with { $provider } from then on.
account-the-link-has-to-be-opened = The link has to be opened in the browser in which you began.
account-confirm-your-e-mail = Confirm your e-mail
account-confirm-and-sign-in = Confirm and sign in
account-to = To { $to },
account-email-address = E-mail address
account-began = Began
account-used = Used
account-session-unknown = Something you do not know? End it, then <password>change your password</password>.
account-typed-is-kept = What you typed before is kept.
account-typed-else-is-kept = What else you typed before is kept.
account-no-password-yet = Your account has no password yet. <forgot>Get a mail that sets one</forgot>, then do this again.
account-or-type-the-key = Or type the key: <code>{ $secret }</code>
account-on-since = On since { $since }.
account-codes-left = { $count ->
        [one] { $count } recovery code is left.
       *[other] { $count } recovery codes are left.
    }
