# The console's pages of APIs: versions, reports, policies' places, backends, guides.

# Tabs of an API, and the titles of their pages.
apis-tab-overview = Überblick
apis-tab-routing = Routing
apis-tab-docs = Doku
apis-tab-consumers = Konsumenten
apis-tab-traffic = Traffic
apis-title-consumers = Konsumenten von { $api }
apis-title-plans = Pläne von { $api }
apis-title-policies = Richtlinien von { $api }
apis-title-routing = Routing von { $api }
apis-title-settings = Einstellungen von { $api }
apis-title-traffic = Traffic von { $api }
apis-title-versions = Versionen von { $api }
apis-title-docs = Doku von { $api }
# Under the name of the API; $summary is written by its owners and may be empty.
apis-lead = Team { $team }. { $summary }
# Said to those who hear the page, after the word of a link: Change for Sandbox.
apis-for = für { $name }
# At the end of a list of names.
apis-and-more = und { $count } weitere
apis-named-and-more = { $named } und { $count } weitere
apis-whole-api = Die ganze API
apis-saved = Gespeichert.
apis-saved-words = Es gilt ab sofort.
apis-go-back = Zurück
apis-day = Tag

# The list of APIs.
apis-count = { $count ->
        [one] { $count } API hier, Entwürfe eingeschlossen.
       *[other] { $count } APIs hier, Entwürfe eingeschlossen.
    }
apis-none = Noch keine APIs
apis-none-match = Nichts gefunden
apis-none-words = Sobald Sie hier oder aus der CI eine Beschreibung veröffentlichen, erscheint die API.
apis-publish-api = API veröffentlichen

# Who finds an API or a product: in a form, and as one word in a list.
apis-seen-by-team = Das eigene Team
apis-seen-by-teams = Das eigene Team und die unten genannten
apis-seen-by-members = Jedes Mitglied
apis-seen-by-everybody = Alle
apis-visibility-private = Privat
apis-visibility-restricted = Eingeschränkt
apis-visibility-tenant = Mandant
apis-visibility-public = Öffentlich
apis-shown-to = Für diese Teams sichtbar
apis-shown-to-help = Kurznamen, einer pro Zeile.

# The overview.
apis-about = Über diese API
apis-data = Daten
apis-last-day = Die letzten 24 Stunden
apis-where = Wo sie antwortet
apis-not-live = Keine Version ist veröffentlicht
apis-not-live-why = Erst eine veröffentlichte Beschreibung gibt der API ihre Operationen und Adressen.
apis-open-versions = Versionen öffnen
apis-no-route = Anfragen führen nirgendwohin
apis-no-route-why = Keine Umgebung sagt, wohin die Anfragen an diese API gehen.
apis-open-routing = Routing öffnen
apis-no-plan = Es gibt keinen Plan
apis-no-plan-why = Ohne Plan kann niemand Zugang beantragen.
apis-plan-create = Plan anlegen

# Routing and upstreams.
apis-answers-at = Antwortet unter
apis-upstream = Upstream
apis-upstream-none = Nicht festgelegt
apis-environment-none = Noch keine Umgebung
apis-environment-none-words = Eine API antwortet in Umgebungen. Ein Administrator legt sie an.
apis-upstream-of = Upstream von { $api } in { $environment }
apis-upstream-lead = Anfragen werden auf diese Adressen verteilt. Eine Änderung lenkt sie sofort um.
apis-upstream-addresses = Adressen
apis-upstream-addresses-help = Eine pro Zeile, etwa https://orders.internal:8443/api. Eine Adresse, die bleibt, behält ihr Gewicht und ob sie geleert wird.
apis-upstream-save = Upstream speichern

# Plans of an API or a product.
apis-plans-lead = Die Grenzen gelten für jede Anwendung einzeln
apis-plans-none = Noch keine Pläne
apis-plans-none-words = Ohne Plan kann niemand Zugang beantragen.

# Who uses it, and how much.
apis-consumers-lead = Wer sie nutzt, Neueste zuerst
apis-consumers-waiting = Wartende Anträge
apis-consumers-none = Noch nutzt niemand diese API
apis-consumers-none-words = Hier erscheinen Anwendungen und was sie aufrufen dürfen.
apis-traffic-none = Noch kein Traffic
apis-traffic-none-words = Hier erscheinen die Anfragen aller Anwendungen, wenige Sekunden nachdem sie gestellt wurden.

