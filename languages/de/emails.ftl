# Mails and the notices beside them: subjects, sentences, links, and why somebody gets them.

# access.rs
emails-you-get-this-because-you-belong = Sie bekommen das, weil Sie zum Team von { $application } bei { $tenant } gehören.
emails-requests-access-to-for = { $requester } beantragt Zugang zu { $api } für { $application }
emails-requests-access-to-for-plan-in = { $requester } beantragt Zugang zu { $api } für { $application }, Plan { $plan }, in { $environment }.
emails-nobody-has-decided-yet = Noch hat niemand entschieden.
emails-decide-request = Antrag entscheiden
emails-you-get-this-because-you-decide = Sie bekommen das, weil Sie bei { $tenant } über Anträge entscheiden. Eine Administratorin oder ein Administrator kann Ihre Rollen ändern.
emails-message-from-about-for = Nachricht von { $author } zu { $api } für { $application }
emails-wrote-about-the-request-of-for = { $author } hat zum Antrag von { $application } für { $api } geschrieben.
emails-answer-on-the-page-of-the = Antworten Sie auf der Seite des Antrags.
emails-open-request = Antrag öffnen
emails-you-get-this-because-you-belong-2 = Sie bekommen das, weil Sie bei { $tenant } zu einer der beiden Seiten dieses Antrags gehören.
emails-a-decision-for-is-due = Eine Entscheidung für { $application } ist fällig
emails-a-decision-is-due-by-utc = Eine Entscheidung ist bis { $due } UTC fällig.
emails-nobody-decided-in-time-for = Niemand hat rechtzeitig für { $application } entschieden
emails-a-decision-was-due-by-utc = Eine Entscheidung war bis { $due } UTC fällig, und niemand hat entschieden.
emails-asked-for-plan-for-in = { $requester } hat { $api }, Plan { $plan }, für { $application } in { $environment } beantragt.
emails-access-to-approved-for = Zugang zu { $api } für { $application } genehmigt
emails-may-call-in-under-the-plan = { $application } darf { $api } in { $environment } unter dem Plan { $plan } aufrufen, genehmigt{ $by }.
emails-create-a-key-for-the-application = Legen Sie einen Schlüssel für die Anwendung an, wenn sie noch keinen hat.
emails-open-application = Anwendung öffnen
emails-access-to-rejected-for = Zugang zu { $api } für { $application } abgelehnt
emails-the-request-of-for-was-rejected = Der Antrag von { $application } für { $api } wurde abgelehnt{ $by }.
emails-you-may-request-access-again = Sie können den Zugang neu beantragen.
emails-access-to-is-considered-again-for = Zugang zu { $api } für { $application } wird neu erwogen
emails-the-refusal-of-for-was-taken = Die Ablehnung von { $application } für { $api } wurde zurückgenommen{ $by }. Der Antrag wartet wieder auf eine Entscheidung.
emails-nothing-needs-to-be-done = Es ist nichts zu tun.
emails-access-to-suspended-for = Zugang zu { $api } für { $application } ausgesetzt
emails-calls-of-to-in-are-refused = Aufrufe von { $application } an { $api } in { $environment } werden abgelehnt, seit der Zugang ausgesetzt wurde{ $by }.
emails-the-keys-stay-as-they-are = Die Schlüssel bleiben, wie sie sind. Der Zugang kehrt zurück, wenn das Aussetzen aufgehoben wird.
emails-access-to-restored-for = Zugang zu { $api } für { $application } wiederhergestellt
emails-may-call-in-again-the-suspension = { $application } darf { $api } in { $environment } wieder aufrufen; das Aussetzen wurde aufgehoben{ $by }.
emails-access-to-revoked-for = Zugang zu { $api } für { $application } entzogen
emails-may-no-longer-call-in-access = { $application } darf { $api } in { $environment } nicht mehr aufrufen; der Zugang wurde entzogen{ $by }.
emails-its-keys-still-work-for-other = Ihre Schlüssel gelten weiter für andere APIs.
emails-access-to-expired-for = Zugang zu { $api } für { $application } abgelaufen
emails-the-access-of-to-in-has = Der Zugang von { $application } zu { $api } in { $environment } hat sein Enddatum erreicht.
emails-it-can-be-renewed-within-30 = Er kann innerhalb von 30 Tagen mit denselben Schlüsseln verlängert werden.
emails-renew-access = Zugang verlängern
emails-access-to-renewed-for = Zugang zu { $api } für { $application } verlängert
emails-may-go-on-calling-in-under = { $application } darf { $api } in { $environment } weiter unter dem Plan { $plan } aufrufen.
emails-the-keys-stay-as-they-are-2 = Die Schlüssel bleiben, wie sie sind.
emails-plan-of-for-is-now = Der Plan von { $application } für { $api } ist jetzt { $plan }
emails-now-calls-in-under-the-plan = { $application } ruft { $api } in { $environment } jetzt unter dem Plan { $plan } auf.

