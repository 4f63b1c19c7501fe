# What looks the same on every page: faults of forms, lists by pages, pages of problems.

faults-not-done = Nicht ausgeführt.
faults-count = { $count ->
        [one] { $count } Feld muss geändert werden.
       *[other] { $count } Felder müssen geändert werden.
    }
fault-reference = Was gewählt war, gibt es nicht mehr. Wählen Sie neu.
fault-stale = Jemand hat dies gleichzeitig geändert. Öffnen Sie die Seite noch einmal, um den Stand zu sehen.
fault-wait-seconds = { $count ->
        [one] Zu viele Versuche. Warten Sie { $count } Sekunde und versuchen Sie es dann noch einmal.
       *[other] Zu viele Versuche. Warten Sie { $count } Sekunden und versuchen Sie es dann noch einmal.
    }
fault-wait-minutes = { $count ->
        [one] Zu viele Versuche. Warten Sie { $count } Minute und versuchen Sie es dann noch einmal.
       *[other] Zu viele Versuche. Warten Sie { $count } Minuten und versuchen Sie es dann noch einmal.
    }
fault-wait-hours = { $count ->
        [one] Zu viele Versuche. Warten Sie { $count } Stunde und versuchen Sie es dann noch einmal.
       *[other] Zu viele Versuche. Warten Sie { $count } Stunden und versuchen Sie es dann noch einmal.
    }
field-optional = freiwillig

pages = Seiten
pages-newer = Neuere
pages-older = Ältere
breadcrumb = Pfad

problem-try-again = Noch einmal versuchen
problem-open-again = Seite neu öffnen
problem-browse = APIs ansehen
problem-request-id = Anfrage-ID <code>{ $id }</code>

# Pages of problems. English says what the closed list of problems says.
problem-bad-request = Die Anfrage ist nicht zu verstehen
problem-bad-request-fix = Vergleichen Sie sie mit der Beschreibung; was nicht stimmt, steht oben.
problem-forbidden = Ihre Rolle oder Ihr Token erlaubt das nicht
problem-forbidden-fix = Bitten Sie einen Administrator um die Berechtigung, die oben genannt ist.
problem-csrf-failed = Dem Formular konnte nicht vertraut werden
problem-csrf-failed-fix = Öffnen Sie die Seite neu und senden Sie das Formular noch einmal.
problem-not-found = Das gibt es hier nicht
problem-not-found-fix = Prüfen Sie die Adresse oder die ID; vielleicht gehört sie zu einem anderen Mandanten.
problem-method-not-allowed = Die Adresse gibt es, die Methode nicht
problem-method-not-allowed-fix = Verwenden Sie eine der Methoden aus dem Feld Allow.
problem-conflict = In diesem Zustand geht das nicht
problem-conflict-fix = Sehen Sie sich den aktuellen Zustand an und entscheiden Sie dann neu.
problem-version-mismatch = Jemand hat es seit dem Lesen geändert
problem-version-mismatch-fix = Lesen Sie es neu, ändern Sie, was Sie dann vorfinden, und senden Sie den neuen ETag in If-Match.
problem-body-too-large = Die Anfrage ist zu groß
problem-body-too-large-fix = Senden Sie weniger; die Grenze steht oben.
problem-unsupported-media-type = Dieser Medientyp wird hier nicht angenommen
problem-unsupported-media-type-fix = Senden Sie einen der Medientypen, die oben genannt sind.
problem-invalid = Einiges davon kann so nicht angenommen werden
problem-invalid-fix = Ändern Sie jedes Feld, das als fehlerhaft genannt ist, und senden Sie es noch einmal.
problem-unknown-reference = Etwas, auf das verwiesen wird, gibt es nicht
problem-unknown-reference-fix = Ändern Sie die ID an der genannten Stelle.
problem-too-many-attempts = Zu viele Versuche
problem-too-many-attempts-fix = Warten Sie so lange, wie Retry-After sagt.
problem-internal = Bei uns ist etwas schiefgegangen
problem-internal-fix = Es wurde nichts geändert. Versuchen Sie es noch einmal; wenn es so bleibt, melden Sie die Anfrage-ID.
problem-unavailable = Ein Teil, der dafür nötig ist, ist nicht erreichbar
problem-unavailable-fix = Es wurde nichts geändert. Versuchen Sie es noch einmal, sobald Retry-After es sagt.

# Badges: one word for one state, everywhere.
state-pending = Ausstehend
state-scheduled = Geplant
state-active = Aktiv
state-suspended = Ausgesetzt
state-paused = Pausiert
state-expired = Abgelaufen
state-rejected = Abgelehnt
state-withdrawn = Zurückgezogen
state-cancelled = Beendet
state-revoked = Widerrufen
state-superseded = Abgelöst
state-draft = Entwurf
state-live = Veröffentlicht
state-deprecated = Abgekündigt
state-retired = Eingestellt
state-offered = Im Angebot
state-staging = In Vorbereitung
state-closed = Geschlossen
