# The account of a person: security, sessions, notifications, inbox, mails.

# form.html
account-your-account = Ihr Konto
account-you-sign-in-as = Sie melden sich als { $signed_in_as } an.

# inbox.html
account-inbox = Posteingang
account-choose-mails = E-Mails auswählen
account-mark-all-as-read = Alle als gelesen markieren
account-new = Neu

# outbox.html
account-mail-outbox = Postausgang
account-no-mail-server-is-set-so = Es ist kein Mailserver eingestellt, deshalb wartet jede E-Mail dieser Installation hier.
account-to-2 = An
account-written = Geschrieben

# passkeys.html
account-passkeys = Passkeys
account-a-passkey-signs-you-in-with = Mit einem Passkey melden Sie sich über Ihr Gerät an: mit Gesicht, Finger oder PIN. Er gilt als Passwort und zweiter Faktor zugleich, und keine Nachbildung dieser Seite kann ihn verlangen.
account-passkey = Passkey
account-added = Hinzugefügt
account-name-of = Name von { $name }
account-rename = Umbenennen
account-add-a-passkey = Passkey hinzufügen
account-browsers-use-passkeys-only-at-an = Browser verwenden Passkeys nur unter einer https-Adresse mit einem Namen oder unter localhost. Dieses Portal hat beides nicht.

# prove.html
account-confirm-that-it-is-you = Bestätigen Sie, dass Sie es sind
account-this-changes-what-people-can-do = Dies ändert, was Personen tun können, oder zeigt ein Geheimnis, und Ihre letzte Anmeldung ist mehr als 15 Minuten her.
account-confirm-and-go-on = Bestätigen und fortfahren
account-sign-in-again-where-you-usually = Melden Sie sich noch einmal an, wo Sie es sonst tun. Sie kommen zu dieser Seite zurück und geben dies noch einmal ein.

# recovery_codes.html
account-recovery-codes = Wiederherstellungscodes
account-your-recovery-codes = Ihre Wiederherstellungscodes
account-they-are-shown-once-each-signs = Sie werden nur einmal gezeigt. Mit jedem können Sie sich einmal anmelden, wenn Ihre App verloren ist.
account-print-them-or-keep-them-where = Drucken Sie sie aus, oder bewahren Sie sie dort auf, wo Ihre Passwörter sind, nicht auf dem Telefon mit der App.
account-i-have-kept-them = Ich habe sie aufbewahrt

# security.html
account-second-factor = Zweiter Faktor
account-a-second-proof-at-sign-in = Ein zweiter Nachweis bei der Anmeldung, damit ein gestohlenes Passwort nicht genügt.
account-you-have-a-passkey = Sie haben einen Passkey
account-asks-for-a-second-factor-in = { $tenant_name } verlangt in der Konsole einen zweiten Faktor, und Ihr Passkey ist einer.
account-the-console-of-asks-for-a = Die Konsole von { $tenant_name } verlangt einen zweiten Faktor
account-get-an-authenticator-app-if-your = Installieren Sie eine Authenticator-App, wenn Ihr Telefon oder Passwortmanager keine hat.
account-set-it-up-below-scan-a = Richten Sie sie unten ein: Scannen Sie ein Bild, geben Sie den Code der App ein.
account-keep-the-recovery-codes-you-come = Bewahren Sie die Wiederherstellungscodes auf. Danach geht es dort weiter, wo Sie hinwollten.
account-you-need-an-authenticator-app-on = Sie brauchen eine Authenticator-App auf Ihrem Telefon oder in Ihrem Passwortmanager. Sie zeigt alle 30 Sekunden einen neuen Code, und Sie geben nach Ihrem Passwort einen ein.
account-set-up-an-app = App einrichten
account-scan-this-with-your-app = Scannen Sie dies mit Ihrer App.
account-enter-the-code-it-shows = Geben Sie den Code ein, den sie zeigt.
account-turn-on = Einschalten
account-no-recovery-code-is-left = Es ist kein Wiederherstellungscode mehr übrig.
account-make-new-recovery-codes = Neue Wiederherstellungscodes erzeugen
account-turn-off = Ausschalten

# sessions.html
account-sessions = Sitzungen
account-where-you-are-signed-in = Wo Sie angemeldet sind.
account-end-all-others = Alle anderen beenden
account-this-one = Diese Sitzung
account-sign-out = Abmelden
account-end = Beenden

# email.rs
account-new-address = Neue Adresse
account-your-password = Ihr Passwort
account-a-link-goes-to-the-new = Ein Link geht an die neue Adresse. Die jetzige erhält eine Nachricht und kann die Änderung 7 Tage lang zurücknehmen.
account-send-link = Link senden
account-open-the-link-that-was-sent = Öffnen Sie den Link, der an { $trim } gesendet wurde. Bis dahin ändert sich nichts.
account-check-your-mail = Sehen Sie in Ihr Postfach.
account-confirm-your-new-address = Neue Adresse bestätigen
account-you-sign-in-with-it-from = Sie melden sich ab jetzt damit an, und E-Mails gehen dorthin.
account-use-this-address = Diese Adresse verwenden
account-your-address-was-changed = Ihre Adresse wurde geändert.
account-the-one-before-got-a-link = Die vorherige hat einen Link erhalten, der die Änderung 7 Tage lang zurücknimmt.
account-take-your-account-back = Konto zurückholen
account-it-gets-this-address-again-and = Es erhält diese Adresse wieder, und jede Sitzung endet. Dann wählen Sie ein anderes Passwort.
account-take-it-back = Zurückholen