# account.rs
emails-confirm-your-e-mail-address-for = Bestätigen Sie Ihre E-Mail-Adresse für { $tenant }
emails-confirm-this-address-to-finish-signing = Bestätigen Sie diese Adresse, um die Registrierung bei { $tenant } als { $name } abzuschließen.
emails-the-link-works-once-for-24 = Der Link gilt einmal, 24 Stunden lang.
emails-confirm-e-mail-address = E-Mail-Adresse bestätigen
emails-you-get-this-because-this-address = Sie bekommen das, weil diese Adresse bei der Registrierung eingegeben wurde. Wenn das nicht Sie waren, tun Sie nichts: Ohne den Link wird kein Konto eröffnet.
emails-finish-signing-in-to = Schließen Sie die Anmeldung bei { $tenant } ab
emails-confirm-this-address-to-finish-signing-2 = Bestätigen Sie diese Adresse, um die Anmeldung bei { $tenant } mit { $provider } abzuschließen.
emails-the-link-works-once-for-one = Der Link gilt einmal, eine Stunde lang, in dem Browser, in dem Sie begonnen haben.
emails-you-get-this-because-somebody-came = Sie bekommen das, weil jemand mit dieser Adresse von dort zu uns kam. Wenn das nicht Sie waren, tun Sie nichts: Ohne den Link wird kein Konto eröffnet.
emails-was-connected-with-your-account = { $provider } wurde mit Ihrem Konto verbunden
emails-you-can-sign-in-to-with = Sie können sich ab jetzt mit { $provider } bei { $tenant } anmelden.
emails-if-that-was-not-you-choose = Wenn das nicht Sie waren, wählen Sie jetzt ein neues Passwort und sagen Sie es einer Administratorin oder einem Administrator.
emails-choose-a-new-password = Neues Passwort wählen
emails-you-get-this-whenever-a-way = Sie bekommen das immer, wenn Ihrem Konto eine Art der Anmeldung hinzugefügt wird.
emails-you-already-have-an-account-for = Sie haben schon ein Konto für { $tenant }
emails-this-address-was-entered-at-sign = Diese Adresse wurde bei der Registrierung eingegeben, und sie hat schon ein Konto.
emails-sign-in-with-the-password-you = Melden Sie sich mit dem Passwort an, das Sie haben. Wenn Sie es vergessen haben, lassen Sie sich auf derselben Seite ein neues geben.
emails-sign-in = Anmelden
emails-you-get-this-because-this-address-2 = Sie bekommen das, weil diese Adresse bei der Registrierung eingegeben wurde. Wenn das nicht Sie waren, tun Sie nichts: Ihr Konto ist unverändert.
emails-choose-a-new-password-for = Wählen Sie ein neues Passwort für { $tenant }
emails-a-new-password-was-asked-for = Es wurde ein neues Passwort verlangt.
emails-the-link-works-once-for-one-2 = Der Link gilt einmal, eine Stunde lang. Wer ihn benutzt, beendet alle Ihre Sitzungen.
emails-you-get-this-because-a-new = Sie bekommen das, weil mit dieser Adresse ein neues Passwort verlangt wurde. Wenn das nicht Sie waren, tun Sie nichts: Ihr Passwort ist unverändert.
emails-your-password-for-was-changed = Ihr Passwort für { $tenant } wurde geändert
emails-your-password-was-changed-and-every = Ihr Passwort wurde geändert, und alle Ihre Sitzungen wurden beendet.
emails-you-get-this-whenever-the-password = Sie bekommen das immer, wenn sich das Passwort Ihres Kontos ändert.
emails-confirm-your-new-address-for = Bestätigen Sie Ihre neue Adresse für { $tenant }
emails-wants-to-sign-in-to-with = { $name } möchte sich mit dieser Adresse bei { $tenant } anmelden.
emails-the-link-works-once-for-one-3 = Der Link gilt einmal, eine Stunde lang.
emails-confirm-this-address = Diese Adresse bestätigen
emails-you-get-this-because-this-address-3 = Sie bekommen das, weil diese Adresse als neue eines Kontos eingegeben wurde. Wenn das nicht Sie waren, tun Sie nichts: Es ändert sich nichts.
emails-your-address-for-was-changed = Ihre Adresse für { $tenant } wurde geändert
emails-you-sign-in-to-with-from = Sie melden sich bei { $tenant } ab jetzt mit { $new } an. E-Mails gehen dorthin.
emails-if-that-was-not-you-take = Wenn das nicht Sie waren, nehmen Sie die Änderung zurück: Jede Sitzung endet, und Sie wählen ein anderes Passwort. Der Link gilt einmal, 7 Tage lang.
emails-take-the-change-back = Änderung zurücknehmen
emails-you-get-this-because-this-was = Sie bekommen das, weil dies bisher die Adresse des Kontos war.
emails-you-get-this-whenever-the-second = Sie bekommen das immer, wenn sich der zweite Faktor oder die Passkeys Ihres Kontos ändern oder ein Wiederherstellungscode benutzt wird.
emails-second-factor-turned-on-for = Zweiter Faktor für { $tenant } eingeschaltet
emails-a-code-of-your-app-is = Nach Ihrem Passwort wird ab jetzt ein Code Ihrer App verlangt. Alle anderen Sitzungen von Ihnen wurden beendet.
emails-second-factor-turned-off-for = Zweiter Faktor für { $tenant } ausgeschaltet
emails-your-password-alone-signs-you-in = Ab jetzt meldet Ihr Passwort allein Sie an.
emails-second-factor-reset-for = Zweiter Faktor für { $tenant } zurückgesetzt
emails-an-administrator-took-your-second-factor = Eine Administratorin oder ein Administrator hat Ihren zweiten Faktor und Ihre Passkeys entfernt, und alle Ihre Sitzungen wurden beendet. Ab jetzt meldet Ihr Passwort allein Sie an.
emails-passkey-added-for = Passkey für { $tenant } hinzugefügt
emails-a-passkey-was-added-to-your = Ihrem Konto wurde ein Passkey hinzugefügt. Er meldet ab jetzt ohne Ihr Passwort an.
emails-passkey-removed-for = Passkey für { $tenant } entfernt
emails-a-passkey-was-taken-out-of = Aus Ihrem Konto wurde ein Passkey entfernt. Er meldet nicht mehr an.
emails-a-recovery-code-was-used-for = Für { $tenant } wurde ein Wiederherstellungscode benutzt
emails-one-of-your-recovery-codes-was = Einer Ihrer Wiederherstellungscodes wurde statt eines Codes Ihrer App benutzt. Er gilt nicht noch einmal.
emails-new-recovery-codes-for = Neue Wiederherstellungscodes für { $tenant }
emails-new-recovery-codes-were-made-the = Es wurden neue Wiederherstellungscodes erzeugt. Die bisherigen gelten nicht mehr.
emails-invites-you-to = { $inviter } lädt Sie zu { $tenant } ein
emails-invites-you-to-as = { $inviter } lädt Sie zu { $tenant } ein: { $as_what }.
emails-the-link-works-once-for-7 = Der Link gilt einmal, 7 Tage lang, und nur für diese Adresse.
emails-accept-invitation = Einladung annehmen
emails-you-get-this-because-entered-this = Sie bekommen das, weil { $inviter } diese Adresse eingegeben hat. Wenn Sie das nicht erwarten, tun Sie nichts.

