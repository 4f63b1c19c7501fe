# The console's pages of policies, rules and credentials in them.

# policy.html
policies-where-it-is = Wo sie gilt
policies-what-it-says = Was sie sagt
policies-whether-it-decides = Ob sie entscheidet
policies-check-policy = Richtlinie prüfen
policies-edit-as-fields = In Feldern bearbeiten
policies-edit-as-a-document = Als Dokument bearbeiten
policies-delete-policy = Richtlinie löschen
policies-the-same-as-a-file-for = Dasselbe als Datei, für Konfiguration, die in Dateien gehalten wird.

# rules.html
policies-how-requests-for-are-decided = Wie Anträge auf { $plan } entschieden werden
policies-a-rule-can-approve-by-itself = Eine Regel kann selbst genehmigen. Probieren Sie sie an früheren Anträgen aus, bevor sie handelt.
policies-tried = Ausprobiert
policies-people-refused-some-that-it-would = Personen haben einige abgelehnt, die sie zugelassen hätte. Sehen Sie diese an, bevor sie handelt.
policies-the-rule-has-parts-that-this = Die Regel hat Teile, die dieses Formular nicht zeigen kann. Sie bleibt, wie sie ist; ändern Sie sie mit gatehouse approval set.
policies-try-on-the-last-90-days = An den letzten 90 Tagen ausprobieren
policies-time-and-questions = Zeit und Fragen
policies-back-to-plan = Zurück zum Plan

# policies.html
policies-what-gateways-do-with-calls-besides = Was Gateways mit Anfragen tun, außer berechtigte durchzulassen: für jede API und für einzelne. Was hier hinzukommt, gilt für jede API.

# lint.html
policies-lint-rules = Lint-Regeln
policies-what-a-description-is-held-to = Woran eine Beschreibung gemessen wird, wenn sie veröffentlicht wird. Eine Regel, die sperrt, bindet jedes Team.
policies-level = Stufe
policies-level-of = Stufe von { $id }

# policies.html
policies-place = Ort
policies-add-a-policy = Richtlinie hinzufügen

# controls.rs
policies-origins = Origins
policies-one-a-line-such-as-https = Eine pro Zeile, etwa https://shop.example.com, mit dem Port, wo er nicht der übliche ist, und ohne Pfad. null ist, was abgeschottete Seiten senden.
policies-pages-of-every-origin = Seiten jeder Origin
policies-then-no-origin-is-named-and = Dann wird keine Origin genannt, und keine Zugangsdaten werden gesendet.
policies-request-fields-that-scripts-may-send = Anfragefelder, die Skripte senden dürfen
policies-one-a-line-what-is-always = Eines pro Zeile. Was immer erlaubt ist, x-api-key und das Feld des Tokens kommen hinzu.
policies-response-fields-that-scripts-may-read = Antwortfelder, die Skripte lesen dürfen
policies-one-a-line-gatehouse-request-id = Eines pro Zeile. gatehouse-request-id, ratelimit, ratelimit-policy und retry-after kommen hinzu.
policies-browsers-may-send-cookies-and-the = Browser dürfen Cookies und Ähnliches senden
policies-browsers-keep-a-preflight-s-answer = Browser merken sich die Antwort auf einen Preflight, Sekunden
policies-field-the-token-comes-in = Feld, in dem der Token kommt
policies-in-authorization-it-stands-behind-bearer = In authorization steht er hinter Bearer, und der Schlüssel kommt dann in X-API-Key. Leer: authorization.
policies-types = Typen
policies-one-a-line-such-as-at = Einer pro Zeile, etwa at+jwt: typ des Tokens ist einer davon, damit keiner genommen wird, der für etwas anderes gemacht ist. Leer: jeder.
policies-issuer = Aussteller
policies-what-iss-of-the-token-is = Was iss des Tokens ist, etwa https://login.example.com.
policies-audiences = Zielgruppen
policies-one-a-line-aud-of-the = Eine pro Zeile. aud des Tokens ist eine davon oder enthält eine davon.
policies-algorithms = Algorithmen
policies-one-a-line-rs256-rs384-rs512 = Einer pro Zeile: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 oder EdDSA.
policies-public-keys = Öffentliche Schlüssel
policies-the-issuer-s-json-web-key = Das JSON Web Key Set des Ausstellers, als JSON oder YAML: RSA mit 2.048 bis 4.096 Bit, P-256, P-384, Ed25519. Ein Schlüssel, der signieren kann, wird abgelehnt, und nichts davon wird behalten oder gezeigt.
policies-clocks-may-differ-by-seconds = Uhren dürfen abweichen um, Sekunden
policies-claims = Claims
policies-one-a-line-name-where-it = Einer pro Zeile: Name, wo er nur da sein muss, oder Name = Wert. Mehrere Zeilen mit einem Namen: Einer der Werte genügt.
policies-scopes = Scopes
policies-one-a-line-the-token-has = Einer pro Zeile. Der Token hat jeden davon, in scope oder scp.
policies-of-all-applications-together = Von allen Anwendungen zusammen.
policies-in-so-many-seconds = In so vielen Sekunden
policies-calls-at-once-after-a-pause = Anfragen auf einmal, nach einer Pause
policies-empty-as-many-as-in-the = Leer: so viele wie in der Zeit oben.
policies-removed-from-requests = Aus Anfragen entfernt
policies-names-one-a-line = Namen, einer pro Zeile.
policies-set-on-requests = In Anfragen gesetzt
policies-one-a-line-x-region-eu = Eines pro Zeile: x-region: eu. Anstelle dessen, was dort war. Wer die API lesen darf, liest es: Schreiben Sie kein Geheimnis hierher. In einer Richtlinie einer einzelnen API darf ein Wert ein Backend-Geheimnis von ihr nennen, wie in authorization: Bearer ${"{"}vault:NAME{"}"}.
policies-removed-from-the-backend-s-answers = Aus Antworten des Backends entfernt
policies-set-on-the-backend-s-answers = In Antworten des Backends gesetzt
policies-one-a-line-cache-control-no = Eines pro Zeile: cache-control: no-store.

