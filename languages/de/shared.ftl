# Parts that many pages share: forms, refusals of the portal itself, charts, codes of errors, help.

# same.html
shared-same-thing-in-cli-and-curl = Dasselbe auf der Kommandozeile und mit curl

# spread.html
shared-each-gateway = Jedes Gateway
shared-look-again = Neu ansehen

# bars.html
shared-show-as-table = Als Tabelle zeigen
shared-as-a-table = { $title } als Tabelle

# used.html
shared-by-operation = Nach Operation
shared-failed = Fehlgeschlagen
shared-p95 = p95

# ranges.html
shared-range = Zeitraum
shared-change-range = Zeitraum wechseln

# quota.html
shared-of-2 = { $used } von { $limit }
shared-of-used = { $used } von { $limit } verbraucht

# things.html
shared-field = Feld

# code.html
shared-copy = Kopieren

# confirm.html
shared-go-back = Zurück

# spread.html
shared-saved = Gespeichert

# code.html
shared-what-to-do = Was zu tun ist
shared-where-it-comes-from = Woher es kommt
shared-what-your-application-receives = Was Ihre Anwendung erhält
shared-the-answer-names-a-request-id = Die Antwort nennt eine Anfrage-ID. Geben Sie sie dem Inhaber der API oder dem Betreiber dieser Installation, wenn Sie nach einer Anfrage fragen; Anfragen Ihrer eigenen Anwendungen stehen im Protokoll.

# help.html
shared-help = Hilfe
shared-from-the-catalogue-to-the-first = Vom Katalog zur ersten Anfrage in vier Schritten.
shared-find-an-api = API finden
shared-request-access = Zugang beantragen
shared-choose-a-plan-name-your-application = Wählen Sie einen Plan, nennen Sie Ihre Anwendung, sagen Sie, wozu sie da ist. Manche Pläne erteilen den Zugang sofort.
shared-create-a-key = Schlüssel anlegen
shared-it-is-shown-once-keep-it = Er wird einmal gezeigt. Bewahren Sie ihn dort auf, wo Ihre Anwendung ihre Geheimnisse hat.
shared-make-the-first-call = Erste Anfrage machen
shared-the-command-is-filled-in-and = Der Befehl ist schon ausgefüllt, und die Seite sagt Ihnen, wann die Anfrage angekommen ist.
shared-when-a-call-is-refused = Wenn eine Anfrage abgelehnt wird
shared-every-refusal-carries-a-code-each = Jede Ablehnung trägt einen Code. Zu jedem Code gibt es eine Seite, die sagt, was er bedeutet und was zu tun ist.
shared-code = Code
shared-meaning = Bedeutung

# form.rs
shared-a-form-may-have-640-kib = Ein Formular darf 640 KiB haben.
shared-use-a-date-such-as-2027 = Geben Sie ein Datum wie 2027-06-30 an.

# page_error.rs
shared-this-needs-the-permission-which-none = Dies braucht die Berechtigung { $permission }, die keine Ihrer Rollen hat.
shared-what-was-chosen-does-not-exist = Was gewählt war, gibt es nicht mehr.

# proof.rs
shared-client-secret = Client-Geheimnis
shared-it-may-be-secret-so-this = Es ist vielleicht geheim, deshalb trägt diese Seite es nicht weiter: Geben Sie es noch einmal ein.
shared-public-keys = Öffentliche Schlüssel
shared-set-on-requests = In Anfragen gesetzt
shared-from-your-app-or-one-of = Aus Ihrer App, oder einer Ihrer Wiederherstellungscodes.
shared-your-password = Ihr Passwort
shared-enter-this-again = Geben Sie dies noch einmal ein.

# twice.rs
shared-this-form-was-sent-before-open = Dieses Formular wurde schon gesendet. Öffnen Sie die Seite neu.

# upload.rs
shared-all-fields-together = Alle Felder zusammen
shared-a-field = Ein Feld
shared-may-have-kib = { $what } darf { $bytes_max } KiB haben.
shared-a-form-has-at-most-fields = Ein Formular darf { $fields } Felder haben, jedes mit einem Namen von { $bytes } Byte.
shared-too-many-calls-are-under-way = Hier sind zu viele Anfragen unterwegs. Senden Sie sie gleich noch einmal.

# relay.rs
shared-what-was-filled-in-would-lead = Was ausgefüllt wurde, würde zu einer anderen Adresse führen als der der Operation.
shared-a-header-cannot-have-the-value = Ein Kopffeld kann nicht den Wert haben, der ausgefüllt wurde.
shared-a-file-that-the-call-names = Eine Datei, die die Anfrage nennt, ist nicht da. Wählen Sie sie noch einmal.
shared-the-portal-cannot-reach-the-gateway = Das Portal kann das Gateway nicht erreichen. Der Betreiber stellt die Adresse als gateway_relay_url ein.

