# The console's pages of who gets what: approval queue, plans, products, terms, home.

# The approval queue.

access-queue-nobody = Niemand wartet.
access-queue-wait = { $count ->
        [one] { $count } Person wartet auf eine Entscheidung.
       *[other] { $count } Personen warten auf eine Entscheidung.
    }
access-queue-late = { $count ->
        [one] { $count } wartet, { $late } über der Frist.
       *[other] { $count } warten, { $late } über der Frist.
    }
access-queue-none-fit = Kein Antrag passt
access-queue-others = Vielleicht warten andere. Zeigen Sie alle an.
access-queue-empty = Keine offenen Anträge
access-queue-empty-help = Zugangsanträge erscheinen hier, sobald sie gestellt sind.
access-undo-help = Versehentlich abgelehnt? Nach dem Zurücknehmen wartet der Antrag wieder; der Antragsteller erfährt davon.
access-undo = Zurücknehmen
access-selected = Ausgewählte Anträge
access-selected-help = Über jeden wird einzeln entschieden. Ist jemand schneller, bleibt dessen Entscheidung, und Sie erfahren davon.
access-approve-selected = Auswahl genehmigen
access-approve-under = Mit Auflagen genehmigen
access-reject-with = Auswahl mit Begründung ablehnen
access-reject-selected = Auswahl ablehnen

# The pages about requests, as tabs.

access-tab-waiting = Offen
access-tab-decided = Entschieden
access-tab-how = So wird entschieden

# What narrows the queue.

access-filter = Anträge filtern
access-show-all = Alle anzeigen
access-about = Betrifft
access-everything = Alles
access-first-requests = Erstanträge
access-plan-changes = Planwechsel
access-renewals = Verlängerungen
access-all-waiting = Alle offenen
access-left-for-me = Für mich
access-past-target = Über der Frist
access-every-api = Alle APIs
access-every-environment = Alle Umgebungen

# A request in the queue.

access-wants = Möchte
access-worth-knowing = Wissenswert
access-waiting = Wartet
access-decide = Entscheiden
access-approve = Genehmigen
access-approve-of = ({ $application } für { $api })
access-select-all = Alle Anträge auswählen
access-select = { $application } für { $api } auswählen
access-messages = Nachrichten
access-messages-about = zu { $application } für { $api }
access-said = { $count ->
        [one] { $count } Nachricht, die letzte von { $author }: { $text }
       *[other] { $count } Nachrichten, die letzte von { $author }: { $text }
    }
access-wants-change = Wechsel zu { $plan }
access-wants-from = { $api }, jetzt { $plan }
access-wants-renewal = Verlängerung von { $api } { $plan }
access-passed-on = weitergegeben { $when }
access-is-late = Frist überschritten
access-due = fällig { $when }

# What is worth knowing about a request.

access-fact-sandbox = Für die Sandbox
access-fact-production = Für die Produktion
access-fact-personal = Daten über Personen
access-fact-secret = Geheime Daten
access-fact-amount = { $calls ->
        [one] Darf { $calls } Anfrage am Tag stellen
       *[other] Darf { $calls } Anfragen am Tag stellen
    }
access-fact-no-bound = Darf beliebig viele Anfragen stellen
access-fact-nobody = Sonst hat noch niemand Zugang
access-fact-others = { $count ->
        [one] { $count } mit Zugang darf { $calls } Anfragen am Tag stellen; der stärkste Tag hatte { $busiest }
       *[other] { $count } mit Zugang dürfen { $calls } Anfragen am Tag stellen; der stärkste Tag hatte { $busiest }
    }
access-fact-others-least = Mindestens { $count } mit Zugang dürfen { $calls } Anfragen am Tag stellen; der stärkste Tag hatte { $busiest }
access-fact-unbound = { $count } mit Zugang, teils ohne Grenze; Anfragen am stärksten Tag: { $busiest }
access-fact-unbound-least = Mindestens { $count } mit Zugang, teils ohne Grenze; Anfragen am stärksten Tag: { $busiest }
access-fact-first = Erster Zugang dieses Teams
access-fact-has = Hat schon { $names }
access-fact-made = { $calls ->
        [one] { $calls } Anfrage des Teams in 30 Tagen, davon { $failed } fehlgeschlagen
       *[other] { $calls } Anfragen des Teams in 30 Tagen, davon { $failed } fehlgeschlagen
    }