# credentials.rs
policies-what-a-backend-is-shown-in = Was einem Backend in authorization oder x-api-key gezeigt wird, ist ein Geheimnis: Es wurde entfernt und nichts davon behalten. Legen Sie es als Backend-Geheimnis der API ab, und nennen Sie es als ${"{"}vault:NAME{"}"}.
policies-this-cannot-be-read-and-it = Dies kann nicht gelesen werden, und es nennt authorization oder x-api-key, worin einem Backend ein Geheimnis gezeigt wird: Nichts davon wurde behalten. Legen Sie das Geheimnis als Backend-Geheimnis der API ab, und nennen Sie es als ${"{"}vault:NAME{"}"}.

# edit.rs
policies-add-a-policy-2 = Richtlinie hinzufügen: { $kind_words }
policies-save-policy = Richtlinie speichern
policies-add-policy = Richtlinie hinzufügen
policies-locked = Festgesetzt
policies-every-version = Jede Version
policies-method-and-path-such-as-get = Methode und Pfad, etwa GET /pets/{"{"}id{"}"}, mit der Version oben. Leer: jede Operation.
policies-everywhere = Überall
policies-for-addresses-and-files-never-changes = Für Adressen und Dateien; ändert sich nie. Leer: aus Ort und Art gebildet.
policies-document = Dokument
policies-shared-rates-add-up-all-on = Gemeinsame Raten zählen zusammen: Alle auf dem Weg zu einer Operation gelten.
policies-the-innermost-policy-of-a-kind = Die innerste Richtlinie einer Art gilt, wenn keine weiter außen festgesetzt ist.
policies-further-in = Weiter innen
policies-enforce-it-decides = Durchsetzen: Sie entscheidet
policies-shadow-what-it-would-refuse-is = Beobachten: Was sie ablehnen würde, wird gezählt, nichts wird abgelehnt
policies-off-it-does-nothing-and-takes = Aus: Sie tut nichts und nimmt die Stelle einer weiter außen ein
policies-another-policy-may-take-its-place = Eine andere Richtlinie darf ihre Stelle einnehmen
policies-locked-none-takes-its-place = Festgesetzt: Keine nimmt ihre Stelle ein
policies-as-a-file = Als Datei

