# The console's pages of people, teams, roles, applications, incidents; the tenants of an installation.

# people.html
people-people = Personen
people-people-and-teams = Personen und Teams
people-invite-a-person = Person einladen
people-invite = Einladen

# person.html
people-roles-in-the-whole-tenant = Rollen im ganzen Mandanten
people-save-roles = Rollen speichern
people-grants = Zugeteilte Rollen
people-for = Für
people-allows = Erlaubt
people-take-away = Wegnehmen
people-for-2 = : { $role } für { $on }
people-give-a-role-for-a-part = Eine Rolle für einen Teil geben, oder eine eigene
people-give-role = Rolle geben
people-what-can-do-and-why = Was { $name } tun kann, und warum
people-ask = Fragen
people-nothing-of-what-was-asked-about = Nichts von dem, wonach gefragt wurde.
people-may = Darf
people-on = Wo
people-let-in-again = Wieder zulassen
people-disable = Sperren
people-can-sign-in-again-and-finds = { $name } kann sich wieder anmelden und findet alles so vor, wie es war.
people-can-no-longer-sign-in-to = { $name } kann sich bei { $tenant_name } nicht mehr anmelden. Anwendungen bleiben bei ihren Teams, und Schlüssel gelten weiter.
people-enable = { $name } wieder zulassen
people-disable-2 = { $name } sperren
people-second-factor = Zweiter Faktor
people-signs-in-with-take-that-away = { $name } meldet sich zusätzlich mit { $shows } an. Nehmen Sie das nur weg, wenn es verloren ist und Sie wissen, dass wirklich diese Person darum bittet: Ihre Sitzungen enden, und das Passwort allein meldet sie an.
people-reset-second-factor = Zweiten Faktor zurücksetzen

# role.html
people-save-role = Rolle speichern

# roles.html
people-a-role-is-what-somebody-may = Eine Rolle ist, was jemand darf; die Zuteilung sagt, wo.
people-make-a-role = Rolle anlegen
people-make-role = Rolle anlegen

# team.html
people-add-a-member = Mitglied hinzufügen
people-add-member = Mitglied hinzufügen

# teams.html
people-create-a-team = Team anlegen
people-create-team = Team anlegen

# incident.html
people-as-others-see-it = So sehen es andere
people-what-you-typed-was-not-posted = Was Sie geschrieben haben, wurde nicht veröffentlicht
people-it-is-resolved-so-nothing-more = Sie ist behoben, deshalb wird nichts mehr dazu gesagt. Wenn es wieder geschieht, eröffnen Sie eine neue.
people-how-it-goes = Wie es steht
people-post-update = Meldung veröffentlichen

# incidents.html
people-incidents = Störungen
people-what-those-who-use-the-apis = Was denen gesagt wird, die die APIs nutzen, wenn etwas nicht stimmt oder nicht stimmen wird.
people-open-incident = Störung eröffnen
people-concerned = Betroffen
people-opened-2 = Eröffnet
people-newest-update = Neueste Meldung

# tenants.html
people-tenants = Mandanten
people-each-has-its-own-people-apis = Jeder hat eigene Personen, APIs, Schlüssel und Daten. Keiner sieht einen anderen.
people-create-a-tenant = Mandanten anlegen
people-create-tenant = Mandanten anlegen
people-tenant = Mandant

# permissions.html
people-yours-neither-to-give-nor-to = Können Sie weder geben noch nehmen: Sie selbst dürfen es nicht.

# team_members.html
people-in-the-team = Im Team

# consumers.html
people-api-and-plan = API und Plan
people-for-3 = { $application } für { $api }

# people.rs
people-invited = Eingeladen
people-nobody-yet = Noch niemand
people-members-appear-here = Mitglieder erscheinen hier.
people-lands-on = Landet bei
people-short-name-of-the-api-they = Kurzname der API, zu der die Person zuerst kommt.
people-active = Aktiv
people-disabled = Gesperrt
people-invitation-sent = Einladung gesendet.
people-gets-a-link-that-works-for = { $email } erhält einen Link, der 7 Tage lang gilt.

# person.rs
people-a-code-of-an-app = einem Code aus einer App
people-there-is-no-api-here = Es gibt hier keine API „{ $api }“.
people-anything = Alles
people-may-they = Darf sie
people-on-the-api = Bei der API
people-its-short-name-empty-asks-about = Ihr Kurzname; leer fragt nach dem ganzen Mandanten.
people-every-member = Jedes Mitglied
people-saved = Gespeichert.
people-it-holds-from-the-next-request = Es gilt ab der nächsten Anfrage dieser Person.