# digest.rs
emails-open-inbox = Posteingang öffnen
emails-you-get-this-because-you-chose = Sie bekommen das, weil Sie bei { $tenant } E-Mails gewählt haben, die mehreres auf einmal sagen; in Ihren Einstellungen für Mitteilungen ändern Sie das.

# incident.rs
emails-it-concerns = Sie betrifft { $apis }.
emails-open-incident = Störung öffnen
emails-you-get-this-because-you-follow = Sie bekommen das, weil Sie bei { $tenant } dem folgen, was sie betrifft, oder eine Ihrer Anwendungen Zugang dazu hat.

# talk.rs
emails-question-about-from = Frage zu { $api } von { $author }
emails-asks-about = { $author } fragt zu { $api }.
emails-answer-where-everybody-who-has-the = Antworten Sie dort, wo es alle lesen, die dieselbe Frage haben.
emails-open-question = Frage öffnen
emails-you-get-this-because-you-answer = Sie bekommen das, weil Sie bei { $tenant } für { $api } antworten.
emails-answer-about-from = Antwort zu { $api } von { $author }
emails-answered-a-question-about = { $author } hat eine Frage zu { $api } beantwortet.
emails-you-get-this-because-you-wrote = Sie bekommen das, weil Sie bei { $tenant } dort geschrieben haben oder für { $api } antworten.
emails-open-changelog = Änderungsprotokoll öffnen
emails-you-get-this-because-you-follow-2 = Sie bekommen das, weil Sie bei { $tenant } { $api } folgen. Auf ihrer Seite steht der Knopf, der das beendet.

