# Applications of a developer: keys, subscriptions, usage, logs, members.

# call.html
applications-what-the-gateway-checked = Was das Gateway geprüft hat
applications-in-this-order = In dieser Reihenfolge
applications-what-your-application-received = Was Ihre Anwendung erhalten hat
applications-this-call = Diese Anfrage
applications-request-id = Anfrage-ID
applications-copy-request-id = Anfrage-ID kopieren

# evidence.html
applications-what-is-still-called = Was noch aufgerufen wird
applications-in-the-last-day = Am letzten Tag
applications-where-it-is-called-from = Von wo aufgerufen wird
applications-the-newest-addresses-of-connections-10 = Die neuesten Adressen von Verbindungen, höchstens 10
applications-last-seen = Zuletzt gesehen
applications-retire-it = Außer Kraft setzen
applications-retire-now = Jetzt außer Kraft setzen

# key.html
applications-copy = Kopieren
applications-i-have-stored-it = Ich habe ihn gespeichert
applications-what-it-is-known-by = Woran man sie erkennt
applications-make-your-first-call = Machen Sie Ihre erste Anfrage
applications-paste-it-into-a-terminal-the = Fügen Sie dies in ein Terminal ein. Der Schlüssel ist schon darin.
applications-put-your-key-where-it-says = Setzen Sie Ihren Schlüssel ein, wo es dasteht.
applications-what-follows = Was folgt
applications-from-request-to-first-call = Vom Antrag zur ersten Anfrage
applications-keep-it-safe = Bewahren Sie ihn sicher auf
applications-put-it-in-your-secret-store = Legen Sie ihn in Ihren Geheimnisspeicher, nie in den Code.
applications-lost-it-create-another-nobody-can = Verloren? Legen Sie einen anderen an. Diesen kann niemand noch einmal zeigen.

# keys.html
applications-keys-of = Schlüssel von { $name }
applications-create-a-key = Schlüssel anlegen
applications-create-key = Schlüssel anlegen
applications-create-a-credential-of-another-kind = Zugangsdaten anderer Art anlegen
applications-who-uses = , wer { $shown } verwendet
applications-rotate = Wechseln
applications-key = Schlüssel { $shown }
applications-revoke = Widerrufen

# list.html
applications-what-calls-the-apis-each-belongs = Was die APIs aufruft. Jede gehört einem Team und trägt eigene Schlüssel.
applications-create-application = Anwendung anlegen
applications-live-subscriptions = Laufende Subskriptionen

# logs.html
applications-logs-of = Protokoll von { $name }
applications-call = Anfrage

# members.html
applications-members-of = Mitglieder von { $name }
applications-invite-a-colleague = Kollegen einladen
applications-invite = Einladen
applications-they-work-on-whatever-else-the = Eingeladene arbeiten auch an allem anderen, was dem Team gehört.
applications-share-it = Teilen
applications-move-to-team = Zum Team verschieben

# show.html
applications-as-the-gateways-have-reported-it = Wie die Gateways es gemeldet haben

# usage.html
applications-usage-of = Nutzung von { $name }

# arrival.html
applications-see-it-in-usage = In der Nutzung ansehen
applications-waiting-for-your-first-call = Warten auf Ihre erste Anfrage
applications-why-was-this-refused = Warum wurde dies abgelehnt?

