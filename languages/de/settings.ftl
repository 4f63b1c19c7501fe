# The console's settings, webhooks, access tokens.

# branding.html
settings-branding = Aussehen
settings-what-the-pages-of-look-like = Wie die Seiten von { $tenant_name } für alle aussehen, die sie öffnen.
settings-save-branding = Aussehen speichern
settings-as-it-is-now = So ist es jetzt
settings-a-button = Ein Knopf
settings-chosen = Gewählt

# ci_trusts.html
settings-ci-trusts = CI-Vertrauen
settings-a-pipeline-signs-in-with-its = Eine Pipeline meldet sich mit ihrer eigenen Identität an; dort liegt kein Geheimnis.
settings-trust = Vertrauen
settings-workload = Workload
settings-may = Darf
settings-trust-no-more = Nicht mehr vertrauen
settings-trust-a-workload = Einem Workload vertrauen
settings-add-trust = Vertrauen hinzufügen
settings-in-the-pipeline = In der Pipeline

# delivery.html
settings-send-it-again = Noch einmal senden
settings-not-tried-yet = Noch nicht versucht.
settings-answer = Antwort
settings-it-said = Sie sagte

# end.html
settings-export-and-close = Exportieren und schließen
settings-what-owns-and-its-end = Was { $tenant_name } besitzt, und wie es endet.
settings-export-everything = Alles exportieren
settings-every-row-the-tenant-owns-one = Jede Zeile, die der Mandant besitzt, je ein JSON-Objekt pro Zeile, ohne Geheimnisse. Ein Auftrag schreibt sie; sie kann sieben Tage lang heruntergeladen werden.
settings-export-now = Jetzt exportieren

# general.html
settings-how-works = Wie { $tenant_name } arbeitet.

# mail.html
settings-with-values-such-as-real-ones = Mit Werten, wie echte sie haben; ihr Link öffnet nichts. Ein Test geht an { $to }.
settings-send-me-a-test = Test an mich senden
settings-html-part = HTML-Teil
settings-text-part = Textteil

# mails.html
settings-mails = E-Mails
settings-what-is-written-to-people-with = Was Personen geschrieben wird, mit Werten, wie echte sie haben. Jede kann Ihnen als Test gesendet werden.

# sign_in.html
settings-sign-in = Anmeldung
settings-identity-providers-your-people-sign-in = Identitätsanbieter, mit denen sich Ihre Leute anmelden, über OpenID Connect.
settings-provider = Anbieter
settings-takes = Nimmt an
settings-first-role = Erste Rolle
settings-turn-off = Ausschalten
settings-turn-on = Einschalten
settings-add-a-provider = Anbieter hinzufügen
settings-register-this-callback-address-with-it = Tragen Sie dort diese Rückrufadresse ein:
settings-add-provider = Anbieter hinzufügen

# webhook.html
settings-send-a-test = Test senden
settings-pause = Anhalten
settings-resume = Fortsetzen
settings-signing-secret = Signaturgeheimnis
settings-copy = Kopieren
settings-shown-once-the-receiver-checks-signatures = Wird einmal gezeigt. Der Empfänger prüft damit die Signaturen.
settings-i-have-stored-it = Ich habe es gespeichert
settings-deliveries = Zustellungen
settings-event = Ereignis
settings-send-again = Noch einmal senden
settings-save-webhook = Webhook speichern
settings-another-signing-secret = Ein weiteres Signaturgeheimnis
settings-make-another-secret = Weiteres Geheimnis erzeugen
settings-delete-webhook = Webhook löschen

# webhooks.html
settings-webhooks = Webhooks
settings-webhook = Webhook
settings-types = Arten
settings-last-taken = Zuletzt angenommen
settings-add-a-webhook = Webhook hinzufügen
settings-add-webhook = Webhook hinzufügen

# tokens.html
settings-access-tokens = Zugriffstoken
settings-for-ci-and-scripts-each-has = Für CI und Skripte. Jeder hat eigene Berechtigungen und ein Ende.
settings-new-token = Neuer Token
settings-shown-once-put-it-in-your = Wird einmal gezeigt. Legen Sie ihn im Geheimnisspeicher Ihrer CI ab.
settings-create-a-token = Token anlegen
settings-create-token = Token anlegen
settings-token = Token
settings-revoke = Widerrufen

