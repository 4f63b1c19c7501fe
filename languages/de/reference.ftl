# Reference pages and Try it.

# As a place in the trail of a page.
reference-here = Referenz
reference-title = Referenz von { $api }
reference-title-version = Referenz von { $api } { $version }
reference-signing-in = Anmeldung
reference-authentication = Senden Sie Ihren Schlüssel als Authorization: Bearer oder im Header X-API-Key.
reference-base-addresses = Basisadressen
# Of operations that stand in one group.
reference-operations-count = { $count ->
        [one] { $count } Operation
       *[other] { $count } Operationen
    }
reference-open-group = { $group } öffnen
reference-path = Pfad
reference-downloads = Downloads
reference-download-document = OpenAPI-Dokument, wie es veröffentlicht wurde
reference-download-llms = llms.txt, für Programme, die Text lesen

# The rail beside it.
reference-filter-operations = Operationen filtern
reference-more-groups = Weitere Gruppen
reference-read-first = Zuerst lesen
reference-overview = Überblick
reference-errors = Fehler

# One operation.
reference-copy-path = Pfad kopieren
reference-sign-in = Anmeldung
reference-sign-in-by-key = API-Schlüssel als Bearer-Token oder in X-API-Key
reference-note = Hinweis
reference-left-out = Teile fehlen hier, weil die Operation sehr groß ist. Im Download steht alles.
reference-path-parameters = Pfadparameter
reference-query-parameters = Query-Parameter
reference-header-parameters = Header-Parameter
reference-cookie-parameters = Cookie-Parameter
reference-request-body = Body der Anfrage
# $kind is a media type.
reference-body-required = { $kind }, erforderlich
reference-responses = Antworten
reference-no-body = Kein Body.
reference-headers = Header
reference-callbacks = Callbacks
reference-callbacks-lead = Anfragen, die die API an Sie zurücksendet.
reference-callback = Callback
reference-sent-to = Gesendet an
reference-sample-language = Sprache des Beispiels
reference-body = Body
# What an answer leads to: $link is its name, $target an operation.
reference-leads-to = { $link }: { $target } aufrufen.
reference-leads-to-with = { $link }: { $target } mit { $values } aufrufen.
# In the place of $target.
reference-another-operation = eine andere Operation

# One callback.
reference-callback-title = { $callback }, Callback von { $operation }
reference-callback-lead = Die API sendet diese Anfrage an Sie zurück, nachdem <link>{ $operation }</link> aufgerufen wurde.
reference-you-receive = Was Sie empfangen
reference-you-answer = Was Sie antworten
reference-no-answers = Die Beschreibung nennt keine Antwort.

# Schemas, and the list of them and of callbacks.
reference-parts = Schemas und Callbacks
reference-parts-count = { $count } Schemas und Callbacks.
reference-no-parts = Keine. Hier stehen sie, sobald die Beschreibung mit diesem oder einem späteren Release veröffentlicht wird.
reference-what-it-is = Was es ist
reference-callback-to = Callback, { $method } { $address }
reference-answer-by = Antwort
reference-answer-by-gateway = Vom Gateway
reference-scenario-help = Die anderen werden aus der Beschreibung gemacht, und nichts wird gesendet.
reference-choose-scenario = Wählen Sie eine Antwort der Liste: diese hat die Beschreibung nicht mehr.
reference-scenario-only = Aus der Beschreibung gemacht. Nichts wird gesendet, und es braucht keinen Zugang.
reference-download-answer = Herunterladen
reference-show-answer = Antwort zeigen
reference-simulated = Aus der Beschreibung gemacht. Nichts wurde gesendet.
reference-and-more = Und { $count } weitere
reference-schema-title = { $schema }, Schema
reference-fields = Felder
reference-example = Beispiel
reference-where-used = Verwendung
reference-used-nowhere = Nirgends genannt.
reference-used-in = { $count ->
        [one] An { $count } Stelle genannt.
       *[other] An { $count } Stellen genannt.
    }
