# The console's pages of what runs: gateways, releases, configuration, jobs, audit.

# audit.html
running-audit = Audit
running-who-did-what-entries-are-chained = Wer was getan hat. Einträge sind verkettet: Keiner kann geändert oder ausgelassen werden, ohne dass es auffällt.
running-export-csv = Als CSV exportieren
running-export-ndjson = Als NDJSON exportieren
running-verify = Prüfen
running-action = Aktion
running-more = Mehr
running-of-entry = von Eintrag { $seq }
running-request = Anfrage { $request }
running-entry = Eintrag { $seq }

# change.html
running-no-gateway-has-joined-yet = Noch ist kein Gateway beigetreten.
running-in-force-at = In Kraft um
running-seen = Gesehen

# changeset.html
running-changeset = Änderungssatz
running-the-release-it-made = Das Release, das daraus wurde
running-apply-all-of-it = Alles davon anwenden
running-apply = Anwenden
running-what-changes = Was sich ändert
running-nothing-everything-is-so-already = Nichts: Alles ist schon so.

# checkpoints.html
running-checkpoints = Prüfpunkte
running-each-names-the-newest-entry-of = Jeder nennt den neuesten Eintrag einer Stunde, signiert. Bewahren Sie einen außerhalb auf: Was davor geändert, entfernt oder abgeschnitten wurde, fällt dann auf.
running-verify-now = Jetzt prüfen
running-what-was-found = Was gefunden wurde
running-entry-2 = Eintrag
running-signed = Signiert
running-hash = Hash
running-to-keep-outside = Zum Aufbewahren außerhalb

# configuration.html
running-configuration = Konfiguration
running-configuration-as-files = Konfiguration als Dateien
running-drift = Abweichung
running-what-files-last-said-is-before = Vorher ist, was Dateien zuletzt sagten; nachher ist, wie es jetzt ist.
running-changesets = Änderungssätze
running-changes = Änderungen

# gateways.html
running-where-decisions-become-real-a-change = Wo Entscheidungen wirklich werden. Eine Änderung ist fertig, wenn jedes Gateway hier sie hat.
running-add-a-gateway = Gateway hinzufügen
running-run-this-on-the-new-machine = Führen Sie dies auf der neuen Maschine aus. Der Token wird einmal gezeigt; die Maschine muss die Admin-API erreichen und sonst nichts.
running-behind = Rückstand
running-of = von { $name }
running-retire = Außer Dienst stellen
running-add-gateway = Gateway hinzufügen

# job.html
running-progress = Fortschritt
running-not-decided = Nicht entschieden
running-cancel-job = Auftrag abbrechen
running-you-may-leave-this-page-the = Sie können diese Seite verlassen. Der Posteingang sagt, wann es vorbei ist.
running-log = Protokoll

# jobs.html
running-jobs = Aufträge
running-job = Auftrag
running-asked-by = Gefragt von

# release.html
running-how-it-spread = Wie es sich verbreitet hat
running-go-back-to-this-release = Zu diesem Release zurückgehen
running-what-changed = Was sich geändert hat
running-compare = Vergleichen
running-nothing-that-files-could-state-differs = Nichts, was Dateien sagen könnten, ist anders.

# releases.html
running-releases = Releases
running-every-configuration-who-made-it-what = Jede Konfiguration: wer sie gemacht hat, was sie geändert hat, welche Gateways sie ausführen.
running-what = Was
running-things = Dinge
running-runs-on = Läuft auf

# rollback.html
running-go-back = Zurückgehen
running-leave-it-as-it-is = So lassen, wie es ist
running-what-hangs-on-operations-that-are = Was an Operationen hängt, die es dann nicht mehr gibt
running-what-goes-back-later = Was später zurückgeht
running-what-stays-and-why = Was bleibt, und warum

# audit.rs
running-request-id = Anfrage-ID
running-nothing-matches = Nichts gefunden
running-no-entry-is-like-this = Kein Eintrag ist so.
running-shown = { $records } angezeigt

# change.rs
running-console = Konsole
running-committed-utc = { $subject }, festgeschrieben am { $day }, { $clock } UTC.
running-in-force = In Kraft
running-on-its-way = Unterwegs
running-silent = Still
running-not-yet = noch nicht

