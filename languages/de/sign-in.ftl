# Getting in: signing in and up, links from mails, a new password.

sign-in-title = Anmelden
sign-in-to = Bei { $tenant }.
sign-in-going-on = Danach geht es weiter: <b>{ $place }</b>.
sign-in-next-request = Zugang beantragen
sign-in-next-your-request = Ihr Zugangsantrag
sign-in-next-applications = Ihre Anwendungen
sign-in-next-queue = die offenen Anträge
sign-in-next-console = die Konsole
sign-in-demo = Demo-Anmeldung
sign-in-demo-person = Weiter als { $name } ({ $role })
sign-in-or = oder
sign-in-continue = Weiter
sign-in-continue-with = Weiter mit { $provider }
sign-in-forgot = Passwort vergessen?
sign-in-new-here = Neu hier? <link>Konto anlegen</link>.
sign-in-by-invitation = Konten gibt es auf Einladung.
sign-in-wrong = E-Mail-Adresse oder Passwort ist falsch.
sign-in-passkey = Passkey verwenden

field-name = Name
field-your-name = Ihr Name
field-email = E-Mail-Adresse
field-password = Passwort
field-new-password = Neues Passwort
password-rule = Mindestens 15 Zeichen.
password-rule-words = Mindestens 15 Zeichen. Einige Wörter sind leichter zu merken als Sonderzeichen.

sign-up-title = Konto anlegen
sign-up-with = Bei { $tenant }. Eine E-Mail bittet Sie, die Adresse zu bestätigen.
sign-up-button = Konto anlegen
sign-up-have-one = Sie haben schon eines? <link>Anmelden</link>.

sent-title = Sehen Sie in Ihr Postfach
sent-lead = Wenn { $email } hier ein Konto haben kann, ist ein Link unterwegs. Er gilt einmal und eine Stunde lang.
sent-held = Diese Installation versendet noch keine E-Mails: alle warten im Postausgang.
sent-outbox = Postausgang öffnen
sent-nothing = Nach einigen Minuten nichts da? Sehen Sie im Spam-Ordner nach oder <link>versuchen Sie es noch einmal</link>.

link-dead = Dieser Link gilt nicht mehr. Links gelten einmal und für begrenzte Zeit.

verify-title = E-Mail-Adresse bestätigen
verify-lead = Ein Klick, und Ihr Konto ist bereit.
verify-button = E-Mail-Adresse bestätigen

setup-title = Gatehouse einrichten
setup-lead = Sie werden der erste Administrator und der Inhaber des ersten Mandanten.
setup-organisation = Name Ihrer Organisation
setup-short-name = Kurzname
setup-short-name-help = Für Adressen: Kleinbuchstaben, Ziffern und Bindestriche.
setup-button = Administrator anlegen

invite-title = Einladung annehmen
invite-signed-in-as = Sie sind als { $email } angemeldet.
invite-lead = Wählen Sie, wie Sie hier heißen, und ein Passwort.
invite-button = Weiter

forgot-title = Neues Passwort
forgot-lead = Eine E-Mail bringt einen Link, um eines zu wählen.
forgot-button = Link senden

reset-title = Passwort wählen
reset-lead = Alle Ihre anderen Sitzungen enden.
reset-button = Passwort setzen

code-title = Code eingeben
code-lead = Ihr Passwort war richtig. Ihr Konto verlangt einen zweiten Nachweis.
code-help = Sechs Ziffern aus Ihrer App oder einer Ihrer Wiederherstellungscodes.
code-button = Anmelden
code-recovery-used = Sie haben einen Wiederherstellungscode verwendet.
code-recovery-next = Richten Sie auf der Seite Ihres zweiten Faktors wieder eine App ein oder erzeugen Sie neue Codes.
sign-in-no-passkey-came = Es kam kein Passkey zurück. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