reference-used-more = { $count } weitere stehen in der Beschreibung und nicht in dieser Liste.
reference-operation-or-schema = Operation oder Schema
reference-used-as = Als
reference-use-request = Anfrage
reference-use-response = Antwort
reference-use-parameter = Parameter
reference-use-schema = Schema

# One field.
reference-link-to = Link zu { $field }
reference-required = erforderlich
# Stands for the body as a whole, and says that a field is sent in it.
reference-this-body = Body
reference-all-of = Alles von { $schema }
reference-one-of = Einer von { $values }.
reference-one-of-more = Einer von { $values } und { $count } weiteren.
reference-default = Standard { $value }.
reference-from = Aus { $schema }.
reference-only-in-answers = Nur in Antworten.
reference-only-in-requests = Nur in Anfragen.
reference-recursive = Wieder { $schema } (rekursiv).
reference-more-inside = Darin steht mehr; im Download steht alles.

# Try it.
reference-try-it = Ausprobieren
reference-hint-sign-in = Sobald Sie angemeldet sind, senden Sie Aufrufe von hier, ohne Schlüssel.
reference-hint-unknown = Diese Operation nimmt ein Formular, dessen Teile nicht beschrieben sind: hier gibt es nichts auszufüllen. Senden Sie es mit dem Beispiel.
reference-hint-access = Sobald eine Ihrer Anwendungen Zugang hat, senden Sie Aufrufe von hier, ohne Schlüssel.
reference-hint-active = Sobald Ihr Zugang aktiv ist, senden Sie Aufrufe von hier.
reference-request-access = Zugang beantragen
reference-see-request = Antrag ansehen
reference-send-as = Senden als
# Before an environment.
reference-send-in = In
reference-place-path = Pfad
reference-place-query = Query
reference-place-header = Header
reference-place-cookie = Cookie
reference-input-list = { $place }, Werte durch Kommas getrennt
reference-body-file = { $kind }, eine Datei von höchstens { $size } MB
reference-field-file = Body, eine Datei; der Aufruf hat höchstens { $size } MB
reference-field-files = Body, Dateien; der Aufruf hat höchstens { $size } MB
reference-field-objects = Body, eine Liste von JSON-Objekten
reference-field-object = Body, ein JSON-Objekt
reference-field-list = Body, Werte durch Kommas getrennt
reference-field-kind = Body, { $kind }
reference-choose-again = Wählen Sie die Datei noch einmal: Browser behalten sie nicht in einem Formular, das wieder gezeigt wird.
reference-choose-environment = Wählen Sie eine der Umgebungen.
reference-no-field = Diese Operation hat kein Feld { $field }.
reference-fault-body = Body: { $fault }
reference-asks = <b>Das ändert etwas in der Produktion.</b> Noch wurde nichts gesendet. Senden Sie es noch einmal, um fortzufahren; Sie werden einmal gefragt, bis Sie sich abmelden.
reference-send-to-production = An die Produktion senden
reference-send-and-download = Senden und herunterladen
reference-key-lives = Verwendet einen Schlüssel, der 60 Sekunden gilt. Zählt als Aufruf der Anwendung.
# The call that takes the plan for trying out.
reference-trial-plan = Zum Ausprobieren müssen Sie keinen Zugang beantragen: mit dem Senden nimmt die Anwendung den Tarif <b>{ $plan }</b>, der sofort genehmigt ist. Er erlaubt { $rate }, { $days ->
    [one] einen Tag
   *[other] { $days } Tage
} lang, einmal für jedes Team.
reference-trial-application = { $api } ausprobieren
reference-trial-new = Eine neue: { $name }
reference-trial-reason = Ausprobiert von der Seite von { $operation }.
reference-trial-taken = { $application } darf jetzt aufrufen, mit dem Tarif { $plan }. Mit einem Schlüssel geht das von überall.
reference-create-key = Schlüssel anlegen