# call.rs
applications-logs = Protokoll
applications-why-was-this-call-refused = Warum wurde diese Anfrage abgelehnt?
applications-why-did-this-call-fail = Warum ist diese Anfrage fehlgeschlagen?
applications-what-happened-to-this-call = Was geschah mit dieser Anfrage?
applications-answered-in = { $day }, { $at }, beantwortet in { $milliseconds }
applications-about = Über { $code }
applications-the-gateway-ended-in-the-middle = Das Gateway endete mitten in dieser Anfrage
applications-the-backend-answered-with-a-failure = Das Backend antwortete mit einem Fehler
applications-the-backend-refused-it = Das Backend hat sie abgelehnt
applications-it-was-let-through-and-answered = Sie wurde durchgelassen und beantwortet
applications-the-caller-left-before-the-answer = Der Aufrufer ging vor der Antwort
applications-it-ended-with = Sie endete mit { $reason }
applications-see-the-access = Zugang ansehen
applications-request-access = Zugang beantragen
applications-see-what-used-it = Verbrauch ansehen
applications-open-keys = Schlüssel öffnen
applications-request = Anfrage
applications-access = Zugang
applications-backend = Backend
applications-not-reached = Nicht erreicht
applications-answered-in-2 = Antwortete mit { $status } in { $milliseconds }
applications-ends-in = Endet auf { $last4 }
applications-none-sent-by-try-it = Keiner: gesendet mit „Ausprobieren“
applications-bytes = { $grouped } Byte
applications-sent = Gesendet
applications-received = Empfangen
applications-same-outcome-within-the-hour = Gleiches Ergebnis innerhalb einer Stunde

# credential.rs
applications-name-and-password = Name und Passwort
applications-shared-secret-that-signs-requests-hmac = Gemeinsames Geheimnis, das Anfragen signiert (HMAC)
applications-key-pair-that-signs-tokens-jwt = Schlüsselpaar, das Token signiert (JWT)
applications-client-certificate-mtls = Client-Zertifikat (mTLS)
applications-this-may-hold-a-private-key = Dies enthält vielleicht einen privaten Schlüssel, deshalb wurde es entfernt und nichts davon behalten. Betrachten Sie diesen Schlüssel als bekannt, und fügen Sie die öffentliche Hälfte eines anderen ein.
applications-public-key = Öffentlicher Schlüssel
applications-for-a-key-pair-that-signs = Für ein Schlüsselpaar, das Token signiert: ein JSON Web Key (RFC 7517) ohne den privaten Teil.
applications-certificate = Zertifikat
applications-for-a-client-certificate-pem-without = Für ein Client-Zertifikat: PEM, ohne den privaten Schlüssel.
applications-ends-after-days = Endet nach Tagen
applications-without-a-number-it-lives-as = Ohne Zahl gilt es so lange, wie der Plan erlaubt.
applications-another-kind = Andere Art
applications-for = Für { $name }. { $not_enforced }
applications-create-credential = Zugangsdaten anlegen

# evidence.rs
applications-use = Nutzung
applications-who-uses-2 = Wer { $shown } verwendet
applications-it-was-not-replaced = Er wurde nicht ersetzt.
applications-or-once-nobody-has-used-it = , oder sobald ihn { $hours } lang niemand verwendet hat
applications-it-was-replaced-and-works-until = Er wurde ersetzt und gilt bis { $day }{ $quiet }.
applications-it-leaked-and-was-replaced-calls = Er ist durchgesickert und wurde ersetzt. Anfragen damit werden abgelehnt.
applications-it-is-over-calls-with-it = Er gilt nicht mehr. Anfragen damit werden abgelehnt.
applications-some-calls-are-not-known-yet = Manche Anfragen sind noch nicht bekannt.
applications-not-heard-from-what-they-saw = Nichts gehört von: { $join }. Was sie von diesem Schlüssel sahen, ist in diesen Zahlen nicht enthalten.
applications-since-it-was-replaced = Seit er ersetzt wurde
applications-last-hour = Letzte Stunde
applications-last-day = Letzter Tag
applications-nobody-used-it-in-the-last = Am letzten Tag hat ihn niemand verwendet. Anfragen damit werden von da an abgelehnt.
applications-calls-with-it-are-refused-from = Anfragen damit werden von da an abgelehnt.
applications-it-was-used-for-in-the = Er wurde am letzten Tag für { $calls } verwendet; solche Anfragen werden von da an abgelehnt.