# usage.rs
emails-calls-with-it-are-refused-create = Aufrufe damit werden abgelehnt. Legen Sie einen neuen Schlüssel an, wenn die Anwendung noch einen braucht.
emails-the-old-key-works-until-the = Der alte Schlüssel gilt bis zum Ende der Überlappung.
emails-calls-with-it-are-refused-put = Aufrufe damit werden abgelehnt. Setzen Sie den neuen Schlüssel an seine Stelle, und suchen Sie nach Aufrufen, die nicht von Ihnen waren.
emails-nobody-used-it-any-more-the = Niemand hat ihn mehr benutzt; der Schlüssel, der ihn ersetzt hat, gilt weiter.
emails-replace-it-before-that-with-an = Ersetzen Sie ihn vorher: Mit einer Überlappung gelten beide Schlüssel, während Sie umstellen.
emails-only-whoever-made-it-has-seen = Gesehen hat ihn nur, wer ihn angelegt hat.
emails-open-keys = Schlüssel öffnen
emails-it-ends-within-a-day-on = Er endet innerhalb eines Tages, am { $at } UTC.
emails-it-ends-within-days-on-utc = Er endet innerhalb von { $days } Tagen, am { $at } UTC.
emails-was-suspended = { $application } wurde ausgesetzt
emails-every-call-with-its-keys-is = Jeder Aufruf mit ihren Schlüsseln wird abgelehnt, bis das Aussetzen aufgehoben wird.
emails-suspension-of-lifted = Aussetzen von { $application } aufgehoben
emails-its-keys-work-again = Ihre Schlüssel gelten wieder.
emails-webhook-was-disabled = Der Webhook { $webhook } wurde abgeschaltet
emails-nothing-more-is-sent-to-the = An den Webhook { $webhook } wird nichts mehr gesendet.
emails-what-happens-meanwhile-is-kept-for = Was inzwischen geschieht, wird 30 Tage aufgehoben. Nehmen Sie den Webhook wieder auf, wenn sein Empfänger antwortet, und lassen Sie dann das Verpasste noch einmal senden.
emails-you-get-this-because-you-may = Sie bekommen das, weil Sie bei { $tenant } Webhooks verwalten dürfen.
emails-certificate-ends-soon = Das Zertifikat { $certificate } endet bald
emails-the-certificate-is-for = Das Zertifikat { $certificate } ist für { $hosts }. { $ends }
emails-clients-refuse-a-certificate-that-has = Clients lehnen ein abgelaufenes Zertifikat ab. Legen Sie ein erneuertes unter demselben Namen ab: Es wird sofort ausgeliefert, ohne Neustart.
emails-you-get-this-because-you-manage = Sie bekommen das, weil Sie { $tenant } verwalten.
emails-limits-of-the-plan-changed = Die Limits des Plans { $plan } haben sich geändert
emails-the-plan-which-uses-has-other = Der Plan { $plan }, den { $application } benutzt, hat jetzt andere Limits.
emails-the-application-s-page-shows-the = Die Seite der Anwendung zeigt die Limits, die gelten.
emails-new-version-of = Neue Version von { $terms }
emails-version-of-which-hold-for-a = Version { $version } von { $terms }, die für einen Plan von { $application } gelten, wurde veröffentlicht.
emails-calls-go-on-as-before-read = Aufrufe gehen weiter wie bisher. Lesen Sie sie auf der Seite des Zugangs, und nehmen Sie sie an; Verlängerungen und andere Pläne verlangen das.
emails-was-retired = { $api } wurde eingestellt
emails-which-uses-was-retired-calls-to = { $api }, von { $application } benutzt, wurde eingestellt. Aufrufe werden mit 410 Gone beantwortet.
emails-is-deprecated = { $api } ist abgekündigt
emails-its-page-names-the-version-that = Ihre Seite nennt die Version, die ihr folgt, wenn es eine gibt.
emails-open-api = API öffnen
emails-somebody = Jemand
emails-once-you-decide = Sie bekommen das einmal, weil Sie bei { $tenant } über Anträge entscheiden.
emails-once-passed-on = Sie bekommen das einmal, weil verspätete Entscheidungen bei { $tenant } an Sie weitergehen.
emails-notices-from = { $count ->
        [one] { $count } Mitteilung von { $tenant }
       *[other] { $count } Mitteilungen von { $tenant }
    }