# branding.rs
settings-colour = Farbe
settings-of-links-buttons-and-marks-such = Von Links, Knöpfen und Marken, etwa #0b5fb0. Die Seiten bilden daraus die Töne des dunklen Themas.
settings-welcome = Begrüßung
settings-markdown-on-the-start-page-in = Markdown auf der Startseite, anstelle des Satzes dort.
settings-logo = Logo
settings-a-png-jpeg-or-webp-of = Ein PNG, JPEG oder WebP von höchstens { $kib } KiB, anstelle des Buchstabens vor dem Namen. Es wird 28 Pixel hoch gezeigt, auf Weiß und auf fast Schwarz.
settings-take-the-logo-away = Logo entfernen
settings-saved = Gespeichert.
settings-pages-and-mails-look-so-from = Seiten und E-Mails sehen ab jetzt so aus.
settings-choose-the-image-again-browsers-do = Wählen Sie das Bild noch einmal: Browser behalten es nicht, wenn ein Formular abgelehnt wird.

# ci_trusts.rs
settings-no-ci-trusts-yet = Noch kein CI-Vertrauen
settings-with-one-a-pipeline-signs-in = Damit meldet sich eine Pipeline mit ihrer eigenen Identität an und bewahrt kein Geheimnis auf.
settings-issuer = Aussteller
settings-who-signs-the-identity-of-the = Wer die Identität des Workloads signiert.
settings-audience = Zielgruppe
settings-what-the-identity-has-to-be = Wofür die Identität ausgestellt sein muss: diese Installation.
settings-such-as-repo-acme-orders-ref = Etwa repo:acme/orders:ref:refs/heads/main; * steht für alles außer einem Doppelpunkt.
settings-it-works = Es funktioniert.
settings-the-issuer-was-reached-and-its = Der Aussteller wurde erreicht, und seine Schlüssel wurden gelesen. Noch ist nichts gespeichert.
settings-is-trusted = { $name } gilt als vertraut.
settings-what-goes-into-the-pipeline-is = Was in die Pipeline gehört, steht unten.
settings-every-token-it-gave-out-ended = Jeder Token, den es ausgab, endete damit.
settings-it-is-trusted-no-more = Dem wird nicht mehr vertraut.

# delivery.rs
settings-pending = Ausstehend
settings-failed = Fehlgeschlagen
settings-delivered = Zugestellt
settings-given-up = Aufgegeben
settings-made-ready = Bereitgestellt { $relative }.
settings-body = Inhalt
settings-ms = { $duration_ms } ms
settings-it-is-sent-again = Es wird noch einmal gesendet.
settings-with-the-same-id-a-receiver = Mit derselben ID: Ein Empfänger, der es schon hat, erkennt das.

# end.rs
settings-close-the-tenant = Mandanten schließen
settings-its-gateways-refuse-every-call-at = Seine Gateways lehnen sofort jede Anfrage ab, und nur das Lesen bleibt. { $closing_days } Tage lang kann er wieder geöffnet werden; danach wird alles, was ihm gehört, endgültig gelöscht.
settings-short-name-of-the-tenant = Kurzname des Mandanten
settings-type-to-say-that-it-is = Geben Sie { $slug } ein, um zu sagen, dass es so gemeint ist.
settings-close-tenant = Mandanten schließen
settings-the-tenant-is-being-closed = Der Mandant wird geschlossen
settings-everything-it-owns-is-deleted-on = Alles, was ihm gehört, wird am { $day } gelöscht. Bis dahin kann er wieder geöffnet werden, und alles ist, wie es war.
settings-open-tenant-again = Mandanten wieder öffnen
settings-no-other-export-began = Es wurde kein weiterer Export begonnen.

# general.rs
settings-anyone = Jeder
settings-addresses-of-the-domains-below = Adressen der Domains unten
settings-who-was-invited = Wer eingeladen wurde
settings-nobody = Niemand
settings-who-may-sign-up = Wer sich registrieren darf
settings-domains = Domains
settings-one-a-line-such-as-example = Eine pro Zeile, etwa example.com; höchstens 50.
settings-time-zone = Zeitzone
settings-such-as-europe-lisbon-quotas-of = Etwa Europe/Lisbon: Kontingente eines Tages oder Monats beginnen dort um Mitternacht.
settings-days-of-notice = Tage Vorlauf
settings-before-limits-tighten-and-versions-end = Bevor Grenzen enger werden und Versionen enden, 0 bis { $notice_days_max }.
settings-it-holds-from-now-on = Es gilt ab jetzt.

# mails.rs
settings-it-goes-to = Er geht an { $to }.
settings-the-test-is-on-its-way = Der Test ist unterwegs.

# mod.rs
settings-general = Allgemein
settings-lint-rules = Lint-Regeln