# What came back.
reference-answer = Antwort
reference-about-code = Über { $code }
reference-same-with-curl = Derselbe Aufruf mit curl
reference-not-text = Der Body ist kein Text ({ $kind }).
# In the place of $kind.
reference-unnamed-type = ohne genannten Typ
# Sizes, as "256 KB".
reference-first-of = Die ersten { $shown } von { $size }.
reference-left-second = noch { $count } in dieser Sekunde
reference-left-minute = noch { $count } in dieser Minute
reference-left-hour = noch { $count } in dieser Stunde
reference-left-day = noch { $count } an diesem Tag
reference-left-week = noch { $count } in dieser Woche
reference-left-month = noch { $count } in diesem Monat
reference-left-year = noch { $count } in diesem Jahr
# $period is a name that a gateway gives.
reference-left = noch { $count } ({ $period })

# What the description says of values: in one phrase, of which the page makes a sentence.
reference-bound-const = immer { $value }
reference-bound-multiple = ein Vielfaches von { $value }
reference-bound-pattern = passt auf { $value }
reference-bound-unique = kein Element doppelt
reference-bound-encoding = kodiert als { $value }
reference-bound-media-type = enthält { $value }
reference-bound-closed = keine weiteren Eigenschaften
reference-bound-contains = enthält mindestens einmal { $value }
reference-bound-not = nicht { $value }
reference-bound-conditions = weitere Bedingungen hängen von anderen Werten ab
reference-bound-more = mehr als { $value }
reference-bound-least = mindestens { $value }
reference-bound-less = weniger als { $value }
reference-bound-most = höchstens { $value }
reference-bound-exactly = genau { $value }
reference-bound-range = { $least } bis { $most }
# Of the items of an array; $bound is one of these phrases.
reference-bound-each = je Element: { $bound }
reference-characters = { $count ->
        [one] { $count } Zeichen
       *[other] { $count } Zeichen
    }
reference-items = { $count ->
        [one] { $count } Element
       *[other] { $count } Elemente
    }
reference-properties = { $count ->
        [one] { $count } Eigenschaft
       *[other] { $count } Eigenschaften
    }

# Where a callback is sent; $value is one of the texts reference-value-...
reference-sent-to-value = Gesendet an die Adresse aus: { $value }.
reference-sent-to-address = Gesendet an { $address }.
reference-sent-to-filled = Gesendet an { $address }. Darin ist { $filled }.
reference-sent-filled = { $expression } { $value }
reference-sent-and = { $all } und { $one }
reference-value-url = die aufgerufene Adresse
reference-value-method = die Methode des Aufrufs
reference-value-status = der Status der Antwort
reference-value-request-body = der Body der Anfrage
reference-value-response-body = der Body der Antwort
reference-value-request-field = das Feld { $name } im Body der Anfrage
reference-value-response-field = das Feld { $name } im Body der Antwort
reference-value-request-header = der Header { $name } der Anfrage
reference-value-response-header = der Header { $name } der Antwort
reference-value-request-query = der Query-Parameter { $name } der Anfrage
reference-value-response-query = der Query-Parameter { $name } der Antwort
reference-value-request-path = der Pfadparameter { $name } der Anfrage
reference-value-response-path = der Pfadparameter { $name } der Antwort

# How several values of a parameter are written, with an example.
reference-style-dot = mit führendem Punkt geschrieben: { $example }
reference-style-matrix = geschrieben als { $example }
reference-style-repeat = für jeden Wert wiederholen: { $example }
reference-style-commas = Werte durch Kommas getrennt: { $example }
reference-style-own = jede Eigenschaft ist ein eigener Parameter: { $example }
reference-style-pairs = Schlüssel und Werte durch Kommas getrennt: { $example }
reference-style-spaces = Werte durch Leerzeichen getrennt: { $example }
reference-style-bars = Werte durch senkrechte Striche getrennt: { $example }
reference-style-brackets = jede Eigenschaft in Klammern: { $example }
reference-style-keys = Schlüssel und Werte: { $example }
reference-style-each-dot = jeder Wert nach einem Punkt: { $example }
reference-style-after-dot = Werte nach einem Punkt: { $example }
reference-style-keys-dots = Schlüssel und Werte nach Punkten: { $example }
reference-style-keys-dot = Schlüssel und Werte nach einem Punkt: { $example }
reference-style-itself = jede Eigenschaft für sich: { $example }