access-fact-rejected = Früher: { $rejected } abgelehnt
access-fact-revoked = Früher: { $revoked } widerrufen
access-fact-both = Früher: { $rejected } abgelehnt, { $revoked } widerrufen
access-fact-agreed = { $given ->
        [one] { $given } von { $required } hat zugestimmt
       *[other] { $given } von { $required } haben zugestimmt
    }

# The form of a decision.

access-as-asked = Wie beantragt
access-other-plan = Unter einem anderen Plan
access-ends = Zugang endet am
access-ends-help = UTC. Nur bei Erstanträgen; ein früheres Ende des Plans selbst gilt auch.
access-most-second = Höchstens Anfragen pro Sekunde
access-most-second-help = Weniger, als der Plan erlaubt.
access-most-day = Höchstens Anfragen pro Tag
access-note = Nachricht an den Antragsteller
access-reason = Geht wörtlich an den Antragsteller
access-reason-help = Höchstens 500 Zeichen. Zum Ablehnen nötig.
access-select-one = Wählen Sie mindestens einen Antrag aus.
access-select-most = Wählen Sie höchstens { $most } Anträge aus.
access-say-why = Nennen Sie den Grund. Der Antragsteller liest ihn wörtlich.
access-too-long = Schreiben Sie höchstens 500 Zeichen.
access-first-plan = Einen anderen Plan gibt es nur bei Erstanträgen. Genehmigen Sie Planwechsel und Verlängerungen ohne ihn.
access-first-end = Ein Enddatum gibt es nur bei Erstanträgen. Genehmigen Sie Planwechsel und Verlängerungen ohne Enddatum.
access-first-limit = Eine niedrigere Grenze gibt es nur bei Erstanträgen. Genehmigen Sie Planwechsel und Verlängerungen ohne sie.
access-whole-number = Nehmen Sie eine ganze Zahl ab 1.

# What became of a decision.

access-none-decided = Noch ist nichts entschieden.
access-approved-one = { $api } für { $application } genehmigt.
access-approved-many = { $count ->
        [one] { $count } Antrag genehmigt.
       *[other] { $count } Anträge genehmigt.
    }
access-rejected-one = { $api } für { $application } abgelehnt.
access-rejected-many = { $count ->
        [one] { $count } Antrag abgelehnt.
       *[other] { $count } Anträge abgelehnt.
    }
access-still-open = Sie haben { $api } für { $application } zugestimmt. Zustimmungen: { $given } von { $required }; es entscheidet noch jemand.
access-none-back = Nichts ist zurückgenommen.
access-back-one = { $api } für { $application } wartet wieder.
access-back-many = { $count ->
        [one] { $count } Antrag wartet wieder.
       *[other] { $count } Anträge warten wieder.
    }

# What was decided.

access-decided-title = Entschiedene Anträge
access-decided-lead = Was entschieden wurde, von wem und warum.
access-decided-empty = Noch nichts entschieden
access-decided-empty-help = Entscheidungen erscheinen hier mit ihren Gründen.
access-wanted = Beantragt
access-by = Von
access-by-rule = Eine Regel des Plans
access-approved = Genehmigt
access-reconsider = Neu entscheiden

# How requests are decided: deadlines, reasons, deputies.