# sign_in.rs
settings-on-the-button-people-press = Auf dem Knopf, den man drückt.
settings-in-the-callback-address-it-stays = In der Rückrufadresse; er bleibt.
settings-such-as-https-login-example-com = Etwa https://login.example.com; das Discovery-Dokument dort wird gelesen.
settings-client-id = Client-ID
settings-client-secret = Client-Geheimnis
settings-only-addresses-of-these-domains = Nur Adressen dieser Domains
settings-one-a-line-none-takes-every = Eine pro Zeile; keine nimmt jede Adresse an.
settings-who-signs-in-first-is = Wer sich zum ersten Mal anmeldet, ist
settings-people-sign-in-with-a-password = Angemeldet wird mit einem Passwort
settings-add-an-openid-connect-provider-and = Fügen Sie einen OpenID-Connect-Anbieter hinzu, dann kann dieser verwendet werden.
settings-in-use = In Verwendung
settings-off = Aus
settings-every-address = Jede Adresse
settings-the-discovery-document-was-read-people = Das Discovery-Dokument wurde gelesen; angemeldet wird bei { $origin }. Noch ist nichts gespeichert.
settings-is-on-the-sign-in-page = { $name } steht auf der Anmeldeseite.
settings-its-callback-address-is = Seine Rückrufadresse ist { $callback }.
settings-is-in-use = { $name } ist in Verwendung.
settings-its-button-is-on-the-sign = Sein Knopf steht auf der Anmeldeseite.
settings-is-off = { $name } ist aus.
settings-nobody-signs-in-with-it = Niemand meldet sich damit an.
settings-remove = { $name } entfernen?
settings-nobody-signs-in-with-it-any = Niemand meldet sich mehr damit an. Die Personen bleiben und behalten, was sie dürfen.
settings-remove-provider = Anbieter entfernen
settings-provider-removed = Anbieter entfernt.

# webhook.rs
settings-hours-both-secrets-sign = Stunden, in denen beide Geheimnisse signieren
settings-given-up-since = Aufgegeben seit
settings-nothing-to-show = Nichts zu zeigen
settings-what-was-sent-here-appears-with = Was hierher gesendet wurde, erscheint mit den Antworten.
settings-it-fails-since = Schlägt fehl seit: { $relative }.
settings-every-state = Jeder Zustand
settings-what-waits-goes-to-this-address = Was wartet, geht an diese Adresse.
settings-a-test-is-on-its-way = Ein Test ist unterwegs.
settings-its-answer-appears-below-within-seconds = Die Antwort erscheint unten in wenigen Sekunden.
settings-resumed = Fortgesetzt.
settings-what-waited-is-sent-now = Was wartete, wird jetzt gesendet.
settings-paused = Angehalten.
settings-events-wait-until-it-is-resumed = Ereignisse warten, bis er fortgesetzt wird.
settings-both-secrets-sign-for-hours = Beide Geheimnisse signieren { $overlap_hours } Stunden lang.
settings-there-is-another-secret = Es gibt ein weiteres Geheimnis.
settings-there-are-more-ask-again = Es gibt mehr: Fragen Sie noch einmal.
settings-their-answers-appear-below = Ihre Antworten erscheinen unten.
settings-are-sent-again = Wird noch einmal gesendet: { $deliveries }.
settings-delete = { $name } löschen?
settings-nothing-is-sent-there-any-more = Dorthin wird nichts mehr gesendet; was dafür wartet, wird verworfen.
settings-webhook-deleted = Webhook gelöscht.

# webhooks.rs
settings-events-are-posted-here-signed-by = Ereignisse werden hierher gesendet, signiert nach Standard Webhooks.
settings-types-of-events = Arten von Ereignissen
settings-one-a-line-such-as-subscription = Eine pro Zeile, etwa subscription.approved oder subscription.*; keine heißt jede Art.
settings-failing = Schlägt fehl
settings-active = Aktiv
settings-paused-2 = Angehalten
settings-stopped = Beendet
settings-every-type = Jede Art
settings-other-programs-are-told-of-what = Andere Programme erfahren, was mit dieser Anwendung geschieht.
settings-other-programs-are-told-of-events = Andere Programme erfahren von Ereignissen.
settings-no-webhooks-yet = Noch keine Webhooks
settings-other-programs-are-told-of-events-2 = Andere Programme erfahren durch sie von Ereignissen.

# tokens.rs
settings-where-it-is-used-such-as = Wo er verwendet wird, etwa das Repository.
settings-ends-in = Endet in
settings-a-year = Ein Jahr
settings-speaks-for-me-above-all-tenants = Spricht für mich über allen Mandanten: Mandanten der Installation, gemeinsame Gateways
settings-no-tokens-yet = Noch keine Token
settings-tokens-for-ci-and-scripts-appear = Token für CI und Skripte erscheinen hier.
settings-revoked = Widerrufen
settings-expired = Abgelaufen
settings-is-revoked = { $name } ist widerrufen.
settings-it-is-refused-from-now-on = Er wird ab jetzt abgelehnt.
settings-a-link-light = Ein Link im hellen Thema
settings-a-link-dark = Ein Link im dunklen Thema