# changeset.rs
running-by = { $mode } von { $created_by }, { $relative }.
running-needed-when-a-version-is-retired = Nötig, wenn eine Version eingestellt wird, zu der noch jemand Zugang hat.
running-subscriptions-concerned = Betroffene Subskriptionen
running-applications-concerned = Betroffene Anwendungen
running-group = Gruppe { $name }
running-ended = Beendet
running-no-longer-owned-by-files = Gehört nicht mehr Dateien
running-changed = Geändert
running-applied = Angewandt.
running-all-of-it-as-one-change = Alles davon, als eine Änderung.

# checkpoints.rs
running-newest-checkpoint = Neuester Prüfpunkt
running-no-checkpoint-yet = Noch kein Prüfpunkt
running-one-is-signed-every-hour-in = In jeder Stunde, in der etwas aufgezeichnet wurde, wird einer signiert.
running-too-long-for-a-page = Zu lang für eine Seite
running-the-log-is-too-long-to = Das Protokoll ist zu lang, um ihm hier zu folgen: Exportieren Sie es und führen Sie gatehouse audit verify --file aus.
running-whole = Vollständig
running-all-entries-fit-up-to = Alle { $grouped } Einträge passen, bis { $head }.
running-broken = Gebrochen
running-entry-does-not-fit = Eintrag { $grouped } passt nicht: { $fault }

# configuration.rs
running-nothing-drifted = Nichts weicht ab
running-everything-that-files-state-is-as = Alles, was Dateien sagen, ist so, wie sie es sagen.
running-no-changesets-yet = Noch keine Änderungssätze
running-gatehouse-diff-and-gatehouse-apply-make = gatehouse diff und gatehouse apply machen sie aus den Dateien eines Ordners.
running-no-file-owns-anything-here-yet = Noch gehört hier nichts Dateien.
running-files-own-something-of-release-is = Dateien bestimmen etwas an: { $count }. Release { $grouped } ist das neueste.
running-are-done-and-told-as-drift = Werden ausgeführt und als Abweichung gemeldet
running-are-refused-and-say-where-to = Werden abgelehnt und sagen, wo es zu ändern ist
running-edits-by-hand-of-what-files = Änderungen von Hand an dem, was Dateien gehört
running-gone = Verschwunden
running-differs = Weicht ab
running-applied-2 = Angewandt
running-needs-somebody-else = Braucht noch jemanden
running-planned = Geplant
running-saved = Gespeichert.
running-it-holds-from-the-next-edit = Es gilt ab der nächsten Änderung.

# gateways.rs
running-token-works-once-until-utc = Token gilt einmal, bis { $clock } UTC
running-no-gateways-yet = Noch keine Gateways
running-gateways-appear-here-when-they-join = Gateways erscheinen hier, wenn sie beitreten.
running-empty = Leer
running-group-has-no-gateway = Gruppe { $name } hat kein Gateway
running-change-is-in-force-on-of = Änderung { $head } ist in Kraft auf { $behind } von { $count }
running-add-one-with-the-command-below = Fügen Sie eines mit dem Befehl unten hinzu; es beginnt mit allem, was bisher entschieden wurde.
running-every-gateway-enforces-every-decision = Jedes Gateway setzt jede Entscheidung durch.
running-runs-something-else-than-change-it = { $name } führt etwas anderes aus als Änderung { $applied_seq }. Ihm wurde gesagt, alles neu zu holen; nachdem eine ältere Datenbank wiederhergestellt wurde, führen Sie gatehouse gateway raise-generation aus.
running-was-last-heard-from-and-runs = Von { $name } war zuletzt zu hören: { $relative }; es führt Änderung { $applied_seq } aus. Was seither widerrufen wurde, kann dort noch gelten.
running-diverged = Abgewichen
running-draining = Wird geleert
running-drained = Geleert
running-drain = Leeren
running-undrain = Wieder aufnehmen
running-goes-out-of-rotation = { $name } geht aus der Rotation.
running-it-says-that-it-is-not = Es sagt, dass es nicht bereit ist, bittet Clients um neue Verbindungen und antwortet allen, die noch kommen.
running-comes-back-into-rotation = { $name } kommt in die Rotation zurück.
running-it-says-that-it-is-ready = Es sagt, dass es wieder bereit ist.
running-join-command = Befehl zum Beitreten
running-retire-2 = { $name } außer Dienst stellen?
running-its-identity-is-revoked-and-nobody = Seine Identität wird widerrufen, und niemand wartet mehr darauf. Halten Sie es zuerst an: Ein Gateway, das noch läuft, bedient weiter, was es hat.
running-retire-gateway = Gateway außer Dienst stellen
running-gateway-retired = Gateway außer Dienst gestellt.
running-its-identity-no-longer-opens-anything = Seine Identität öffnet nichts mehr.