# role.rs
people-whoever-has-it-has-it-so = Wer die Rolle hat, hat sie so ab der nächsten Anfrage.
people-delete = { $name } löschen?
people-it-is-gone-for-good-a = Sie ist dann endgültig weg. Eine Rolle, die jemand hat, kann nicht gelöscht werden.
people-delete-role = Rolle löschen
people-role-deleted = Rolle gelöscht.
people-nobody-had-it = Niemand hatte sie.

# roles.rs
people-what-it-is-for = Wozu sie da ist
people-in-addresses-and-files-it-stays = In Adressen und Dateien; er bleibt.
people-built-in = Eingebaut
people-your-own = Eigene
people-is-made = { $name } ist angelegt.
people-give-it-to-somebody-on-their = Geben Sie sie jemandem auf dessen Seite.

# teams.rs
people-teams-own-apis-and-applications-so = Teams besitzen APIs und Anwendungen, so dass Personen kommen und gehen können.
people-no-teams-yet = Noch keine Teams
people-teams-appear-here-everybody-also-has = Teams erscheinen hier. Jeder hat außerdem ein eigenes Team.
people-owns-apis = Besitzt APIs
people-owns-applications = Besitzt Anwendungen
people-member = Mitglied
people-lead = Leitung
people-nobody-in-this-team = Niemand in diesem Team
people-its-members-appear-here = Seine Mitglieder erscheinen hier.
people-choose-a-person = Wählen Sie eine Person.

# applications.rs
people-who-uses-what-newest-first = Wer was nutzt, Neueste zuerst.
people-nobody-uses-an-api-yet = Noch nutzt niemand eine API
people-applications-appear-here-with-what-they = Anwendungen erscheinen hier mit dem, was sie aufrufen dürfen.

# incident.rs
people-how-far-it-is = Wie weit es ist
people-update = Meldung
people-markdown-it-is-mailed-to-who = Markdown. Sie geht per E-Mail an alle, die die APIs nutzen, und kann nicht geändert werden.
people-you-do-not-manage-all-it-concerns = Sie verwalten nicht die Störungen von allem, was betroffen ist, und können deshalb nichts dazu melden.
people-choose-one-of-the-list = Wählen Sie aus der Liste.

# incidents.rs
people-still-open = Noch offen
people-no-incident-matches = Keine passende Störung
people-filter-incidents = Störungen filtern
people-usual-first-state = { $incident }, bei Wartung { $maintenance }
people-no-incidents-yet = Noch keine Störungen
people-open-one-when-something-is-wrong = Eröffnen Sie eine, wenn etwas nicht stimmt, oder vor einer Wartung: Wer die APIs nutzt, erfährt es.
people-of-maintenance-utc-such-as-2027 = Bei Wartung. UTC, etwa 2027-06-30 22:00.
people-what-is-wrong = Was nicht stimmt
people-in-one-line = In einer Zeile.
people-what-it-does-to-calls = Was es mit Anfragen macht
people-their-short-names-with-commas-between = Ihre Kurznamen, durch Kommas getrennt. Keine: Es betrifft jede API.
people-first-update = Erste Meldung
people-starts = Beginn
people-ends = Ende
people-who-follows-an-api-it-concerns = Wer einer betroffenen API folgt oder Zugang zu ihr hat, erfährt es sofort.
people-use-a-moment-such-as-2027 = Geben Sie einen Zeitpunkt wie 2027-06-30 22:00 an.

# tenants.rs
people-for-addresses-never-changes = Für Adressen; ändert sich nie.
people-suspended = Ausgesetzt
people-closing = Wird geschlossen
people-closed = Geschlossen
people-is-ready = { $name } ist bereit.
people-you-are-its-owner = Sie sind Inhaber.
people-lift-suspension = Aussetzung aufheben
people-suspend = Aussetzen
people-open-again = Wieder öffnen
people-its-apis-answer-again = Seine APIs antworten wieder.
people-it-is-not-deleted-and-its = Er wird nicht gelöscht, und seine APIs antworten wieder.
people-every-call-to-its-apis-is = Jede Anfrage an seine APIs wird sofort abgelehnt. Sein Portal kann gelesen, aber nicht geändert werden.
people-the-gateways-are-being-told = Die Gateways werden informiert.
people-here = { $count ->
        [one] { $count } Person hier.
       *[other] { $count } Personen hier.
    }
people-have-it = { $count ->
        [one] { $count } Person hat sie.
       *[other] { $count } Personen haben sie.
    }
people-incident-opened = Eröffnet:
people-incident-resolved = , behoben:
