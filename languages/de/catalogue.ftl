# What is offered: APIs, products, guides, search, status, incidents, questions, asking for access.

# api.html
catalogue-what-changed-in = Was sich geändert hat in { $name }
catalogue-limits-are-per-application = Grenzen gelten je Anwendung
catalogue-products-with-it = Produkte damit
catalogue-one-request-opens-all-that-is = Ein Antrag öffnet alles, was darin ist
catalogue-supported-until = Unterstützt bis
catalogue-what-changed = Was sich geändert hat
catalogue-breaks-callers = Bricht Aufrufer
catalogue-about = Über { $name }
catalogue-your-next-step = Ihr nächster Schritt
catalogue-base-addresses = Basisadressen
catalogue-copy-address = Adresse kopieren: { $label }
catalogue-openapi = OpenAPI

# changelog.html
catalogue-changelog = Änderungsprotokoll, { $api_name }
catalogue-what-changed-in-2 = Was sich in { $api_name } geändert hat
catalogue-changelog-2 = Änderungsprotokoll
catalogue-what-happened-to-newest-first = Was mit { $api_name } geschah, Neuestes zuerst.
catalogue-atom-feed = Atom-Feed

# guide.html
catalogue-nothing-is-written-here-yet = Hier steht noch nichts.

# home.html
catalogue-home = Startseite
catalogue-apis = APIs von { $tenant_name }
catalogue-find-an-api-ask-for-access = Finden Sie eine API, beantragen Sie Zugang, machen Sie die erste Anfrage.
catalogue-browse-apis = APIs ansehen
catalogue-search-apis = APIs durchsuchen
catalogue-name-operation-or-field = Name, Operation oder Feld
catalogue-all-apis = Alle APIs
catalogue-next-step = Nächster Schritt
catalogue-for = für { $name }

# incident.html
catalogue-manage = Verwalten

# list.html
catalogue-filters = Filter
catalogue-on = : { $filters_on } aktiv
catalogue-apply-filters = Filter anwenden
catalogue-everything-offers-with-what-you-can = Alles, was { $tenant_name } anbietet, mit dem, was Sie heute nutzen können.
catalogue-clear = Löschen
catalogue-sign-in = Anmeldung
catalogue-products = Produkte
catalogue-opens = Öffnet
catalogue-that-match = Die zu „{ $query }“ passen

# product.html
catalogue-what-it-opens = Was es öffnet
catalogue-one-request-one-key = Ein Antrag, ein Schlüssel

# questions.html
catalogue-questions = Fragen, { $api_name }
catalogue-questions-2 = Fragen
catalogue-what-people-ask-about-newest-first = Was zu { $api_name } gefragt wird, Neuestes zuerst.
catalogue-answer = Antworten
catalogue-send-answer = Antwort senden
catalogue-ask-a-question = Frage stellen
catalogue-send-question = Frage senden

# request.html
catalogue-request-access-to = Zugang zu { $api_name } beantragen
catalogue-one-form-you-can-withdraw-it = Ein Formular. Sie können es zurückziehen, bis entschieden ist.
catalogue-the-key-belongs-to-the-application = Der Schlüssel gehört der Anwendung, und ihr Team kann ihn sehen.
catalogue-new-application = Neue Anwendung
catalogue-request-access = Zugang beantragen
catalogue-about-this-request = Zu diesem Antrag
catalogue-what-happens-next = Was als Nächstes geschieht

# search.html
catalogue-search = { $query }, Suche
catalogue-did-you-mean = Meinten Sie
catalogue-schemas-and-callbacks = Schemas und Callbacks
catalogue-your-applications = Ihre Anwendungen

# status.html
catalogue-incidents = Störungen
catalogue-whether-calls-work-by-what-the = Ob Anfragen funktionieren: nach dem, was die Gateways und die Betreiber sagen.
catalogue-open-incidents = Offene Störungen
catalogue-the-last-hour-calls-of-everybody = Die letzte Stunde, Anfragen aller
catalogue-resolved-in-the-last-days = Behoben in den letzten { $days } Tagen
catalogue-concerned = Betroffen
catalogue-opened-2 = Eröffnet
catalogue-resolved-2 = Behoben

# terms.html
catalogue-back-to-request = Zurück zum Antrag

# api_head.html
catalogue-see-it-in-the-portal = Im Portal ansehen

