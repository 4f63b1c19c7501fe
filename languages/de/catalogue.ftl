# What is offered: APIs, products, guides, search, status, incidents, questions, asking for access.

# The start page.
catalogue-home = Startseite
catalogue-home-heading = APIs von { $tenant }
catalogue-home-lead = API finden, Zugang beantragen, die erste Anfrage senden.
catalogue-browse = APIs ansehen
catalogue-all-apis = Alle APIs
catalogue-search-hint = Name, Operation oder Feld
catalogue-next-step = Nächster Schritt
# Behind what a row offers to do, for those who hear it.
catalogue-step-for = für { $api }

# The list of APIs, and its rows.
catalogue-filters = Filter
catalogue-filters-on = Filter: { $count } aktiv
catalogue-filters-apply = Filter anwenden
catalogue-filters-clear = Filter zurücksetzen
catalogue-clear = Zurücksetzen
catalogue-tag = Schlagwort
catalogue-list-lead = Alles, was { $tenant } anbietet, und was Sie heute davon nutzen können.
catalogue-total = { $count ->
        [one] { $count } API
       *[other] { $count } APIs
    }
catalogue-sign-in = Anmeldung
catalogue-key-sign-in = API-Schlüssel
catalogue-products = Produkte
catalogue-products-lead = Ein Antrag öffnet alles, was sie enthalten
# The APIs or versions that a product opens.
catalogue-opens = Öffnet
catalogue-versions = { $count ->
        [one] { $count } Version
       *[other] { $count } Versionen
    }
catalogue-operations-matching = Passend zu „{ $query }“
catalogue-empty = Noch keine APIs veröffentlicht
catalogue-empty-help = Sie erscheinen hier, sobald sie veröffentlicht sind.
catalogue-publish = API veröffentlichen
catalogue-nothing = Nichts gefunden
catalogue-nothing-filtered = Keine API passt zu diesen Wörtern und Filtern zugleich.
catalogue-not-requested = Nicht beantragt
catalogue-request-access = Zugang beantragen
catalogue-see-how = Mehr dazu
catalogue-granted = { $api } { $plan } ist für { $application } genehmigt.
catalogue-granted-next = Ihr nächster Schritt ist, einen Schlüssel anzulegen.
catalogue-create-key = Schlüssel anlegen

# One API, with its tabs. Products have some of it as well.
catalogue-tab-overview = Überblick
catalogue-tab-reference = Referenz
catalogue-feed-of = Änderungen an { $api }
catalogue-about-named = Über { $name }
catalogue-about = Angaben
catalogue-download = Download
catalogue-openapi = OpenAPI
catalogue-your-next-step = Ihr nächster Schritt
catalogue-base-addresses = Basisadressen
catalogue-copy-address = Adresse für { $environment } kopieren
catalogue-products-with-it = Produkte mit dieser API
catalogue-see = { $product } ansehen
catalogue-supported-until = Unterstützt bis
catalogue-not-set = Nicht festgelegt
catalogue-what-changed = Was sich geändert hat
catalogue-whole-changelog = Ganzes Änderungsprotokoll
# Of a change that makes calls fail which worked before.
catalogue-breaks = Inkompatibel
catalogue-with-product = Zugang gibt es mit einem Produkt
catalogue-with-product-help = Beantragen Sie { $product }; es öffnet diese API.
catalogue-by-invitation = Zugang gibt es auf Einladung
catalogue-by-invitation-help = Fragen Sie das Team { $team }.
catalogue-deprecated = Diese Version ist abgekündigt.
catalogue-ends-some-day = Wann sie endet, wird noch bekannt gegeben.
catalogue-ends = Sie endet am { $day }.
catalogue-ended = Sie endete am { $day }.
catalogue-how-to-move = Anleitung zum Umstieg
catalogue-open-version = { $version } öffnen
catalogue-what-it-opens = Was es öffnet
catalogue-what-it-opens-lead = Ein Antrag, ein Schlüssel
catalogue-follow = Folgen
catalogue-unfollow = Nicht mehr folgen
# On the console's pages of an API.
catalogue-see-in-portal = Im Portal ansehen

# Environments by their names.
catalogue-environment-production = Produktion
catalogue-environment-sandbox = Sandbox

# From request to first call.
catalogue-step-key = Schlüssel anlegen
catalogue-step-call = Erste Anfrage senden
catalogue-step-waiting = Wartet auf Entscheidung
catalogue-step-granted = Zugang genehmigt
catalogue-step-rejected-help = Die Begründung steht beim Antrag. Sie können den Zugang noch einmal beantragen.