# The brakes of a subscription.
apis-suspend = Aussetzen
apis-suspend-heading = { $api } für { $application } aussetzen?
apis-suspend-consequence = Anfragen der Anwendung werden ab sofort abgewiesen, bis die Aussetzung aufgehoben wird. Schlüssel bleiben, wie sie sind.
apis-unsuspend = Aussetzung aufheben
apis-unsuspend-heading = Aussetzung von { $api } für { $application } aufheben?
apis-unsuspend-consequence = Anfragen werden wieder angenommen.
apis-revoke = Widerrufen
apis-revoke-heading = { $api } für { $application } widerrufen?
apis-revoke-consequence = Anfragen der Anwendung werden ab sofort und endgültig abgewiesen. Andere Zugänge der Anwendung bleiben bestehen.
apis-enforce-reason-help = Das Team der Anwendung liest sie.

# Settings of an API.
apis-team-help = Es ist für die API zuständig: Es entscheidet über Anträge und erfährt, was nicht mehr läuft.
apis-data-help = Wer genehmigt, sieht es bei jedem Antrag.
apis-data-public = Alle dürfen sie kennen
apis-data-internal = Aus der Organisation
apis-data-personal = Über Personen
apis-data-secret = Geheim
apis-stale = Anfragen abweisen ohne Neuigkeiten seit, Sekunden
apis-stale-help = Gateways, die so lange nichts von der Steuerebene gehört haben, weisen Anfragen an diese API ab. Leer: Sie arbeiten mit dem weiter, was sie wissen.
apis-stale-fault = Geben Sie eine ganze Zahl von Sekunden an; „{ $text }“ ist keine.

# What an operation gets.
apis-effective = Was für eine Operation gilt
apis-effective-lead = In der Reihenfolge, in der Gateways es ausführen
apis-effective-show = Richtlinien anzeigen
apis-effective-order = Reihenfolge
apis-effective-from = Kommt von
apis-effective-not = Gilt nicht
apis-effective-because = Weil
apis-policies = Richtlinien dieser API
apis-policies-lead = Und ihrer Versionen und Operationen, neueste zuerst

# Backend secrets. $reference is what a policy writes for one.
apis-secrets = Backend-Geheimnisse
apis-secrets-of = Backend-Geheimnisse von { $api }
apis-secrets-open = Backend-Geheimnisse öffnen
apis-secrets-note = Was Gateways dem Backend zeigen und niemand zurückliest. Eine Richtlinie, die Header-Felder von Anfragen setzt, nennt eines als { $reference }.
apis-secrets-lead = Was Gateways dem Backend zeigen und niemand zurückliest, Neuestes zuerst
apis-secrets-none = Noch keine Backend-Geheimnisse
apis-secrets-none-words = Was das Backend sehen will und niemand lesen darf, etwa einen API-Schlüssel, hinterlegen Sie hier; eine Richtlinie, die Header-Felder von Anfragen setzt, nennt es als { $reference }.
apis-secret = Geheimnis
apis-secret-put = Hinterlegt
apis-secret-named-by = Genannt von
apis-secret-no-policy = Keiner Richtlinie
apis-secret-replace = Anderen Wert hinterlegen
apis-secret-replace-of = Anderen Wert für { $name } hinterlegen
apis-secret-replace-lead = Gateways zeigen dem Backend den neuen Wert, sobald sie ihn haben: Lassen Sie es beide annehmen, bis alle ihn haben. Richtlinien, die es nennen: { $policies }.
apis-secret-unnamed = Keine Richtlinie nennt es: Noch zeigen es Gateways niemandem.
apis-secret-value-put = Wert hinterlegen
apis-secret-value-help = Eine Zeile, höchstens { $max } Zeichen. Niemand liest ihn wieder, weder hier noch anderswo: Bewahren Sie ihn auch dort auf, wo er herkommt.
apis-secret-type-again = Geben Sie den Wert noch einmal ein: Ein abgelehntes Formular behält ihn nicht.
apis-secret-is-replaced = { $name } hat einen anderen Wert.
apis-secret-is-replaced-words = An Gateways ändert sich nichts.
apis-secret-put-one = Geheimnis hinterlegen
apis-secret-put-button = Geheimnis hinterlegen
apis-secret-name-help = So nennen es Richtlinien: 2 bis 40 Kleinbuchstaben, Ziffern oder Bindestriche. Er bleibt.
apis-secret-is-put = { $name } ist hinterlegt.
apis-secret-is-put-words = Eine Richtlinie nennt es als { $reference }.
apis-secret-taken = „{ $name }“ gibt es schon: Hinterlegen Sie in der Liste einen anderen Wert dafür oder nehmen Sie einen anderen Namen.
# Also of guides.
apis-delete-heading = { $name } löschen?
apis-secret-delete-of = { $name } löschen
apis-secret-delete = Geheimnis löschen
apis-secret-delete-consequence = Keine Richtlinie nennt es, also zeigen es Gateways niemandem. Sein Wert ist endgültig verloren.
apis-secret-delete-named = Es bleibt, solange Richtlinien es nennen: { $policies }. Lassen Sie sie ein anderes nennen oder löschen Sie zuerst diese.
apis-secret-is-deleted = { $name } ist gelöscht.