emails-notices-since = { $count ->
        [one] Seit der letzten E-Mail gab es { $count } Mitteilung:
       *[other] Seit der letzten E-Mail gab es { $count } Mitteilungen:
    }
emails-notices-more = Und { $count } weitere.
emails-by = {" "}von { $actor }
emails-key-revoked-subject = Schlüssel { $key } von { $application } widerrufen
emails-key-revoked = Der Schlüssel { $key } von { $application } wurde widerrufen{ $by }.
emails-key-replaced-subject = Schlüssel { $key } von { $application } ersetzt
emails-key-replaced = Der Schlüssel { $key } von { $application } wurde ersetzt{ $by }.
emails-key-leaked-subject = Schlüssel { $key } von { $application } ersetzt, weil er bekannt wurde
emails-key-leaked = Der Schlüssel { $key } von { $application } wurde ersetzt, weil er bekannt wurde{ $by }.
emails-key-retired-subject = Schlüssel { $key } von { $application } außer Betrieb
emails-key-retired = Der Schlüssel { $key } von { $application } wurde außer Betrieb genommen{ $by }.
emails-key-expiring-subject = Schlüssel { $key } von { $application } läuft bald ab
emails-key-expiring = Der Schlüssel { $key } von { $application } läuft bald ab{ $by }.
emails-key-created-subject = Schlüssel { $key } von { $application } angelegt
emails-key-created = Der Schlüssel { $key } von { $application } wurde angelegt{ $by }.
emails-deprecated-until = { $api }, von { $application } benutzt, ist abgekündigt. Es gibt sie noch bis { $date }.
emails-deprecated = { $api }, von { $application } benutzt, ist abgekündigt.
emails-request-withdrawn = Antrag von { $application } für { $api } zurückgezogen
emails-access-cancelled = Zugang von { $application } zu { $api } beendet
emails-was-deleted = { $name } wurde gelöscht
emails-no-longer-served = { $version } wird nicht mehr ausgeliefert
emails-deprecated-and-ends = { $version } ist abgekündigt und endet am { $day }
emails-your-roles = Ihre Rollen bei { $tenant } sind jetzt { $roles }
emails-breaks-calls = { $api } { $version } ist inkompatibel mit dem, was { $name } aufruft
emails-breaks-calls-body = { $changes }; { $name } hat in { $days } { $calls } gesendet, die davon betroffen sind.
emails-breaking-changes = { $count ->
        [one] { $count } inkompatible Änderung
       *[other] { $count } inkompatible Änderungen
    }
emails-days = { $count ->
        [one] { $count } Tag
       *[other] { $count } Tagen
    }
emails-applications-concerned = { $count ->
        [one] { $count } Anwendung betroffen.
       *[other] { $count } Anwendungen betroffen.
    }
emails-parts-not-compared = { $count ->
        [one] { $count } Teil nicht verglichen
       *[other] { $count } Teile nicht verglichen
    }