# comment.html
catalogue-hidden-from-others = Für andere verborgen: { $hidden }
catalogue-hide = Verbergen
catalogue-what-wrote = was { $author } geschrieben hat
catalogue-show-again = Wieder zeigen

# follow.html
catalogue-stop-following = Nicht mehr folgen
catalogue-follow = Folgen

# plans.html
catalogue-plans-side-by-side = Pläne nebeneinander

# api.rs
catalogue-see = { $name } ansehen
catalogue-whole-changelog = Ganzes Änderungsprotokoll
catalogue-access-comes-with-a-product = Zugang kommt mit einem Produkt
catalogue-ask-for-which-opens-it = Fragen Sie nach { $name }, das sie öffnet.
catalogue-access-is-by-invitation = Zugang gibt es auf Einladung
catalogue-ask-the-team = Fragen Sie das Team { $team }.
catalogue-it-ends-at-a-date-to = Sie endet zu einem Zeitpunkt, der noch kommt.
catalogue-it-ended-on = Sie endete am { $day }.
catalogue-it-ends-on = Sie endet am { $day }.
catalogue-this-version-is-deprecated = Diese Version ist abgekündigt.
catalogue-how-to-move = Wie Sie wechseln
catalogue-open = { $successor } öffnen
catalogue-request = { $name } beantragen
catalogue-rate = Rate
catalogue-environments = Umgebungen
catalogue-price = Preis
catalogue-not-told = Nicht angegeben
catalogue-lasts = Laufzeit
catalogue-without-end = Ohne Ende
catalogue-days = { $days } Tage
catalogue-to-try-once = { $price }, zum Ausprobieren einmalig
catalogue-to-try-once-2 = Einmal zum Ausprobieren
catalogue-no-rate-limit = Kein Ratenlimit
catalogue-no-quota = Kein Kontingent
catalogue-granted-at-once = Sofort erteilt
catalogue-an-approver-decides = Jemand entscheidet
catalogue-two-approvers-decide = Zwei Personen entscheiden
catalogue-not-set = Nicht festgelegt
catalogue-create-a-key = Schlüssel anlegen
catalogue-make-your-first-call = Machen Sie Ihre erste Anfrage
catalogue-waiting-for-a-decision = Wartet auf eine Entscheidung
catalogue-access-granted = Zugang erteilt
catalogue-rejected = Abgelehnt
catalogue-the-request-page-has-the-reason = Auf der Seite des Antrags steht die Begründung. Sie können noch einmal fragen.

# changelog.rs
catalogue-deprecated = Abgekündigt
catalogue-retired = Eingestellt
catalogue-new = Neu
catalogue-nothing-happened-yet = Noch ist nichts geschehen
catalogue-new-descriptions-deprecations-and-notes-of = Neue Beschreibungen, Abkündigungen und Notizen der Inhaber erscheinen hier.

# incidents.rs
catalogue-planned = Geplant
catalogue-every-api = Jede API
catalogue-utc = { $day }, { $clock } UTC
catalogue-from = Ab { $moment }.
catalogue-until = Bis { $moment }.
catalogue-from-to = Von { $moment } bis { $moment2 }.
catalogue-maintenance-is-planned = Wartung ist geplant. { $planned }
catalogue-open-incident = Störung öffnen

# list.rs
catalogue-nothing-matches = Nichts gefunden
catalogue-no-api-has-these-words-and = Keine API hat diese Wörter und Filter zugleich.
catalogue-clear-filters = Filter löschen
catalogue-publish-api = API veröffentlichen
catalogue-no-apis-are-published-yet = Noch sind keine APIs veröffentlicht
catalogue-they-appear-here-as-soon-as = Sie erscheinen hier, sobald ihre Inhaber sie veröffentlichen.
catalogue-live = Veröffentlicht
catalogue-tag = Schlagwort
catalogue-see-how = Ansehen, wie
catalogue-not-requested = Nicht beantragt
catalogue-is-granted-for = { $name } { $name2 } ist für { $name3 } erteilt.
catalogue-your-next-step-is-to-create = Ihr nächster Schritt: einen Schlüssel anlegen.
catalogue-create-key = Schlüssel anlegen

# product.rs
catalogue-ask-the-team-2 = Fragen Sie das Team { $name }.

# questions.rs
catalogue-choose-one = Wählen Sie eine
catalogue-i-accept-version-of = Ich nehme Version { $version } von { $title } an
catalogue-read = { $title } lesen