# Plans side by side. $price is an amount with its currency, such as EUR 49.90.
catalogue-plans-lead = Grenzen gelten je Anwendung
catalogue-plans-side-by-side = Pläne im Vergleich
catalogue-request-plan = { $plan } beantragen
catalogue-rate = Ratenlimit
catalogue-rate-second = { $amount } pro Sekunde, Spitze { $burst }
catalogue-rate-minute = { $amount } pro Minute, Spitze { $burst }
catalogue-rate-hour = { $amount } pro Stunde, Spitze { $burst }
catalogue-rate-window = { $amount } in { $seconds } s, Spitze { $burst }
catalogue-no-rate = Kein Ratenlimit
catalogue-quota-day = { $amount } pro Tag
catalogue-quota-month = { $amount } pro Monat
catalogue-no-quota = Kein Kontingent
catalogue-environments = Umgebungen
catalogue-price = Preis
catalogue-price-untold = Keine Angabe
catalogue-price-day = { $price } pro Tag
catalogue-price-month = { $price } pro Monat
catalogue-price-year = { $price } pro Jahr
catalogue-price-calls = { $price } für 1.000 Anfragen
catalogue-price-both = { $period } und { $calls }
catalogue-price-trial = { $price }, einmal zum Ausprobieren
catalogue-trial = Einmal zum Ausprobieren
catalogue-decision-auto = Sofort genehmigt
catalogue-decision-manual = Eine Person entscheidet
catalogue-decision-two-person = Zwei Personen entscheiden
catalogue-lasts = Dauer
catalogue-without-end = Unbefristet
catalogue-days = { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }

# Changelog and guides.
catalogue-changelog = Änderungsprotokoll
catalogue-changelog-title = Änderungsprotokoll, { $api }
catalogue-changelog-lead = Was mit { $api } geschehen ist, das Neueste zuerst.
catalogue-changelog-empty = Noch nichts geschehen
catalogue-changelog-empty-help = Neue Beschreibungen, Abkündigungen und Hinweise der Inhaber erscheinen hier.
catalogue-atom = Atom-Feed
catalogue-new = Neu
# A time follows, such as "3 days ago".
catalogue-guide-changed = { $api }, geändert
catalogue-guide-empty = Hier steht noch nichts.

# Asking for access.
catalogue-request-of = Zugang zu { $api } beantragen
catalogue-request-lead = Ein Formular. Sie können den Antrag zurückziehen, bis er entschieden ist.
catalogue-request-application-help = Der Schlüssel gehört der Anwendung, und ihr Team kann ihn sehen.
catalogue-request-application-new = Neue Anwendung
catalogue-request-about = Zu diesem Antrag
catalogue-request-next = So geht es weiter
catalogue-request-sent = Sie senden den Antrag
catalogue-request-decided = Über ihn wird entschieden
catalogue-request-decided-help = Sie erhalten eine E-Mail und einen Eintrag im Posteingang, bei einer Ablehnung mit der Begründung.
catalogue-request-key = Sie legen einen Schlüssel an
catalogue-request-key-help = Er wird einmal gezeigt, mit einem Befehl zum Einfügen.
catalogue-request-call = Ihre erste Anfrage kommt an
catalogue-request-call-help = Die Seite zeigt es Ihnen sofort an.
catalogue-request-purpose-help = Wer entscheidet, liest das. Schreiben Sie, was Sie bauen, für wen und wie viele Anfragen Sie erwarten.
catalogue-request-purpose-missing = Schreiben Sie, was Sie damit bauen.
catalogue-request-granted = Der Zugang zu { $api } ist genehmigt.
catalogue-request-granted-next = Legen Sie einen Schlüssel an, um die erste Anfrage zu senden.
# Behind the name of an application: what it has already.
catalogue-asked-production = hat { $plan } in der Produktion beantragt
catalogue-asked-sandbox = hat { $plan } in der Sandbox beantragt
catalogue-has-production = hat { $plan } in der Produktion
catalogue-has-sandbox = hat { $plan } in der Sandbox

# What a plan asks, and its terms.
catalogue-choose-one = Wählen Sie aus
catalogue-accept = Ich nehme Version { $version } von { $terms } an
catalogue-read = { $terms } lesen
catalogue-terms-version = Version { $version }
catalogue-terms-accept = Version { $version } für { $application } annehmen
catalogue-terms-accepted = Version { $version } ist angenommen.
catalogue-terms-back = Zurück zum Antrag

# Questions about an API.
catalogue-questions = Fragen
catalogue-questions-title = Fragen, { $api }
catalogue-questions-lead = Was zu { $api } gefragt wird, das Neueste zuerst.
catalogue-questions-empty = Noch keine Fragen
catalogue-questions-empty-help = Was hier gefragt wird, wird dort beantwortet, wo auch andere es finden.
catalogue-ask = Frage stellen
catalogue-question-yours = Ihre Frage
catalogue-question-help = Nur Text. Das Team der API erfährt davon, und alle, die die API finden, lesen es.
catalogue-question-send = Frage senden
# What is done to a question; its author follows.
catalogue-answer = Antworten
catalogue-answer-yours = Ihre Antwort
catalogue-answer-send = Antwort senden
# Beside the name of somebody of its team.
catalogue-answers-for = Antwortet für die API
catalogue-hidden = Für andere ausgeblendet: { $reason }
catalogue-hide = Ausblenden
catalogue-show-again = Wieder einblenden
# Behind one of the two, for those who hear it.
catalogue-hide-what = was { $author } geschrieben hat