# factor.rs
account-code = Code
account-from-your-app-or-a-recovery = Der Code Ihrer App oder ein Wiederherstellungscode.
account-the-six-digits-the-app-shows = Die sechs Ziffern, die die App jetzt zeigt.
account-leave-it-empty-if-you-sign = Lassen Sie es leer, wenn Sie sich nur über einen anderen Anbieter anmelden.
account-the-second-factor-is-off = Der zweite Faktor ist aus.
account-your-password-alone-signs-you-in = Zur Anmeldung genügt Ihr Passwort.

# inbox.rs
account-all-done = Alles erledigt.
account-are-new = { $count ->
        [one] { $count } ist neu.
       *[other] { $count } sind neu.
    }
account-all-done-2 = Alles erledigt
account-decisions-notices-and-everything-that-waits = Entscheidungen, Benachrichtigungen und alles, was auf Sie wartet, erscheinen hier.

# mod.rs
account-password = Passwort

# notifications.rs
account-at-once = Sofort
account-once-an-hour-all-together = Einmal pro Stunde, alles zusammen
account-once-a-day-all-together = Einmal am Tag, alles zusammen
account-no-mail = Keine E-Mail
account-as-everything-else = Wie alles andere
account-notifications = Benachrichtigungen
account-the-inbox-has-everything-what-stops = Im Posteingang steht alles. Was nicht mehr funktioniert, kommt immer sofort per E-Mail; das Übrige, wie Sie es wählen.

# outbox.rs
account-no-mail-yet = Noch keine E-Mail
account-every-mail-that-would-be-sent = Jede E-Mail, die gesendet würde, erscheint hier.
account-follow-the-link = Dem Link folgen

# passkeys.rs
account-no-passkey-yet = Noch kein Passkey
account-add-one-below-for-each-device = Fügen Sie unten einen hinzu, für jedes Gerät, mit dem Sie sich anmelden.
account-what-you-will-know-it-by = Woran Sie ihn erkennen, etwa das Gerät, auf dem er ist.
account-your-browser-made-no-passkey-it = Ihr Browser hat keinen Passkey erzeugt. Dafür ist ein aktueller Browser nötig, der das Skript dieser Seite ausführt.
account-passkey-added = Passkey hinzugefügt.
account-choose-use-a-passkey-when-you = Wählen Sie bei der nächsten Anmeldung „Passkey verwenden“.
account-name-changed = Name geändert.
account-passkey-removed = Passkey entfernt.
account-it-opens-nothing-here-any-more = Er öffnet hier nichts mehr. Vielleicht führt Ihr Gerät ihn noch auf; löschen Sie ihn auch dort.

# password.rs
account-current-password = Jetziges Passwort
account-new-password = Neues Passwort
account-every-other-session-of-yours-ends = Alle Ihre anderen Sitzungen enden.
account-change-password = Passwort ändern
account-password-changed = Passwort geändert.
account-every-other-session-of-yours-has = Alle Ihre anderen Sitzungen sind beendet.

# sessions.rs
account-an-unknown-address = eine unbekannte Adresse
account-a-browser-that-does-not-say = ein Browser, der seinen Namen nicht nennt
account-session-ended = Sitzung beendet.
account-whoever-used-it-has-to-sign = Wer sie verwendete, muss sich neu anmelden.
account-there-was-no-other-session = Es gab keine andere Sitzung.
account-one-other-session-was-ended = Eine andere Sitzung wurde beendet.
account-other-sessions-were-ended = { $n } andere Sitzungen wurden beendet.
account-only-this-session-is-left = Nur diese Sitzung ist übrig.

# sso.rs
account-has-an-account-here-already-enter = { $email } hat hier schon ein Konto. Geben Sie einmal das Passwort dazu ein, und Sie melden sich von da an mit { $provider } an.
account-connect-your-account = Konto verbinden
account-connect-and-sign-in = Verbinden und anmelden
account-you-sign-in-as-with-from = Sie melden sich von da an als { $email } mit { $provider } an.
account-the-link-has-to-be-opened = Der Link muss in dem Browser geöffnet werden, in dem Sie begonnen haben.
account-confirm-your-e-mail = E-Mail-Adresse bestätigen
account-confirm-and-sign-in = Bestätigen und anmelden
account-to = An { $to },
account-email-address = E-Mail-Adresse
account-began = Begonnen
account-used = Verwendet
account-session-unknown = Etwas, das Sie nicht kennen? Beenden Sie es und <password>ändern Sie dann Ihr Passwort</password>.
account-typed-is-kept = Was Sie vorher eingegeben haben, bleibt erhalten.
account-typed-else-is-kept = Was Sie vorher sonst eingegeben haben, bleibt erhalten.
account-no-password-yet = Ihr Konto hat noch kein Passwort. <forgot>Lassen Sie sich eine E-Mail senden, mit der Sie eines setzen</forgot>, und tun Sie dies dann noch einmal.
account-or-type-the-key = Oder geben Sie den Schlüssel ein: <code>{ $secret }</code>
account-on-since = Eingeschaltet seit { $since }.
account-codes-left = { $count ->
        [one] { $count } Wiederherstellungscode ist übrig.
       *[other] { $count } Wiederherstellungscodes sind übrig.
    }