# effective.rs
policies-preflights-and-every-answer = Preflights, und jede Antwort
policies-after-the-subscription = Nach der Subskription
policies-before-the-plan-s-limits = Vor den Grenzen des Plans
policies-to-the-backend-and-back = Zum Backend und zurück
policies-no-policy-applies = Keine Richtlinie gilt
policies-subscribed-calls-go-through-in-the = Berechtigte Anfragen kommen durch, in den Grenzen ihres Plans.
policies-has-no-use-an-operation-of = { $version } hat kein „{ $operation }“. Nehmen Sie eine Operation der Beschreibung.
policies-every-operation-that-has-no-policy = Jede Operation, die keine eigene Richtlinie hat
policies-in-of-in = { $of } in { $version } von { $name }, in { $environment }.
policies-kept-out-by-which-is-locked = Ausgeschlossen durch { $slug }, die festgesetzt ist ({ $place }).
policies-applies-in-its-place = { $slug } gilt an ihrer Stelle ({ $place }).

# faults.rs
policies-line = Zeile { $line }: { $detail }

# form.rs
policies-fill-this-in = Füllen Sie dies aus.
policies-there-is-something-in-it-that = Darin steht etwas, wofür die Felder keinen Platz haben: Es bleibt ein Dokument.
policies-this-holds-a-key-that-can = Dies enthält einen Schlüssel, der signieren kann: Er ist privat oder geteilt. Er wurde entfernt und nichts davon behalten. Fügen Sie den öffentlichen Schlüssel ein, und betrachten Sie diesen als bekannt.

# list.rs
policies-no-policies-yet = Noch keine Richtlinien
policies-what-gateways-do-with-calls-besides-2 = Was Gateways mit Anfragen tun, außer berechtigte durchzulassen, erscheint hier.

# notation.rs
policies-this-is-neither-json-nor-yaml = Dies ist weder JSON noch YAML.
policies-line-2 = Zeile { $line }: { $message }.
policies-this-cannot-be-read = Dies kann nicht gelesen werden: { $message }.
policies-use-a-whole-number-without-signs = Nehmen Sie eine ganze Zahl ohne Vorzeichen und Leerzeichen; „{ $line }“ ist keine oder ist zu groß.
policies-write-at-most-lines = Schreiben Sie höchstens { $lines_max } Zeilen.
policies-write-the-name-a-colon-and = Schreiben Sie den Namen, einen Doppelpunkt und den Wert; eine Zeile hat keinen Doppelpunkt.
policies-write-the-name-a-colon-and-2 = Schreiben Sie den Namen, einen Doppelpunkt und den Wert; „{ $short }“ hat keinen Doppelpunkt.

# remove.rs
policies-delete = { $slug } löschen?
policies-gateways-stop-doing-what-it-says = { $kind_words }, { $place_words }, { $environment_words }: Gateways tun nicht mehr, was sie sagt. Eine Richtlinie dieser Art weiter außen gilt wieder, wo es eine gibt.
policies-is-deleted = { $slug } ist gelöscht.

# rows.rs
policies-token-jwt = Token (JWT)
policies-shared-rate = Gemeinsame Rate
policies-header-fields = Kopffelder
policies-add-cors = CORS hinzufügen
policies-add-token-check = Tokenprüfung hinzufügen
policies-add-shared-rate = Gemeinsame Rate hinzufügen
policies-add-header-fields = Kopffelder hinzufügen
policies-which-pages-of-other-origins-may = Welche Seiten anderer Origins aufrufen dürfen, und was sie lesen.
policies-a-signed-token-of-the-user = Ein signierter Token des Benutzers, der neben dem Schlüssel kommen muss.
policies-how-many-calls-all-applications-may = Wie viele Anfragen alle Anwendungen zusammen machen dürfen, zum Schutz dessen, was dahinter ist.
policies-fields-that-are-removed-and-set = Felder, die auf dem Weg zum Backend und in seinen Antworten entfernt und gesetzt werden.
policies-tenant = Mandant
policies-every-api = Jede API
policies-of = { $version } von { $api }
policies-in-of = { $operation } in { $version } von { $api }
policies-enforced = Durchgesetzt
policies-shadow = Beobachtend
policies-off = Aus
policies-tokens-of-in = Token von { $short } in { $short2 }
policies-in-s-at-once = { $t } in { $grouped } s, { $grouped2 } auf einmal
policies-requests = Anfragen:
policies-answers = Antworten:
policies-pages-of = Seiten von { $some }
policies-removes = entfernt { $some }
policies-sets = setzt { $some }
policies-and-more = { $join } und { $more } weitere

# save.rs
policies-nothing-is-wrong-with-it = Nichts ist daran falsch.
policies-it-is-not-saved-yet = Es ist noch nicht gespeichert.
policies-it-can-be-saved = Es kann gespeichert werden.
policies-saved = Gespeichert.
policies-nothing-changes-at-gateways = An den Gateways ändert sich nichts.