# job_outcome.rs
running-nothing-changed-this-description-is-publishe = Nichts hat sich geändert: Diese Beschreibung ist schon veröffentlicht.
running-published-with = Veröffentlicht: { $operations }.
running-published-with-2 = Veröffentlicht: { $operations }. { $count }.
running-line = Zeile { $line }: { $message }
running-and = Und { $count }.
running-decided = Entschieden: { $count }
running-need-another-person = , braucht noch jemanden: { $n }
running-not-decided-2 = , nicht entschieden: { $refused }
running-open-api = API öffnen
running-see-what-stands-in-the-way = Ansehen, was im Weg steht
running-see-it-reach-the-gateways = Sehen, wie es die Gateways erreicht
running-download-kb = { $grouped } KB herunterladen

# jobs.rs
running-work-that-takes-longer-than-a = Arbeit, die länger dauert, als eine Seite wartet.
running-your-work-that-takes-longer-than = Ihre Arbeit, die länger dauert, als eine Seite wartet.
running-no-jobs = Keine Aufträge
running-large-descriptions-many-decisions-and-export = Große Beschreibungen, viele Entscheidungen und Exporte erscheinen hier.
running-export-of-the-tenant = Export des Mandanten
running-publish = { $subject } veröffentlichen
running-decide-access-requests = Anträge auf Zugang entscheiden
running-stopping = Hält an
running-waiting = Wartet
running-running = Läuft
running-done = Fertig
running-failed = Fehlgeschlagen
running-cancelled = Abgebrochen
running-of-2 = { $grouped } von { $grouped2 }
running-asked-by-2 = { $subject }. Gefragt von { $requested_by_name }.
running-waits-for = Wartet seit { $span }.
running-took = Dauerte { $span }.
running-runs-for = Läuft seit { $span }.
running-cancelled-2 = Abgebrochen.
running-it-stops = Er hält an.
running-what-it-does-at-this-moment = Was er gerade tut, kommt zuerst zum Ende.
running-nothing-changed = Nichts hat sich geändert.

# releases.rs
running-shown-2 = { $found } angezeigt
running-no-release-yet = Noch kein Release
running-the-first-api-plan-or-upstream = Die erste API, der erste Plan oder Upstream ergibt Release 1.
running-went-back-to-release = Ging zurück zu Release { $number }
running-and-more = { $named } und { $grouped } weitere
running-release = Release { $number }
running-by-2 = { $what } von { $actor_name }, { $relative }.
running-compare-with = Vergleichen mit
running-against-nothing-at-all = Gegen gar nichts
running-against-release = Gegen Release { $from }
running-release-2 = Release { $one }
running-nothing-at-all = Gar nichts
running-done-to = Damit getan
running-no-gateway-now = Jetzt kein Gateway

# rollback.rs
running-go-back-to-release = Zu Release { $number } zurückgehen?
running-and-makes-a-new-release-requests = { $n } und macht ein neues Release. Anträge, Genehmigungen, Aussetzungen und Schlüssel bleiben, wie sie sind.
running-nothing-would-change = Nichts würde sich ändern
running-what-can-go-back-is-already = Was zurückgehen kann, ist schon, wie es in diesem Release war.
running-back-to-the-release = Zurück zum Release
running-lower-limits-or-shorter-spans-hold = Niedrigere Grenzen oder kürzere Zeiten gelten ab { $day }, wenn die Frist für { $who } vorbei ist.
running-take-away-what-hangs-on-operations = Wegnehmen, was an Operationen hängt
running-everything-was-so-already = Alles war schon so.
running-release-goes-back-to-release = Release { $made } geht zu Release { $number } zurück.
running-it-changed = Es änderte { $count }.
running-this-changes = { $count ->
        [one] Dies ändert { $count } Ding
       *[other] Dies ändert { $count } Dinge
    }
running-change-number = Änderung