# Search.
catalogue-search = Suche
catalogue-search-title = { $query }, Suche
catalogue-search-lead = APIs, Operationen, Anleitungen und Ihre Anwendungen.
catalogue-search-none = Nichts enthält „{ $query }“.
catalogue-search-results = { $count ->
        [one] { $count } Treffer für „{ $query }“.
       *[other] { $count } Treffer für „{ $query }“.
    }
catalogue-search-none-help = Gesucht wird in Namen, Kurzbeschreibungen, Pfaden und Feldern. Versuchen Sie es mit weniger oder kürzeren Wörtern.
catalogue-near = Meinten Sie
catalogue-schemas = Schemas und Callbacks
catalogue-your-applications = Ihre Anwendungen

# Status.
catalogue-status-lead = Ob Anfragen funktionieren, nach Auskunft der Gateways und derer, die sie betreiben.
catalogue-status-empty-help = Wie es um sie steht, erscheint hier, sobald es welche gibt.
catalogue-last-hour = Die letzte Stunde, Anfragen von allen
catalogue-gateways-none = Keines
catalogue-gateways-none-heading = Noch bedient kein Gateway diese APIs
catalogue-gateways-none-help = Anfragen werden beantwortet, sobald das erste da ist.
catalogue-gateways-silent = Ohne Meldung
catalogue-gateways-silent-heading = Kein Gateway meldet sich
catalogue-gateways-silent-help = Gateways arbeiten mit ihrem letzten Stand weiter. Neue Entscheidungen erreichen sie vorerst nicht.
catalogue-gateways-up = { $count ->
        [one] { $count } Gateway läuft und ist auf dem neuesten Stand
       *[other] { $count } Gateways laufen und sind auf dem neuesten Stand
    }
catalogue-gateways-up-help = Jede Entscheidung gilt überall.
catalogue-gateways-partly = Teilweise
catalogue-gateways-partly-heading = { $count ->
        [one] { $up } von { $count } Gateway auf dem neuesten Stand in Betrieb
       *[other] { $up } von { $count } Gateways auf dem neuesten Stand in Betrieb
    }
catalogue-gateways-partly-help = Die anderen arbeiten mit ihrem letzten Stand weiter: Neue Schlüssel und Entscheidungen gelten dort vielleicht noch nicht.
# Of all gateways, or of one API.
catalogue-works = In Ordnung
catalogue-trouble = Probleme
catalogue-fails = Gestört
catalogue-no-calls = Keine Anfragen
catalogue-calls-none = Niemand hat sie in der letzten Stunde aufgerufen.
catalogue-calls-one = Ihre einzige Anfrage ist nicht fehlgeschlagen.
catalogue-calls-one-failed = Ihre einzige Anfrage ist fehlgeschlagen.
catalogue-calls-all = Keine von { $count } Anfragen ist fehlgeschlagen.
catalogue-calls-failed = { $failed ->
        [one] { $failed } von { $count } Anfragen ist fehlgeschlagen.
       *[other] { $failed } von { $count } Anfragen sind fehlgeschlagen.
    }

# Incidents.
catalogue-incidents = Störungen
catalogue-incidents-open = Offene Störungen
catalogue-incidents-none = Keine Störungen
catalogue-incidents-none-help = { $count ->
        [one] Störungen bleiben hier noch { $count } Tag stehen, nachdem sie vorbei sind.
       *[other] Störungen bleiben hier noch { $count } Tage stehen, nachdem sie vorbei sind.
    }
catalogue-resolved-lately = { $count ->
        [one] Behoben am letzten { $count } Tag
       *[other] Behoben in den letzten { $count } Tagen
    }
catalogue-concerned = Betroffen
catalogue-every-api = Alle APIs
# Of an incident. On its page a time follows, such as "3 days ago".
catalogue-opened = Eröffnet
catalogue-resolved-when = behoben
catalogue-resolved = Behoben
catalogue-planned = Geplant
catalogue-manage = Verwalten
catalogue-open-incident = Störung ansehen
catalogue-incident-investigating = Wird untersucht
catalogue-incident-identified = Ursache gefunden
catalogue-incident-monitoring = Wird beobachtet
catalogue-impact-degraded = Beeinträchtigt
catalogue-impact-outage = Ausfall
catalogue-impact-maintenance = Wartung

# On the page of an API. $impact is one of the three above.
catalogue-banner-investigating = { $impact }: wird untersucht, { $when }.
catalogue-banner-identified = { $impact }: Ursache gefunden, { $when }.
catalogue-banner-monitoring = { $impact }: wird beobachtet, { $when }.
catalogue-banner-resolved = { $impact }: behoben, { $when }.
# $when is one of the sentences below.
catalogue-banner-planned = Eine Wartung ist geplant. { $when }
catalogue-planned-from = Ab { $from }.
catalogue-planned-until = Bis { $until }.
catalogue-planned-between = Von { $from } bis { $until }.
catalogue-more-incidents = { $count ->
        [one] { $count } weitere ist offen
       *[other] { $count } weitere sind offen
    }
