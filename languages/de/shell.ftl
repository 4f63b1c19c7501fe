# What stands around every page: the bars above and below, the account's menu, the rail of the console.

skip = Zum Inhalt springen
about-installation = Über diese Installation
continue-as = Weiter als { $name }
region-title = Bereich

banner-demo = Demodaten. Löschen mit gatehouse demo --reset.
banner-plain-http = Dieses Portal wird ohne TLS ausgeliefert: Sitzungen können unterwegs mitgelesen werden.

nav-portal = Portal
nav-apis = APIs
nav-applications = Anwendungen
nav-requests = Anträge
nav-status = Status
nav-mail = E-Mails
nav-inbox = Posteingang
nav-help = Hilfe
nav-sign-in = Anmelden
unread = ungelesen

area = Bereich
area-portal = Portal
area-console = Konsole

search-apis = APIs suchen
search-hint = APIs und Operationen suchen

menu-account-of = , Konto von { $name }
menu-go-to = Zu { $tenant }
menu-tenants = Mandanten dieser Installation
menu-account = Ihr Konto
menu-notifications = Benachrichtigungen
menu-sign-out = Abmelden
no-role = Hier keine Rolle

foot-portal-of = Entwicklerportal von { $tenant }
foot-help = Hilfe und Kontakt
foot-runs-on = Läuft mit Gatehouse { $version }
theme = Farbschema
theme-auto = Automatisch
theme-light = Hell
theme-dark = Dunkel
density = Tabellendichte
density-comfortable = Luftig
density-compact = Kompakt
ending-soon = In weniger als zwei Minuten werden Sie abgemeldet.
ending-stay = Angemeldet bleiben
shortcuts = Tastenkürzel
shortcuts-lead = Sie wirken, solange in kein Feld getippt wird, und brauchen Skript. Schalten Sie die aus einem einzelnen Zeichen ab, wenn Sie diktieren oder Tasten versehentlich drücken.
shortcuts-key = Taste
shortcuts-does = Was sie tut
shortcuts-on = An
shortcuts-off = Aus
shortcuts-ctrl-k = Strg K
shortcuts-search = Suchen
shortcuts-next-row = Zur nächsten Zeile
shortcuts-previous-row = Zur Zeile davor
shortcuts-select-row = Die Zeile auswählen oder auslassen
shortcuts-approve = Die Zeile genehmigen oder alle ausgewählten
shortcuts-reject = Die Zeile ablehnen oder alle ausgewählten; ohne Grund zu dessen Feld
shortcuts-to-start = Zur Startseite
shortcuts-to-apis = Zu den APIs
shortcuts-to-applications = Zu den Anwendungen
shortcuts-to-requests = Zu den Anträgen
shortcuts-to-inbox = Zum Posteingang
shortcuts-here = Diese Seite öffnen
shortcuts-escape = Esc
shortcuts-close = Schließen, was offen ist
language = Sprache
language-auto = Automatisch

rail = Konsole
rail-open = Konsole: { $page }
rail-menu = Menü
rail-offer = Anbieten
rail-run = Betreiben
rail-home = Übersicht
rail-requests = Anträge
rail-apis = APIs
rail-products = Produkte
rail-plans = Pläne
rail-terms = Bedingungen
rail-applications = Anwendungen
rail-people = Personen und Teams
rail-gateways = Gateways
rail-incidents = Störungen
rail-releases = Releases
rail-configuration = Konfiguration
rail-jobs = Aufträge
rail-audit = Audit
rail-settings = Einstellungen
waiting = wartend
script-copied = Kopiert
script-copy-by-hand = Drücken Sie Strg C, um zu kopieren
