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
problem-no-key = Es wurde kein API-Schlüssel gesendet
problem-no-key-fix = Senden Sie Ihren Schlüssel im Feld X-API-Key oder als Authorization: Bearer { $key }.
problem-key-malformed = Der API-Schlüssel ist nicht wohlgeformt
problem-key-malformed-fix = Kopieren Sie den Schlüssel noch einmal ganz von dort, wo er gezeigt wurde; ein Teil fehlt oder ist vertippt.
problem-key-unknown = Der API-Schlüssel ist hier nicht bekannt
problem-key-unknown-fix = Prüfen Sie, ob der Schlüssel für dieses Portal angelegt wurde, oder legen Sie einen neuen für Ihre Anwendung an.
problem-key-revoked = Der API-Schlüssel wurde widerrufen oder ersetzt
problem-key-revoked-fix = Verwenden Sie den Schlüssel, der ihn ersetzt hat, oder legen Sie einen neuen für Ihre Anwendung an.
problem-key-expired = Der API-Schlüssel ist abgelaufen
problem-key-expired-fix = Legen Sie einen neuen Schlüssel für Ihre Anwendung an; der Zugang selbst ist nicht betroffen.
problem-wrong-environment = Der API-Schlüssel gehört zu einer anderen Umgebung
problem-wrong-environment-fix = Verwenden Sie einen gth_test_-Schlüssel an Sandbox-Adressen und einen gth_live_-Schlüssel an Produktionsadressen desselben Mandanten.
problem-ambiguous-key = Es wurde mehr als ein API-Schlüssel gesendet
problem-ambiguous-key-fix = Senden Sie genau einen Schlüssel, in X-API-Key oder in Authorization, nicht in beiden und nicht zweimal.
problem-subscription-pending = Zugang wurde beantragt und wartet auf Genehmigung
problem-subscription-pending-fix = Warten Sie auf die Entscheidung; die Seite des Antrags im Portal zeigt, wo er steht.
problem-subscription-rejected = Zugang wurde beantragt und abgelehnt
problem-subscription-rejected-fix = Lesen Sie die Begründung auf der Seite des Antrags und fragen Sie dann noch einmal.
problem-not-subscribed = Die Anwendung hat keinen Zugang zu dieser API
problem-not-subscribed-fix = Beantragen Sie Zugang für diese Anwendung auf der Seite der API im Portal.
problem-operation-not-subscribed = Dieser Zugang öffnet diese Operation nicht
problem-operation-not-subscribed-fix = Fragen Sie nach einem Produkt mit dieser Operation; die Seite der API im Portal nennt sie.
problem-key-not-for-api = Der API-Schlüssel ist für andere APIs
problem-key-not-for-api-fix = Verwenden Sie einen Schlüssel der Anwendung, der nicht beschränkt ist, oder einen für diese API.
problem-subscription-suspended = Der Anbieter hat diesen Zugang ausgesetzt
problem-subscription-suspended-fix = Lesen Sie die Begründung auf der Seite der Anwendung und schreiben Sie dann dem Inhaber der API.
problem-subscription-paused = Ihr eigenes Team hat diesen Zugang pausiert
problem-subscription-paused-fix = Setzen Sie ihn auf der Seite der Anwendung fort.
problem-subscription-expired = Dieser Zugang ist beendet
problem-subscription-expired-fix = Verlängern oder beantragen Sie ihn neu auf der Seite der API.
problem-application-suspended = Die Anwendung ist ausgesetzt
problem-application-suspended-fix = Schreiben Sie dem Administrator des Portals.
problem-tenant-suspended = Der Anbieter dieser API ist ausgesetzt
problem-tenant-suspended-fix = Schreiben Sie dem Betreiber dieses Gateways.
problem-token-missing = Es wurde kein Token gesendet
problem-token-missing-fix = Senden Sie den Token Ihres Benutzers neben dem Schlüssel, wo die Einzelheit es sagt.
problem-token-invalid = Der Token ist hier nicht gültig
problem-token-invalid-fix = Holen Sie einen neuen Token vom Aussteller, für diese API; die Einzelheit sagt, welche Prüfung er nicht besteht.
problem-token-insufficient = Der Token öffnet diese Operation nicht
problem-token-insufficient-fix = Holen Sie einen Token mit dem Scope oder Claim, den die Einzelheit nennt.
problem-no-route = Unter dieser Adresse antwortet keine API
problem-no-route-fix = Vergleichen Sie Basisadresse, API und Version mit der Referenz.
problem-request-timeout = Die Anfrage wurde zu langsam gesendet
problem-request-timeout-fix = Senden Sie die Anfrage noch einmal, ohne Pausen.
problem-version-retired = Diese Version der API wurde eingestellt
problem-version-retired-fix = Wechseln Sie zur Version, die sie ersetzt hat; die Seite der API sagt, welche.
problem-address-too-long = Die Adresse der Anfrage ist zu lang
problem-address-too-long-fix = Kürzen Sie den Pfad oder die Query; die Einzelheit nennt die Grenze.
problem-misdirected-request = Diese Verbindung gilt einer anderen Domain
problem-misdirected-request-fix = Öffnen Sie eine neue Verbindung zu dem Host, den die Anfrage nennt.
problem-rate-limited = Zu viele Anfragen in kurzer Zeit
problem-rate-limited-fix = Warten Sie so lange, wie Retry-After sagt, und machen Sie dann langsamer weiter.
problem-api-rate-limited = Diese API hat mehr Anfragen, als sie annimmt
problem-api-rate-limited-fix = Warten Sie so lange, wie Retry-After sagt; Ihre eigenen Grenzen sind nicht betroffen.
problem-quota-exceeded = Das Kontingent dieses Zeitraums ist verbraucht
problem-quota-exceeded-fix = Warten Sie auf den Neubeginn, den Retry-After nennt, oder wechseln Sie zu einem größeren Plan.
problem-headers-too-large = Die Kopffelder der Anfrage sind zu groß
problem-headers-too-large-fix = Senden Sie weniger oder kürzere Felder; die Einzelheit nennt die Grenze.
problem-upstream-failed = Das Backend dieser API ist ausgefallen
problem-upstream-failed-fix = Versuchen Sie es später noch einmal; wenn es so bleibt, schreiben Sie dem Inhaber der API mit der Anfrage-ID.
problem-upstream-unavailable = Das Backend dieser API ist nicht erreichbar
problem-upstream-unavailable-fix = Versuchen Sie es noch einmal, sobald Retry-After es sagt; wenn es so bleibt, schreiben Sie dem Inhaber der API mit der Anfrage-ID.
problem-auth-unknown = Das Gateway kann Schlüssel im Moment nicht prüfen
problem-auth-unknown-fix = Ihr Schlüssel kann gültig sein. Versuchen Sie es noch einmal, sobald Retry-After es sagt.
problem-config-stale = Das Gateway hat länger nichts von seiner Steuerebene gehört, als diese API erlaubt
problem-config-stale-fix = Versuchen Sie es noch einmal, sobald Retry-After es sagt; wenn es so bleibt, schreiben Sie dem Inhaber der API mit der Anfrage-ID.
problem-overloaded = Das Gateway ist ausgelastet
problem-overloaded-fix = Versuchen Sie es noch einmal, sobald Retry-After es sagt.
problem-upstream-timeout = Das Backend dieser API hat nicht rechtzeitig geantwortet
problem-upstream-timeout-fix = Versuchen Sie es später noch einmal; wenn es so bleibt, schreiben Sie dem Inhaber der API mit der Anfrage-ID.
problem-unknown-parameter = Ein Query-Parameter ist nicht bekannt
problem-unknown-parameter-fix = Berichtigen Sie seinen Namen; die Einzelheit nennt den nächstliegenden.
problem-not-signed-in = Ein gültiger Zugriffstoken ist nötig
problem-not-signed-in-fix = Senden Sie Authorization: Bearer gta_…; Token werden in der Konsole unter Einstellungen angelegt.
problem-still-running = An derselben Anfrage wird noch gearbeitet
problem-still-running-fix = Warten Sie auf die erste und senden Sie sie dann noch einmal mit demselben Idempotency-Key.
problem-breaking-changes = Die Beschreibung bricht Aufrufer der geltenden
problem-breaking-changes-fix = Veröffentlichen Sie sie als neue Version, nehmen Sie zurück, was bricht, oder lassen Sie die Änderungen im Bericht akzeptieren.
problem-not-compared = Ob die Beschreibung Aufrufer bricht, ließ sich nicht herausfinden
problem-not-compared-fix = Klären Sie, was der Bericht als nicht verglichen nennt, lassen Sie es akzeptieren, oder veröffentlichen Sie eine neue Version.
problem-lint-blocked = Die Beschreibung folgt Regeln nicht, auf denen dieser Mandant besteht
problem-lint-blocked-fix = Berichtigen Sie jeden genannten Fund und veröffentlichen Sie noch einmal.
problem-invalid-spec = Die API-Beschreibung kann nicht veröffentlicht werden
problem-invalid-spec-fix = Berichtigen Sie die genannten Stellen; es wurde nichts gespeichert.
problem-idempotency-key-reused = Dieser Idempotency-Key wurde für eine andere Anfrage verwendet
problem-idempotency-key-reused-fix = Erzeugen Sie für jede neue Anfrage einen neuen Schlüssel.
problem-precondition-required = Ein Feld If-Match ist nötig
problem-precondition-required-fix = Lesen Sie das Ding zuerst und senden Sie seinen ETag in If-Match.
problem-sequence-gap = Vor diesem Stapel fehlt einer
problem-sequence-gap-fix = Senden Sie den Stapel, dessen Nummer die Einzelheit erwartet.
problem-node-unknown = Dieses Gateway ist hier nicht beigetreten
problem-node-unknown-fix = Lassen Sie es mit einem neuen Beitritts-Token wieder beitreten.
problem-join-token-invalid = Der Beitritts-Token ist verbraucht, abgelaufen oder unbekannt
problem-join-token-invalid-fix = Erzeugen Sie einen neuen mit gatehouse gateway token.
role-owner = Inhaber
role-admin = Administrator
role-publisher = Veröffentlicher
role-approver = Genehmiger
role-operator = Betreiber
role-auditor = Prüfer
role-developer = Entwickler
role-owner-purpose = Alles, auch Inhaber ernennen.
role-admin-purpose = Alles, außer Inhaber zu ernennen.
role-publisher-purpose = APIs, Beschreibungen und Pläne.
role-approver-purpose = Entscheidet über Anträge auf Zugang und Subskriptionen.
role-operator-purpose = Gateways und Datenverkehr.
role-auditor-purpose = Liest und exportiert, ändert nichts.
role-developer-purpose = Nutzt APIs.