# Versions of an API.
apis-version-none = Noch keine Version
apis-version-none-words = Veröffentlichen Sie eine Beschreibung, dann entsteht die erste.
apis-version-ends = Endet am { $day }
apis-description-none = Noch keine
apis-description-number = { $title } (Nummer { $number })
apis-version-label-help = Eine neue Bezeichnung legt eine neue Version an; eine bekannte bekommt eine neue Beschreibung.
apis-publish-description = Beschreibung veröffentlichen
apis-publish-kinds = OpenAPI 3.0, 3.1 oder Swagger 2.0, JSON oder YAML, höchstens { $max } MB
apis-publish-version = Version veröffentlichen

# Handing a description over.
apis-publish-lead = Aus einem Dokument nach OpenAPI 3.0, 3.1 oder Swagger 2.0. Beim ersten Veröffentlichen wird sein Server als Upstream vorgeschlagen.
apis-slug-help = Für Adressen: Kleinbuchstaben, Ziffern und Bindestriche. Er ändert sich nie.
apis-drop-orphans = Entfernen, was an weggefallenen Operationen hängt
apis-file-help = JSON oder YAML, höchstens 50 MB.
apis-url = Oder ihre Adresse
apis-url-help = Wird einmal abgerufen, jetzt. Gilt, wenn keine Datei gewählt ist.
apis-paste = Oder einfügen
apis-paste-help = Gilt, wenn es weder Datei noch Adresse gibt.
apis-no-description = Wählen Sie eine Datei, nennen Sie eine Adresse oder fügen Sie die Beschreibung ein.
apis-more-faults = { $count ->
        [one] Und { $count } weiterer Fehler.
       *[other] Und { $count } weitere Fehler.
    }
apis-flash-kept = Nicht veröffentlicht.
apis-flash-kept-words = Aufbewahrt als Revision { $number }.
apis-flash-unchanged = Nichts geändert.
apis-flash-unchanged-words = Diese Beschreibung ist schon veröffentlicht.
apis-flash-operations = { $count ->
        [one] Mit { $count } Operation veröffentlicht.
       *[other] Mit { $count } Operationen veröffentlicht.
    }
apis-flash-warnings = { $count ->
        [one] { $count } Warnung.
       *[other] { $count } Warnungen.
    }

# Steps in the life of a version.
apis-step-publish = Veröffentlichen
apis-step-publish-again = Wieder veröffentlichen
apis-step-deprecate = Abkündigen
apis-step-retire = Einstellen
apis-publish-heading = { $api } { $version } veröffentlichen?
apis-publish-consequence = Wer die API sehen darf, sieht die Version, und ihre Routen antworten.
apis-deprecate-heading = { $api } { $version } abkündigen?
apis-deprecate-consequence = Sie antwortet weiter, mit den Headern Deprecation und Sunset. Niemand sollte neu mit ihr anfangen.
apis-deprecate-version = Version abkündigen
apis-retire-heading = { $api } { $version } einstellen?
apis-retire-consequence = Die Routen dieser Version antworten ab jetzt mit 410. Das lässt sich nicht rückgängig machen.
apis-retire-version = Version einstellen
apis-ends-on = Endet am
apis-ends-on-help = UTC, mindestens so weit entfernt, wie der Mandant zusagt.
apis-successor = Nachfolgerin
apis-successor-help = Die Bezeichnung der Version, die sie ersetzt.
apis-guide-to-moving = Anleitung zum Umstieg
apis-guide-none = Keine
apis-last-call = Zuletzt
apis-callers-none = In den letzten 30 Tagen hat niemand sie aufgerufen
apis-callers = { $count ->
        [one] { $count } Anwendung hat sie in den letzten 30 Tagen aufgerufen
       *[other] { $count } Anwendungen haben sie in den letzten 30 Tagen aufgerufen
    }

