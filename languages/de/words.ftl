# Short labels that mean the same on every page: buttons, columns, fields. A text whose German depends on its page is in the room of the page.

word-save = Speichern
word-save-settings = Einstellungen speichern
word-cancel = Abbrechen
word-back = Zurück
word-change = Ändern
word-delete = Löschen
word-remove = Entfernen
word-open = Öffnen
word-show = Anzeigen
word-filter = Filtern
word-search = Suchen
word-send = Senden
word-test = Testen
word-all = Alle
word-any = Beliebig
word-none = Keine
word-never = Nie
word-yes = Ja
word-no = Nein
word-name = Name
word-short-name = Kurzname
word-one-line = In einer Zeile
word-about = Beschreibung
word-description = Beschreibung
word-reason = Begründung
word-why = Warum
word-why-kept = Steht dann im Audit-Protokoll.
word-purpose = Zweck
word-text = Text
word-title = Titel
word-subject = Betreff
word-address = Adresse
word-state = Zustand
word-status = Status
word-kind = Art
word-mode = Modus
word-number = Nummer
word-value = Wert
word-when = Wann
word-since = Seit
word-from = Von
word-until = Bis
word-time = Zeit
word-expires = Läuft ab
word-made = Angelegt
word-published = Veröffentlicht
word-last-used = Zuletzt verwendet
word-last-error = Letzter Fehler
word-attempts = Versuche
word-took = Dauer
word-who = Wer
word-person = Person
word-owner = Inhaber
word-team = Team
word-teams = Teams
word-role = Rolle
word-roles = Rollen
word-members = Mitglieder
word-api = API
word-apis = APIs
word-version = Version
word-versions = Versionen
word-operation = Operation
word-operations = Operationen
word-plan = Plan
word-plans = Pläne
word-policy = Richtlinie
word-policies = Richtlinien
word-product = Produkt
word-application = Anwendung
word-applications = Anwendungen
word-environment = Umgebung
word-key = Schlüssel
word-keys = Schlüssel
word-quota = Kontingent
word-limits = Grenzen
word-calls = Anfragen
word-guide = Anleitung
word-guides = Anleitungen
word-gateway = Gateway
word-gateways = Gateways
word-release = Release
word-incident = Störung
word-requests = Anträge
word-settings = Einstellungen
word-decision = Entscheidung
word-rule = Regel
word-before = Vorher
word-after = Nachher
word-your-access = Ihr Zugang
word-seen-by = Zu sehen für

# So many of something, inside of sentences and alone.
count-call = { $count ->
        [one] { $count } Anfrage
       *[other] { $count } Anfragen
    }
count-gateway = { $count ->
        [one] { $count } Gateway
       *[other] { $count } Gateways
    }
count-hour = { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
count-more-fault = { $count ->
        [one] { $count } weiterer Fehler
       *[other] { $count } weitere Fehler
    }
count-operation = { $count ->
        [one] { $count } Operation
       *[other] { $count } Operationen
    }
count-passkey = { $count ->
        [one] { $count } Passkey
       *[other] { $count } Passkeys
    }
count-request = { $count ->
        [one] { $count } Antrag
       *[other] { $count } Anträge
    }
count-subscription = { $count ->
        [one] { $count } Subskription
       *[other] { $count } Subskriptionen
    }
count-thing = { $count ->
        [one] { $count } Ding
       *[other] { $count } Dinge
    }
count-warning = { $count ->
        [one] { $count } Warnung
       *[other] { $count } Warnungen
    }
# Between the last two of a list.
word-joined-and = {" "}und{" "}

# States inside of sentences, as something is one of them.
is-accepted = angenommen
is-active = aktiv
is-cancelled = beendet
is-closed = geschlossen
is-closing = im Schließen
is-deprecated = abgekündigt
is-disabled = gesperrt
is-done = fertig
is-draft = Entwurf
is-expired = abgelaufen
is-failed = gescheitert
is-paused = pausiert
is-pending = ausstehend
is-published = veröffentlicht
is-rejected = abgelehnt
is-retired = eingestellt
is-revoked = widerrufen
is-running = in Arbeit
is-scheduled = geplant
is-staging = in Vorbereitung
is-superseded = abgelöst
is-suspended = ausgesetzt
is-waiting = wartend
is-withdrawn = zurückgezogen
list-all = { $first } und { $last }
list-one = { $first } oder { $last }
is-ended = beendet
is-approved = genehmigt
is-production = Produktion
is-sandbox = Sandbox