access-how-title = So wird über Anträge entschieden
access-how-lead = Wie lange Entscheidungen dauern dürfen und wer für Abwesende entscheidet. Was von selbst entscheidet, steht bei jedem Plan.
access-in-time = Fristen für Entscheidungen
access-administrator = Ein Administrator kann das ändern.
access-span-days = { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
access-span-hours = { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
access-span-minutes = { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
access-due-after = Die Frist für eine Entscheidung, wenn der Plan nichts anderes festlegt: { $span }.
access-reminded = Wer entscheidet, wird { $span } vorher erinnert.
access-not-reminded = Niemand wird erinnert.
access-late-owners = Wird die Frist überschritten, erfahren es die Inhaber.
access-late-team = Wird die Frist überschritten, erfährt es das Team { $team }.
access-span-rule = Schreiben Sie Tage, Stunden und Minuten, wie in 1 Tag 12 Stunden.
access-set-due = Frist für eine Entscheidung
access-set-due-help = Etwa 2 Tage oder 1 Tag 12 Stunden. Ein Plan kann anderes festlegen.
access-set-remind = Erinnerung vor Ablauf der Frist
access-set-remind-help = Etwa 4 Stunden. Leer: Niemand wird erinnert.
access-set-told = Bei überschrittener Frist benachrichtigen
access-owners = Die Inhaber
access-set-reasons = Gründe, mit denen eine Ablehnung beginnen kann
access-set-reasons-help = Einer je Zeile, höchstens 20. Vor dem Senden lässt sich der Text noch ändern.
access-saved = Gespeichert.
access-saved-from = Es gilt für Anträge ab jetzt.
access-deputies = Vertretungen
access-deputies-empty = Niemand entscheidet für andere
access-deputies-empty-help = Benennen Sie eine Vertretung, bevor Sie abwesend sind.
access-deputy-days = Zeitraum
access-deputy-from-to = { $from } bis { $until }
access-deputy-decides = Entscheidet
access-deputy-to-come = Kommt noch
access-deputy-over = Vorbei
access-deputy-take-back = Zurücknehmen
access-deputy-of = ({ $to } für { $from })
access-deputy-name-a = Vertretung benennen
access-deputy-name = Vertretung benennen
access-deputy-who = Wer für Sie entscheidet
access-deputy-starts-help = UTC. Leer: sofort.
access-deputy-ends = Bis zum Beginn des Tages
access-deputy-ends-help = Höchstens 90 Tage.
access-deputy-nobody = Wählen Sie jemanden.
access-deputy-named = { $name } entscheidet für Sie.
access-deputy-named-help = Bei jeder Entscheidung steht, für wen.
access-deputy-revoked = { $to } entscheidet nicht mehr für { $from }.

# What a role holds for.

access-for = Für
access-scope-tenant = Der ganze Mandant
access-scope-team = Team { $name }
access-scope-product = Produkt { $name }
access-scope-api = API { $name }
access-scope-one-api = Eine API
access-scope-all-of-team = Alles, was einem Team gehört
access-scope-one-product = Ein Produkt
access-scope-which = Was genau
access-scope-which-help = Der Kurzname. Nichts für den ganzen Mandanten.
access-scope-no-parts = Der ganze Mandant hat keine Teile: Lassen Sie dies leer oder wählen Sie, was „{ $of }“ ist.

# Plans.

access-plans-lead = Was eine Anwendung nutzen darf und wer darüber entscheidet.
access-plans-empty = Noch keine Pläne
access-plans-empty-help = Pläne werden auf der Seite einer API angelegt.
access-api-or-product = API oder Produkt
access-rules = Regeln und Fragen
access-rules-of = zu { $plan } von { $api }
access-plan-create = Plan anlegen
access-plan-named = Plan { $name }
access-plan-save = Plan speichern
access-plan-lead = Grenzen gelten für jede Anwendung. Die strengste entscheidet.
access-plan-lead-fixed = Die Grenzen sind { $limits }. Sie bleiben, wie sie sind; die REST-API ändert sie.
access-short-name-help = Für Adressen; ändert sich nie.
access-plan-auto = Wird sofort gewährt
access-plan-manual = Eine Person entscheidet
access-plan-two = Zwei Personen entscheiden
access-plan-environments = Umgebungen
access-plan-both = Sandbox und Produktion
access-plan-sandbox = Nur Sandbox
access-plan-production = Nur Produktion
access-plan-rate = Anfragen pro Sekunde
access-plan-burst = Spitze
access-plan-burst-help = Anfragen auf einmal, bevor die Grenze pro Sekunde gilt.
access-plan-period = Kontingent zählt je
access-month = Monat
access-year = Jahr
access-day = Tag
access-plan-days = Dauer des Zugangs in Tagen
access-plan-currency = Währung
access-plan-currency-help = Etwa EUR. Preise werden genannt, nicht abgerechnet.
access-plan-price = Preis
access-plan-paid = Zu zahlen je
access-plan-calls = Preis für 1.000 Anfragen
access-plan-trial = Zum Ausprobieren
access-plan-trial-yes = Ja, einmal je Team
access-plan-trial-help = Ein Zugang zum Ausprobieren braucht ein Ende und wird nicht verlängert.
access-plan-terms = Bedingungen, die anzunehmen sind
access-notice-skip = Sofort, ohne Ankündigung für alle mit Zugang
access-notice-why = Warum es keine Ankündigung gibt
access-notice-why-help = Steht dann im Audit-Protokoll. Ohne Ankündigung nötig.

# Products over several APIs.

access-products-lead = Mehrere APIs, mit einem Antrag und einer Entscheidung.
access-products-empty = Noch keine Produkte
access-products-empty-help = Ein Produkt öffnet mehrere APIs mit einem Antrag. Eine einzelne API braucht keines.
access-product-create-a = Produkt anlegen
access-product-create = Produkt anlegen
access-product-opens = Öffnet
access-product-subscriptions = Subskriptionen
access-seen-private = Das eigene Team
access-seen-restricted = Genannte Teams
access-seen-tenant = Alle Mitglieder
access-seen-public = Alle
access-product-lead = Team { $team }. { $summary }
access-product-portal = Im Portal ansehen
access-product-offer = Anbieten
access-product-deprecate = Abkündigen
access-product-offer-again = Wieder anbieten
access-product-what = Was es öffnet
access-product-nothing = Es öffnet noch nichts
access-product-nothing-help = Fügen Sie unten Versionen Ihrer APIs hinzu.
access-product-add-a = Version hinzufügen
access-product-add = Version hinzufügen
access-product-only = Nur diese Operationen
access-product-only-help = Eine je Zeile, etwa { $sample }. Leer öffnet alle, auch spätere.
access-product-choose = Wählen Sie eine Version.
access-product-retire = Einstellen
access-product-retire-button = Produkt einstellen
access-product-retire-named = { $name } einstellen?
access-product-retire-ends = { $count ->
        [one] Niemand findet es mehr, und { $count } Subskription endet damit. Die APIs laufen weiter. Das lässt sich nicht rückgängig machen.
       *[other] Niemand findet es mehr, und { $count } Subskriptionen enden damit. Die APIs laufen weiter. Das lässt sich nicht rückgängig machen.
    }
access-product-retire-reason = Nötig, solange Subskriptionen offen sind.

# Terms.

access-terms-lead = Was annimmt, wer einen Plan beantragt. Versionen ändern sich nie.
access-terms-empty = Noch keine Bedingungen
access-terms-empty-help = Ein Plan kann Bedingungen nennen. Wer ihn beantragt, nimmt sie an.
access-terms-write = Bedingungen schreiben
access-terms-write-lead = Pläne nennen sie; wer einen solchen Plan beantragt, nimmt sie an.
access-terms-publish = Bedingungen veröffentlichen
access-terms-new = Neue Version
access-terms-new-of = von { $title }
access-terms-new-lead = Ab jetzt wird die neue Version angenommen. Wer eine frühere angenommen hat, behält sie.
access-terms-publish-new = Neue Version veröffentlichen
access-markdown = Markdown.

# The console's first page: what needs a person.

access-home-nothing = Nichts zu erledigen
access-home-things = { $count ->
        [one] { $count } Punkt zu erledigen
       *[other] { $count } Punkte zu erledigen
    }
access-home-lead = Alles andere läuft, wie es soll.
access-home-latest = Letzte Änderungen
access-home-all = Alle Änderungen
access-home-what = Was
access-todo-no-gateway = Noch kein Gateway ist beigetreten
access-todo-no-gateway-help = Bis dahin kann keine Anfrage beantwortet werden.
access-todo-add-gateway = Gateway hinzufügen
access-todo-silent = Gateway { $name } meldet sich nicht
access-todo-diverged = Gateway { $name } weicht ab
access-todo-behind = Gateway { $name } liegt zurück
access-todo-gateway-help = Dort gilt Änderung { $applied } von { $head }. Was seitdem widerrufen wurde, kann dort noch gelten.
access-todo-seen = gesehen { $when }
access-todo-open-gateways = Gateways öffnen
access-todo-requests = { $count ->
        [one] { $count } Zugangsantrag wartet
       *[other] { $count } Zugangsanträge warten
    }
access-todo-oldest-was = Der älteste wartet { $age } und war { $when } fällig.
access-todo-oldest-is = Der älteste wartet { $age } und ist { $when } fällig.
access-todo-webhook = Webhook { $name } ist angehalten
access-todo-since = zuerst { $when }
access-todo-open-webhook = Webhook öffnen
access-todo-ended = { $api } { $version } sollte { $when } enden
access-todo-ending = { $api } { $version } endet { $when }
access-todo-ending-help = Sie antwortet, bis jemand sie einstellt. Sehen Sie nach, wer sie noch aufruft.
access-todo-due-day = fällig am { $day }
access-todo-callers = Aufrufer ansehen
access-todo-drift = { $count ->
        [one] { $count } Ressource ist nicht mehr, wie Dateien sie beschreiben
       *[other] { $count } Ressourcen sind nicht mehr, wie Dateien sie beschreiben
    }
access-todo-drift-help = Eine davon: { $resource }. Das nächste Anwenden würde sie zurücksetzen.
access-todo-compare = Vergleichen
access-todo-changeset = Ein Changeset von { $person } wartet auf jemanden, der es anwenden darf
access-todo-open-changeset = Changeset öffnen
access-none-selected = Nichts ausgewählt
access-some-selected = { $n } ausgewählt