# A revision of a version and its report.
apis-revision = Revision
apis-revisions = Revisionen
apis-version-revision = { $version }, Revision { $number }
# The lead is one of the first two and one of the next two.
apis-lead-first = Revision { $number }, die erste Beschreibung.
apis-lead-against = Revision { $number }, verglichen mit { $version }, Revision { $base }.
apis-lead-sent = Eingereicht: { $who }, { $day }.
apis-lead-sent-commit = Eingereicht: { $who } aus Commit { $commit }, { $day }.
# Where nobody sent it: after "Sent by", and alone in a column of that name.
apis-the-system = das System
apis-sent-by = Eingereicht
apis-accepted = Akzeptiert
apis-accepted-by = Akzeptiert: { $words }
apis-accept-revision = Revision akzeptieren
apis-accept-why = Warum Aufrufer damit leben können
apis-accept-why-help = Steht dann im Audit-Protokoll. Wer die Beschreibung eingereicht hat, kann sie nicht akzeptieren.
apis-step-waits = Sie wartet: Jemand mit Genehmigungsrecht muss sie akzeptieren, bevor sie veröffentlicht wird.
apis-step-accepted = Sie ist akzeptiert und wartet auf die Veröffentlichung.
apis-step-active = Sie ist in Kraft.
apis-step-replaced = Sie war in Kraft, bis eine andere an ihre Stelle trat.
apis-revision-active = In Kraft
apis-revision-refused = Abgelehnt
apis-revision-accepted = Akzeptiert
apis-revision-replaced = Ersetzt
apis-flash-accepted = Akzeptiert.
apis-flash-accepted-words = Sie kann jetzt veröffentlicht werden.
apis-flash-published = Veröffentlicht.
apis-flash-published-words = Gateways bekommen sie gerade.
apis-verdict-breaking = Inkompatibel
apis-verdict-warning = Zu prüfen
apis-verdict-harmless = Harmlos
apis-verdict-unchanged = Nichts zu vergleichen
apis-not-compared = Nicht verglichen
apis-verdict-counts = { $breaking } inkompatibel, { $warning } zu prüfen, { $harmless } harmlos, { $gaps } nicht verglichen
apis-verdict-none = Von keinem Aufrufer ist bekannt, dass er betroffen ist
apis-verdict-nobody = In { $days } Tagen hat niemand aufgerufen, was damit nicht mehr geht
apis-verdict-hit = { $count ->
        [one] { $count } Anwendung hat { $calls }-mal in { $days } Tagen aufgerufen, was damit nicht mehr geht
       *[other] { $count } Anwendungen haben { $calls }-mal in { $days } Tagen aufgerufen, was damit nicht mehr geht
    }
apis-breaking = Inkompatible Änderungen
apis-breaking-calls = Anfragen in den letzten 30 Tagen
apis-change = Änderung
apis-affected = Betroffene Anwendungen
apis-affected-hidden = { $count ->
        [one] Dazu { $count }, die Sie nicht sehen dürfen oder die nicht aufgeführt ist.
       *[other] Dazu { $count }, die Sie nicht sehen dürfen oder die nicht aufgeführt sind.
    }
# What an application calls of it.
apis-uses = Verwendet
apis-typed = Was geschrieben wurde
apis-changed-lines = Geänderte Zeilen
apis-diff-sign = Zeichen
apis-diff-line = Zeile
# The part of a description that lines belong to, where it is none of its named parts.
apis-diff-document = Dokument
apis-diff-too-much = Zu viel ist anders, um es Zeile für Zeile zu zeigen.
apis-diff-none = Keine Zeile unterscheidet sich von dem, womit verglichen wurde.
apis-diff-cut = Nicht jede Zeile wird gezeigt; die Befehlszeile hat mehr.
apis-other-changes = Andere Änderungen: { $count }
apis-lint = Lint
apis-lint-note = Blockierend: { $blocking }. Warnungen: { $warnings }.
apis-lint-nothing = Die Regeln finden nichts.
# $words is what a rule says, in English.
apis-lint-line = Zeile { $line }: { $words }

# Guides and the changelog.
apis-guides-and-changelog = Anleitungen und Änderungsprotokoll
apis-guides-none = Noch keine Anleitungen
apis-guides-none-words = Anleitungen stehen neben der Referenz: wie man anfängt, wie man auf eine neue Version umsteigt.
apis-guide-write = Anleitung schreiben
apis-guide-named = Anleitung { $title }
apis-guide-lead = Wer die API findet, kann sie lesen.
# Its number in the order of guides.
apis-guide-place = Position
apis-guide-place-help = Anleitungen stehen in dieser Reihenfolge, die niedrigste zuerst.
apis-guide-changed = Geändert
apis-guide-slug-help = Für Adressen; ändert sich nie.
apis-guide-text-help = Markdown. HTML darin wird als Text gezeigt, Bilder werden zu Links.
apis-guide-save = Anleitung speichern
apis-guide-preview = Vorschau
apis-guide-previewed = Vorschau, nicht gespeichert
apis-guide-empty = Kein Text.
apis-guide-delete = Anleitung löschen
apis-guide-delete-consequence = Der Text ist weg, und Links darauf führen ins Leere.
apis-changelog = Änderungsprotokoll
apis-changelog-lead = Beschreibungen und Abkündigungen tragen sich selbst ein
apis-changelog-none = Noch ist nichts geschehen
apis-changelog-none-words = Die erste veröffentlichte Beschreibung ergibt den ersten Eintrag.
apis-entry = Eintrag
apis-entry-write = Eintrag schreiben
apis-entry-add = Eintrag hinzufügen
apis-entry-about = Betrifft
apis-entry-more = Mehr dazu
apis-markdown = Markdown.