# visitor.rs
shared-your-account-is-used-in-other = Ihr Konto wird auch an anderen Orten verwendet, und hier hat Ihre Organisation Sie angemeldet. Melden Sie sich mit Ihrem eigenen Passwort an, um es zu ändern.
shared-you-are-signed-in-but-you = Sie sind angemeldet, aber hier kein aktives Mitglied.

# chart.rs
shared-bars-in-all = { $points } Balken. Insgesamt: { $join }.
shared-all-used-calls-are-refused-until = Alles verbraucht. Anfragen werden abgelehnt, bis es neu beginnt.
shared-faster-than-the-period-passes = Schneller, als der Zeitraum vergeht.
shared-nothing-used-yet = Noch nichts verbraucht.
shared-left = { $grouped } übrig.

# problem.rs
shared-the-call-or-the-access-it = Die Anfrage, oder der Zugang, mit dem sie gemacht wurde. Wer sie sendet, kann es ändern.
shared-gatehouse-itself-or-its-configuration-the = Gatehouse selbst oder seine Konfiguration. Der Betreiber dieser Installation kann es ändern.
shared-the-backend-behind-the-api-its = Das Backend hinter der API. Sein Inhaber kann es ändern.
shared-sending-the-same-again-later-may = Dasselbe später noch einmal zu senden, kann helfen: Warten Sie so lange, wie Retry-After sagt, und nach jedem Versuch länger.
shared-sending-the-same-again-may-help = Dasselbe noch einmal zu senden, kann helfen, wenn die Anfrage zweimal gemacht werden darf.
shared-sending-the-same-again-changes-nothing = Dasselbe noch einmal zu senden, ändert nichts.

# spread.rs
shared-the-leaked-key-is-refused-on = { $count ->
        [one] Auf { $has } von { $count } Gateway wird der durchgesickerte Schlüssel abgelehnt.
       *[other] Auf { $has } von { $count } Gateways wird der durchgesickerte Schlüssel abgelehnt.
    }
shared-the-key-is-refused-on = { $count ->
        [one] Auf { $has } von { $count } Gateway wird der Schlüssel abgelehnt.
       *[other] Auf { $has } von { $count } Gateways wird der Schlüssel abgelehnt.
    }
shared-saved-in-force-on = { $count ->
        [one] Gespeichert. In Kraft auf { $has } von { $count } Gateway.
       *[other] Gespeichert. In Kraft auf { $has } von { $count } Gateways.
    }
shared-no-gateway-has-joined-yet-the = Noch ist kein Gateway beigetreten; das erste wird damit beginnen.
shared-it-took-under-0-1-s = Es dauerte weniger als 0,1 s.
shared-it-took = Es dauerte { $span }.
shared-seconds = { $whole },{ $tenths } s
shared-refuses-it = { $name } lehnt es ab: { $error }.
shared-was-last-heard-from-and-runs = Von { $name } war zuletzt zu hören: { $relative }; es führt aus, was es hatte.
shared-is-getting-it = { $name } holt es gerade.
shared-do-not-have-it-yet = Noch nicht dort: { $count }.

# used.rs
shared-answered = Beantwortet
shared-refused-or-wrong = Abgelehnt oder falsch
shared-server-error = Serverfehler
shared-the-last-hour = Die letzte Stunde
shared-calls-per-minute = Anfragen pro Minute
shared-minute = Minute
shared-the-last-24-hours = Die letzten 24 Stunden
shared-calls-per-hour = Anfragen pro Stunde
shared-hour = Stunde
shared-calls-per-day = Anfragen pro Tag
shared-day = Tag
shared-answered-2 = { $grouped } beantwortet
shared-refused-by-a-limit = Von einer Grenze abgelehnt
shared-rate-or-quota = Rate oder Kontingent
shared-server-errors = { $grouped } Serverfehler
shared-p50-ms = p50 { $time } ms
# Of a time that nobody measured.
shared-unknown = unbekannt
# A share in percent: 1.1.
shared-one-decimal = { $whole },{ $tenth }

# list_of.rs
shared-in-all = { $rows } insgesamt
shared-shown = { $rows } angezeigt
shared-enter-public = { $help } Von einem Schlüsselpaar gehört nur der öffentliche hierher, und von dem, was einem Backend gezeigt wird, nur { $secret }.
shared-call-too-large = Von hier darf eine Anfrage { $most } MB senden. Das Beispiel sendet jede Größe.
shared-no-answer-within = Innerhalb von { $seconds } Sekunden kam keine Antwort.
shared-answer-too-large = Die Antwort ist größer als { $most } MB. Rufen Sie mit einem eigenen Schlüssel auf, um sie zu erhalten.
shared-14-days = 14 Tage
shared-90-days = 90 Tage
shared-status-and-code = Der Status sagt, wie zu reagieren ist, der Code, welche Regel es war. Programme sollten <code>code</code> lesen; <code>title</code> und <code>detail</code> sind für Menschen.
shared-catalogue-says = Der <apis>Katalog</apis> sagt, wem sie gehört und was Sie damit tun dürfen.
shared-shell = Shell
shared-30-days = 30 Tage
shared-7-days = 7 Tage
shared-1-day = 1 Tag