# Of answers that stand for several codes.
reference-status-default = Jeder andere Status
reference-status-informational = Jeder informative Status
reference-status-success = Jeder Erfolg
reference-status-redirect = Jede Umleitung
reference-status-client = Jeder Fehler des Clients
reference-status-server = Jeder Fehler des Servers

# Types; names of JSON types stay in every language.
reference-type-nothing = nichts
reference-type-any = beliebiger Wert
reference-type-listed = Wert einer Liste
reference-or = {" "}oder{" "}
reference-type-tuple = Tupel
reference-type-array = Liste
reference-type-object = Objekt
reference-type-array-of = Liste von { $items }
reference-type-map-of = Zuordnung zu { $values }
reference-format-date-time = Datum und Uhrzeit (RFC 3339)
reference-format-date = Datum (JJJJ-MM-TT)
reference-format-time = Uhrzeit (RFC 3339)
reference-format-duration = Dauer (ISO 8601)
reference-format-email = E-Mail-Adresse
reference-format-uri-reference = URL, auch relativ
reference-format-hostname = Hostname
reference-format-ipv4 = IPv4-Adresse
reference-format-ipv6 = IPv6-Adresse
reference-format-binary = binär
reference-format-password = Passwort
reference-format-int32 = 32 Bit
reference-format-int64 = 64 Bit
reference-format-float = einfache Genauigkeit
reference-format-double = doppelte Genauigkeit
reference-format-regex = regulärer Ausdruck
reference-option = Möglichkeit { $number }: { $words }

# given.rs
reference-needed-fill-it-in = Nötig: Füllen Sie es aus.
reference-use-at-most-characters = Nehmen Sie höchstens { $value_max } Zeichen.
reference-use-text-without-line-breaks-or = Nehmen Sie Text ohne Zeilenumbrüche und Steuerzeichen.
reference-a-header-takes-ascii-characters-only = Ein Kopffeld nimmt nur ASCII-Zeichen.
reference-would-lead-to-another-address = { $text } würde zu einer anderen Adresse führen.
reference-use-one-of-got = Nehmen Sie eines von { $join }; gegeben war { $text }.
reference-use-got = Nehmen Sie { $in_words }; gegeben war { $text }.
reference-use-or-more-got = Nehmen Sie { $least } oder mehr; gegeben war { $number }.
reference-use-or-less-got = Nehmen Sie { $most } oder weniger; gegeben war { $number }.
reference-a-whole-number = eine ganze Zahl
reference-a-number = eine Zahl
reference-true-or-false = true oder false
reference-a-json-object = ein JSON-Objekt
reference-a-value-of-its-type = einen Wert seines Typs

# given_body.rs
reference-this-operation-takes-no-body = Diese Operation nimmt keinen Inhalt.
reference-the-parts-of-this-body-are = Die Teile dieses Inhalts sind nicht beschrieben; nehmen Sie das Beispiel.
reference-needed-choose-a-file = Nötig: Wählen Sie eine Datei.
reference-choose-one-file = Wählen Sie eine Datei.
reference-use-at-most-kib = Nehmen Sie höchstens { $body_max } KiB.
reference-use-a-json-list-of-objects = Nehmen Sie eine JSON-Liste von Objekten.
reference-use-a-json-object = Nehmen Sie ein JSON-Objekt.
reference-this-is-not-json-at-line = Dies ist kein JSON, in Zeile { $line }, Spalte { $column }: { $fault }.
reference-use-at-most-32-kib-here = Nehmen Sie hier höchstens 32 KiB; das Beispiel nimmt jede Größe.