# key.rs
applications-a-credential-of = Zugangsdaten von { $name }
applications-your-key-for = Ihr Schlüssel für { $name }
applications-made = { $name }, { $kind }. Angelegt: { $relative }.
applications-shown-once-this-page-keeps-it = Wird einmal gezeigt. Diese Seite behält ihn bis { $clock } UTC, danach kann ihn niemand mehr zeigen.
applications-it-was-shown-once-nobody-can = Er wurde einmal gezeigt. Niemand kann ihn noch einmal zeigen.
applications-its-private-half-is-with-its = Die private Hälfte ist beim Inhaber und kam nie hierher.
applications-it-opens-nothing-yet = Noch ist damit nichts zugänglich.
applications-it-ends-on-you-are-told = Er endet am { $day }. Sie werden vorher informiert.
applications-user-name = Benutzername
applications-key-id = Schlüssel-ID
applications-client-id = Client-ID
applications-first-call-received = Erste Anfrage erhalten, { $call }
applications-0-ms = 0,{ $microseconds } ms
applications-ms = { $grouped } ms
applications-in = { $status } in { $took }
applications-nothing-can-be-called-yet = Noch kann nichts aufgerufen werden.
applications-access-requested = Zugang beantragt
applications-approved = Genehmigt
applications-granted = Erteilt
applications-waiting-for-a-decision = Wartet auf eine Entscheidung
applications-until-then-calls-answer-403 = Bis dahin werden Anfragen mit 403 beantwortet.
applications-key-created = Schlüssel angelegt
applications-ends-in-2 = { $clock }, endet auf { $last4 }
applications-first-call = Erste Anfrage
applications-waiting-for-it = Noch keine.

# keys.rs
applications-in-a-year = In einem Jahr
applications-in-90-days = In 90 Tagen
applications-in-30-days = In 30 Tagen
applications-as-late-as-the-plan-allows = So spät, wie der Plan erlaubt
applications-good-for = Gilt für
applications-no-keys-yet = Noch keine Schlüssel
applications-keys-appear-here-by-their-first = Schlüssel erscheinen hier mit ihren ersten und letzten Zeichen.
applications-every-api-of-the-application = Jede API der Anwendung
applications-waits-for-a-decision = { $name } wartet auf eine Entscheidung.
applications-a-key-made-now-works-from = Ein Schlüssel, der jetzt angelegt wird, gilt ab dem Moment der Genehmigung.
applications-a-key-opens-nothing-yet = Ein Schlüssel öffnet noch nichts.
applications-request-access-to-an-api-for = Beantragen Sie für diese Anwendung Zugang zu einer API; ihre Schlüssel gelten, sobald er erteilt ist.
applications-browse-apis = APIs ansehen
applications-works-until = Gilt bis { $day }
applications-for-only = Nur für { $join }
applications-not-checked-yet = { $kind_words }, noch nicht geprüft
applications-active = Aktiv
applications-retiring = Läuft aus
applications-revoked = Widerrufen
applications-expired = Abgelaufen

# list.rs
applications-no-applications-yet = Noch keine Anwendungen
applications-an-application-is-what-calls-an = Eine Anwendung ist, was eine API aufruft. Sie wird auch für Sie angelegt, wenn Sie Zugang beantragen.
applications-suspended = Ausgesetzt
applications-its-team-can-see-its-keys = Ihr Team kann ihre Schlüssel und ihre Nutzung sehen.
applications-only-you = { $name } (nur Sie)

# logs.rs
applications-last-24-hours = Letzte 24 Stunden
applications-last-7-days = Letzte 7 Tage
applications-answered-2xx = Beantwortet (2xx)
applications-redirected-3xx = Umgeleitet (3xx)
applications-refused-or-wrong-4xx = Abgelehnt oder falsch (4xx)
applications-failed-5xx = Fehlgeschlagen (5xx)
applications-all-that-is-kept = Alles, was aufbewahrt ist
applications-no-call-matches = Keine passende Anfrage
applications-no-call-has-this-status-api = Keine Anfrage hat diesen Status, diese API und diese Zeit zugleich.
applications-clear-filters = Filter löschen
applications-no-calls-yet = Noch keine Anfragen
applications-calls-appear-here-within-seconds-of = Anfragen erscheinen hier wenige Sekunden später, abgelehnte mit dem Grund.