# rules.rs
policies-how-requests-are-decided = Wie Anträge entschieden werden
policies-choose-what-the-rule-does-to = Wählen Sie, was die Regel tut, um sie auszuprobieren.
policies-it-counts-for-requests-from-now = Es gilt für Anträge ab jetzt.
policies-it-approves-people-did-too = Sie genehmigt, Personen taten es auch
policies-it-approves-people-refused = Sie genehmigt, Personen lehnten ab
policies-it-leaves-to-people-who-approved = Sie überlässt es Personen, die genehmigten
policies-it-leaves-to-people-who-refused = Sie überlässt es Personen, die ablehnten

# rule_form.rs
policies-use-days-hours-and-minutes-as = Nehmen Sie Tage, Stunden und Minuten, wie in 1 Tag 12 Stunden.
policies-use-a-whole-number-from-1 = Nehmen Sie eine ganze Zahl ab 1.
policies-there-is-no-rule = Es gibt keine Regel
policies-only-says-what-it-would-do = Sagt nur, was sie tun würde
policies-approves-by-itself = Genehmigt selbst
policies-is-kept-and-does-nothing = Wird behalten und tut nichts
policies-every-condition-holds = Jede Bedingung trifft zu
policies-one-condition-holds = Eine Bedingung trifft zu
policies-not-asked = Nicht gefragt
policies-must-be-confirmed = Muss bestätigt sein
policies-a-team-that-offers-apis = Ein Team, das APIs anbietet
policies-a-team-that-uses-them = Ein Team, das sie nutzt
policies-somebody-s-own = Ein persönliches
policies-sandbox = Sandbox
policies-production = Produktion
policies-what-the-rule-does = Was die Regel tut
policies-name-of-the-rule = Name der Regel
policies-decisions-name-it-it-needs-at = Entscheidungen nennen ihn. Sie braucht mindestens eine der Bedingungen unten.
policies-it-holds-when = Sie trifft zu, wenn
policies-mail-domains-of-the-requester = E-Mail-Domains des Antragstellers
policies-one-a-line-as-in-acme = Eine pro Zeile, wie in acme.example. Die Adresse muss bestätigt sein.
policies-mail-address = E-Mail-Adresse
policies-slugs-one-a-line = Kurznamen, einer pro Zeile.
policies-kind-of-team = Art des Teams
policies-fewer-calls-a-day-than = Weniger Anfragen am Tag als
policies-what-the-plan-s-limits-let = Was die Grenzen des Plans durchlassen, bei ihrer stetigen Rate.
policies-a-decision-is-due-after = Eine Entscheidung ist fällig nach
policies-as-in-2-days-empty-as = Etwa 2 Tage. Leer: wie für alle Pläne.
policies-questions-of-a-request = Fragen eines Antrags
policies-one-a-line-key-question-required = Eine pro Zeile: Schlüssel | Frage | required oder optional | Auswahl, mit Kommas. Ohne Auswahl wird mit Worten geantwortet.
policies-write-key-question-required-or-optional = schreiben Sie Schlüssel | Frage | required oder optional | Auswahl
policies-line-3 = Zeile { $place }: { $form }.

# lint.rs
policies-warns = Warnt
policies-blocks = Sperrt
policies-what-was-published-stays-what-is = Was veröffentlicht ist, bleibt; was als Nächstes veröffentlicht wird, wird daran gemessen.
policies-0-to-86400 = 0 bis 86.400. Leer: 600.
policies-0-to-300 = 0 bis 300. Leer: 0.
policies-1-to-3600 = 1 bis 3.600.
policies-json-or-yaml = JSON oder YAML: was Dateien unter document haben.
policies-of-in-the-last-days-the = { $count ->
        [one] Von { $count } Antrag in den letzten { $days } Tagen hätte die Regel { $approved } genehmigt.
       *[other] Von { $count } Anträgen in den letzten { $days } Tagen hätte die Regel { $approved } genehmigt.
    }
policies-inside-everywhere = überall
policies-inside-sandbox = Sandbox
policies-inside-production = Produktion
policies-rule-off = { $rule } ist jetzt aus.
policies-rule-warns = { $rule } warnt jetzt.
policies-rule-blocks = { $rule } sperrt jetzt.