# request.rs
catalogue-the-approver-reads-this-say-what = Dies liest, wer genehmigt. Sagen Sie, was Sie bauen, für wen und wie viele Anfragen Sie erwarten.
catalogue-you-send-the-request = Sie senden den Antrag
catalogue-it-is-decided = Es wird entschieden
catalogue-you-get-mail-and-an-inbox = Sie erhalten eine Mail und einen Eintrag im Posteingang, bei Nein mit der Begründung.
catalogue-you-create-a-key = Sie legen einen Schlüssel an
catalogue-shown-once-with-a-command-ready = Wird einmal gezeigt, mit einem Befehl zum Einfügen.
catalogue-your-first-call-arrives = Ihre erste Anfrage kommt an
catalogue-the-page-tells-you-the-moment = Die Seite sagt es Ihnen in dem Moment.
catalogue-say-what-you-build-with-it = Sagen Sie, was Sie damit bauen.
catalogue-access-to-is-granted = Zugang zu { $name } ist erteilt.
catalogue-create-a-key-to-make-the = Legen Sie einen Schlüssel an, um die erste Anfrage zu machen.

# search.rs
catalogue-nothing-has-the-words = Nichts enthält die Wörter „{ $query }“.
catalogue-for-2 = { $t } für „{ $query }“.
catalogue-words-of-names-summaries-paths-and = Gesucht wird in Wörtern von Namen, Zusammenfassungen, Pfaden und Feldern. Versuchen Sie weniger oder kürzere.

# status.rs
catalogue-nothing-went-wrong = Es ist nichts schiefgegangen
catalogue-incidents-stay-here-for-90-days = Störungen bleiben 90 Tage lang hier, nachdem sie vorbei sind.
catalogue-how-they-do-appears-here-as = Wie es ihnen geht, erscheint hier, sobald es sie gibt.
catalogue-no-gateway-serves-these-apis-yet = Noch bedient kein Gateway diese APIs
catalogue-calls-are-answered-from-when-the = Anfragen werden beantwortet, sobald das erste beitritt.
catalogue-not-heard-from = Nichts gehört
catalogue-no-gateway-has-been-heard-from = Von keinem Gateway ist etwas zu hören
catalogue-gateways-go-on-with-what-they = Gateways arbeiten mit dem weiter, was sie zuletzt wussten. Neue Entscheidungen erreichen sie im Moment nicht.
catalogue-works = Funktioniert
catalogue-up-and-up-to-date = { $all } in Betrieb und aktuell
catalogue-every-decision-is-in-force-everywhere = Jede Entscheidung ist überall in Kraft.
catalogue-partly = Teilweise
catalogue-of-up-and-up-to-date = { $behind } von { $all } in Betrieb und aktuell
catalogue-the-others-go-on-with-what = Die übrigen arbeiten mit dem weiter, was sie zuletzt wussten: Neue Schlüssel und Entscheidungen gelten dort vielleicht noch nicht.
catalogue-no-calls = Keine Anfragen
catalogue-trouble = Schwierigkeiten
catalogue-fails = Fällt aus
catalogue-nobody-has-called-it-in-the = In der letzten Stunde hat sie niemand aufgerufen.
catalogue-its-only-call-did-not-fail = Ihre einzige Anfrage ist nicht fehlgeschlagen.
catalogue-its-only-call-failed = Ihre einzige Anfrage ist fehlgeschlagen.
catalogue-none-of-calls-failed = Keine von { $grouped } Anfragen ist fehlgeschlagen.
catalogue-of-calls-failed = { $grouped } von { $grouped2 } Anfragen sind fehlgeschlagen.

# tabs.rs
catalogue-overview = Überblick
catalogue-reference = Referenz

# talk.rs
catalogue-plain-text-the-team-of-the = Reiner Text. Das Team der API erfährt es, und alle, die die API finden, lesen es.
catalogue-no-questions-yet = Noch keine Fragen
catalogue-what-somebody-asks-here-is-answered = Was hier gefragt wird, findet der Nächste beantwortet.
catalogue-your-question = Ihre Frage
catalogue-your-answer = Ihre Antwort
catalogue-answers-for-the-api = Antwortet für die API

# terms.rs
catalogue-accept-version-for = Version { $version } für { $name } annehmen
catalogue-version-is-accepted = Version { $version } ist angenommen.
catalogue-asked-for-plan-in = , beantragt: { $plan } in { $environment }
catalogue-has-plan-in = , hat { $plan } in { $environment }
catalogue-changed = , geändert
catalogue-terms-version = Version { $version },