# members.rs
applications-address-of-a-colleague = Adresse eines Kollegen
applications-in-the-team = Im Team
applications-member = Mitglied
applications-lead = Leitung
applications-leads-choose-members-too = Die Leitung wählt auch die Mitglieder.
applications-nobody-in-this-team = Niemand in diesem Team
applications-its-members-appear-here = Seine Mitglieder erscheinen hier.
applications-ask-an-administrator-to-make-a = Bitten Sie einen Administrator um ein Team mit Ihnen darin, und verschieben Sie dann die Anwendung dorthin.
applications-move-the-application-to-a-team = Verschieben Sie die Anwendung in eines Ihrer Teams, und alle darin arbeiten daran.
applications-it-belongs-to-you-alone = Sie gehört Ihnen allein.
applications-was-invited = { $email } wurde eingeladen.
applications-they-work-on-it-once-they = Die Person arbeitet mit, sobald sie angenommen hat.
applications-they-are-in-the-team = Die Person ist im Team.
applications-they-work-on-this-application-now = Die Person arbeitet jetzt an dieser Anwendung mit.
applications-they-left-the-team = Die Person ist nicht mehr im Team.
applications-it-belongs-to = Sie gehört { $team }.

# replace.rs
applications-was-never-used = wurde nie verwendet
applications-was-last-used = wurde zuletzt verwendet: { $relative }
applications-the-old-key-works-for = Der alte Schlüssel gilt noch
applications-not-at-all-it-has-leaked = Gar nicht: Er ist durchgesickert
applications-replace-a-key = Schlüssel ersetzen
applications-both-keys-work-during-the-overlap = { $shown } { $used }. Während der Überlappung gelten beide Schlüssel.
applications-make-replacement = Ersatz anlegen
applications-end-it-sooner = Früher beenden
applications-only-by-hand = Nur von Hand
applications-once-unused-for-a-day = Wenn einen Tag lang unbenutzt
applications-once-unused-for-3-days = Wenn 3 Tage lang unbenutzt
applications-once-unused-for-7-days = Wenn 7 Tage lang unbenutzt
applications-without-an-overlap-there-is-nothing = Ohne Überlappung gibt es nichts früher zu beenden.
applications-it-was-never-used = Er wurde nie verwendet.
applications-it-was-last-used = Er wurde zuletzt verwendet: { $relative }.
applications-revoke-2 = { $shown } widerrufen?
applications-calls-with-this-key-are-refused = Anfragen von { $name } mit diesem Schlüssel werden sofort überall abgelehnt. { $used } Das kann nicht rückgängig gemacht werden.
applications-revoke-key = Schlüssel widerrufen

# show.rs
applications-no-access-yet = Noch kein Zugang
applications-request-access-to-an-api-for-2 = Beantragen Sie für diese Anwendung Zugang zu einer API; ein Schlüssel allein öffnet nichts.
applications-until = Bis { $day }
applications-team = Team { $name }.
applications-subscriptions = Subskriptionen
applications-usage = Nutzung
applications-webhooks = Webhooks
applications-resets-utc = Neu ab { $short_day }, { $clock } UTC.

# usage.rs
applications-calls-appear-here-within-seconds-of-2 = Anfragen erscheinen hier wenige Sekunden später.
applications-api-key = API-Schlüssel
applications-oauth-client = OAuth-Client
applications-paste-the-command = Fügen Sie den Befehl in ein Terminal ein. Dies ändert sich von selbst, und der Grund erscheint, wenn die Anfrage abgelehnt wird. <again>Von Hand neu laden</again>
applications-fingerprint = SHA-256-Fingerabdruck
applications-unknown = unbekannt
applications-by-try-it = { $environment }, Ausprobieren