emails-revision-waits = { $name }: Revision { $number } wartet auf Annahme
emails-revision-accepted = { $name }: Revision { $number } wurde angenommen
emails-can-be-published = Sie kann jetzt veröffentlicht werden. { $reason }
emails-export-done = Der Export ist fertig
emails-export-failed = Der Export ist gescheitert
emails-publish-done = Das Veröffentlichen von { $subject } ist fertig
emails-publish-failed = Das Veröffentlichen von { $subject } ist gescheitert
emails-decisions-done = Das Entscheiden ist fertig
emails-decisions-failed = Das Entscheiden ist gescheitert
emails-everything-at = alles bei { $tenant }
emails-and-more = { $named } und { $more } weitere
emails-was-hidden = Was Sie zu { $api } geschrieben haben, wurde verborgen
emails-is-live = { $version } ist veröffentlicht
emails-new-description = { $version } hat eine neue Beschreibung
emails-role-for-api = { $role } für die API { $name }
emails-role-for-product = { $role } für das Produkt { $name }
emails-role-for-team = { $role } für das Team { $name }
event-subscription-requested-says = Zugang, ein anderer Plan oder eine Verlängerung wurde beantragt und wartet auf eine Entscheidung.
event-subscription-approved-says = Einem Antrag wurde zugestimmt, von jemandem oder durch eine Regel.
event-subscription-granted-says = Zugang wurde gewährt, ohne beantragt zu sein.
event-subscription-rejected-says = Ein Antrag wurde abgelehnt.
event-subscription-reconsidered-says = Eine Ablehnung wurde zurückgenommen: Der Antrag wartet wieder.
event-subscription-message-says = Jemand hat der anderen Seite eines Antrags geschrieben; der Text ist die Begründung.
event-subscription-suspended-says = Der Anbieter hat Zugang ausgesetzt.
event-subscription-unsuspended-says = Der Anbieter hat das Aussetzen aufgehoben.
event-subscription-plan-changed-says = Ein anderer Plan gilt.
event-subscription-renewed-says = Zugang wurde verlängert.
event-subscription-revoked-says = Der Anbieter hat Zugang entzogen.
event-subscription-expired-says = Zugang hat sein Enddatum erreicht.
event-approval-due-says = Ein Antrag muss bald entschieden werden.
event-approval-escalated-says = Ein Antrag wurde nicht rechtzeitig entschieden.
event-credential-revoked-says = Zugangsdaten wurden widerrufen.
event-credential-leaked-says = Zugangsdaten wurden ohne Überlappung ersetzt, weil sie bekannt wurden.
event-credential-expiring-says = Zugangsdaten enden in 30, 7 oder 1 Tagen.
event-certificate-expiring-says = Ein Zertifikat einer eigenen Domain endet in 30, 7 oder 1 Tagen.
event-application-suspended-says = Eine Anwendung wurde ausgesetzt.
event-application-unsuspended-says = Das Aussetzen einer Anwendung wurde aufgehoben.
event-api-published-says = Eine Version wurde angeboten, oder ihre Beschreibung ersetzt.
event-api-deprecated-says = Eine Version hat einen letzten Tag bekommen.
event-api-retired-says = Eine Version wird nicht mehr ausgeliefert.
event-api-noted-says = Die Inhaber einer API haben in ihr Änderungsprotokoll geschrieben.
event-api-question-asked-says = Jemand fragt etwas zu einer API.
event-api-question-answered-says = Jemand hat eine Frage zu einer API beantwortet.
event-incident-opened-says = Mit APIs stimmt etwas nicht, oder Wartung ist geplant.
event-incident-updated-says = Über eine Störung ist mehr bekannt.
event-incident-resolved-says = Eine Störung ist vorbei.
event-plan-changed-says = Die Limits eines Plans sind andere.
event-terms-published-says = Bedingungen wurden angelegt, oder eine neue Version davon.
event-webhook-disabled-says = Ein Webhook ist zu lange gescheitert, und an ihn wird nichts mehr gesendet.
emails-everything-else = Alles andere.
emails-planned-maintenance = Geplante Wartung
emails-planned-from = Geplant ab { $starts } UTC.
emails-planned-until = Geplant bis { $ends } UTC.
emails-planned-between = Geplant von { $starts } bis { $ends } UTC.
