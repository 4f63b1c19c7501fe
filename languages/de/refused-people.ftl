# What verbs refuse about people: accounts, sign-in, members, teams, roles, tokens, tenants; and faults of values that several verbs take.

# account.rs
refused-people-make-one-in-the-console-under = Legen Sie eines in der Konsole unter Einstellungen, Zugriffstoken an, oder benutzen Sie die Seiten unter /account.
refused-people-this-token-speaks-for-you-above = Dieser Token spricht für Sie über allen Mandanten; Ihr eigenes Konto öffnet er nicht.
refused-people-this-token-opens-nobody-s-account = Dieser Token öffnet niemandes Konto: Die Person, für die er arbeitet, hat ihn nicht selbst angelegt oder ihm weniger als alles gegeben, oder er wurde übergeben. { $instead }
refused-people-this-token-is-for-some-apis = Dieser Token ist nur für einige APIs; einer, der Ihr Konto öffnet, ist für alle. { $instead }
refused-people-only-a-token-that-may-do = Nur ein Token, der alles darf, was Sie dürfen, öffnet Ihr Konto; diesem fehlt { $join }. { $instead }

# change_email.rs
refused-people-this-is-your-address-already-enter = Das ist schon Ihre Adresse. Geben Sie die neue ein.
refused-people-belongs-to-another-account-by-now = { $address } gehört inzwischen zu einem anderen Konto.

# prove.rs
refused-people-your-account-has-no-password-here = Ihr Konto hat hier kein Passwort. Melden Sie sich erneut bei Ihrem Anbieter an.

# sign_in.rs
refused-people-this-is-not-your-password-if = Das ist nicht Ihr Passwort. Wenn Sie noch keines haben, lassen Sie sich eines per E-Mail geben: Melden Sie sich ab und wählen Sie „Passwort vergessen?“.

# sign_up.rs
refused-people-takes-no-sign-ups-at-present = { $name } nimmt zurzeit keine Registrierungen an.
refused-people-use-an-address-of-is-of = Verwenden Sie eine Adresse von { $join }; „{ $email }“ ist aus einer anderen Domain.
refused-people-is-joined-by-invitation-ask-one = Zu { $name } kommt man auf Einladung. Fragen Sie eine Administratorin oder einen Administrator danach.
refused-people-takes-no-sign-ups = { $name } nimmt keine Registrierungen an.

# actor.rs
refused-people-your-account-is-used-in-other = Ihr Konto wird auch anderswo benutzt, und hier hat nur Ihre Organisation gesagt, wer Sie sind. Melden Sie sich mit Ihrem eigenen Passwort oder Passkey an und benutzen Sie die Seiten unter /account oder einen dann angelegten Token.

# delete.rs
refused-people-the-application-is-suspended-it-can = Die Anwendung ist ausgesetzt; sie kann gelöscht werden, wenn das aufgehoben ist.

# members.rs
refused-people-they-are-in-the-team-already = Die Person ist schon im Team. Ändern Sie ihre Rolle dort, wo das Team verwaltet wird.
refused-people-nobody-here-has-this-address-ask = Niemand hier hat diese Adresse. Bitten Sie eine Administratorin oder einen Administrator, die Person zuerst einzuladen.
refused-people-whoever-is-invited-joins-as-a = Wer eingeladen wird, kommt als Mitglied dazu; machen Sie die Person zur Leitung, wenn sie da ist.

# mod.rs
refused-people-too-many-applications-have-this-name = Zu viele Anwendungen heißen so; wählen Sie einen anderen Namen.
refused-people-you-are-not-a-member-of = Sie sind kein Mitglied dieses Teams.

# suspend.rs
refused-people-the-application-is-suspended-already = Die Anwendung ist schon ausgesetzt.
refused-people-the-application-is-not-suspended = Die Anwendung ist nicht ausgesetzt.

# create.rs
refused-people-the-keys-of-could-not-be = Die Schlüssel von „{ $issuer }“ konnten nicht gelesen werden: { $failure }. Geben Sie den Aussteller genau so ein, wie seine Token ihn schreiben; { $trim_end_matches }/.well-known/openid-configuration muss antworten.
refused-people-use-to-seconds-got = Verwenden Sie { $ttl_min_s } bis { $ttl_max_s } Sekunden; es sind { $ttl }.

# pattern.rs
refused-people-write-the-subject-without-spaces = Schreiben Sie das Subject ohne Leerzeichen.
refused-people-name-the-owner-before-the-first = Nennen Sie den Inhaber vor dem ersten „*“, wie in repo:acme/*:ref:refs/heads/main; „{ $pattern }“ nähme jeden.
refused-people-use-at-most-8 = Verwenden Sie höchstens 8 „*“.

# console_calls.rs
refused-people-this-is-a-webhook-the-api = Das ist ein Webhook: Die API ruft ihn auf, niemand ruft ihn hier auf.

# create.rs
refused-people-use-1-to-1000-characters-or = Verwenden Sie 1 bis 1000 Zeichen, oder lassen Sie es bei einem öffentlichen Client weg; es sind { $length }.
refused-people-name-the-claim-whose-values-the = Nennen Sie den Claim, von dessen Werten die Zuweisungen sprechen, etwa groups.
refused-people-use-at-most-grants-this-has = Verwenden Sie höchstens { $entries_max } Zuweisungen; es sind { $grants }.
refused-people-name-the-role-or-the-team = Nennen Sie die Rolle oder das Team, das dieser Wert gibt.
refused-people-you-may-not-make-somebody-so = Sie dürfen niemandem die Rolle { $role } geben, also darf es auch kein Anbieter von Ihnen.
refused-people-use-1-to-100-printable-characters = Verwenden Sie 1 bis 100 druckbare Zeichen ohne Leerzeichen und Anführungszeichen; es ist „{ $scope }“.
refused-people-use-at-most-20-scopes-this = Verwenden Sie höchstens 20 Scopes; es sind { $scopes }.
refused-people-use-at-most-domains-this-has = Verwenden Sie höchstens { $entries_max } Domains; es sind { $email_domains }.
refused-people-enter-a-domain-such-as-example = Geben Sie eine Domain wie example.com ein; es ist „{ $domain }“.
refused-people-a-tenant-has-at-most-identity = Ein Mandant hat höchstens { $providers_max } Identitätsanbieter. Löschen Sie zuerst einen.
refused-people-there-is-an-identity-provider-already = Es gibt schon einen Identitätsanbieter „{ $slug }“.
refused-people-there-is-an-identity-provider-for = Es gibt schon einen Identitätsanbieter für den Client „{ $client_id }“ bei { $issuer }. Ändern Sie jenen.

# installation.rs
refused-people-has-an-account-already = { $email } hat schon ein Konto.

# write.rs
refused-people-there-are-terms-already = Es gibt schon Bedingungen „{ $slug }“.
refused-people-version-says-the-same = Version { $version } sagt dasselbe.
refused-people-write-down-what-is-accepted = Schreiben Sie auf, was angenommen wird.
refused-people-remove-the-null-characters = Entfernen Sie die Null-Zeichen.

# ask.rs
refused-people-jobs-of-this-tenant-are-under = { $open } Aufträge dieses Mandanten laufen. Warten Sie auf einen davon, oder brechen Sie ihn ab.

# decisions.rs
refused-people-decide-1-to-requests-at-once = Entscheiden Sie 1 bis { $decisions_max } Anträge auf einmal; es sind { $count }.

# mod.rs
refused-people-the-job-is-over-already = Der Auftrag ist schon vorbei: { $state }.

# output.rs
refused-people-the-job-is-what-it-writes = Der Auftrag ist { $state }; was er schreibt, kann geholt werden, wenn er fertig ist.
refused-people-what-the-job-wrote-was-deleted = Was der Auftrag geschrieben hat, wurde nach sieben Tagen gelöscht. Starten Sie einen neuen.

# tenant_export.rs
refused-people-an-export-of-this-tenant-is = Ein Export dieses Mandanten läuft. Warten Sie auf ihn, oder brechen Sie ihn ab.

# templates.rs
refused-people-a-test-goes-to-whoever-asks = Ein Test geht an den, der ihn verlangt, und diesen Token hat niemand angelegt. Verlangen Sie ihn mit einem eigenen.

# accept.rs
refused-people-this-invitation-is-for-another-address = Diese Einladung ist für eine andere Adresse als { $email }. Melden Sie sich mit jener an.
refused-people-has-an-account-already-sign-in = { $email } hat schon ein Konto. Melden Sie sich an, und öffnen Sie den Link dann noch einmal.

# grants.rs
refused-people-has-this-role-there-already = { $name } hat diese Rolle dort schon.

# ground.rs
refused-people-owners-own-the-whole-tenant-leave = Inhaberinnen und Inhabern gehört der ganze Mandant; lassen Sie den Geltungsbereich weg.
refused-people-every-member-is-a-developer-already = Jedes Mitglied ist schon Entwickler.

# invitations.rs
refused-people-was-invited-a-moment-ago = { $email } wurde gerade erst eingeladen.
refused-people-is-a-disabled-member-enable-them = { $email } ist ein gesperrtes Mitglied. Geben Sie es stattdessen wieder frei.
refused-people-is-a-member-already = { $email } ist schon Mitglied.

# join.rs
refused-people-you-are-a-member-of-already = Sie sind schon Mitglied bei { $name }.
refused-people-people-join-by-invitation-or-sign = Man kommt auf Einladung oder durch Registrierung dazu.

# roles.rs
refused-people-is-already = { $name } ist schon { $status }.
refused-people-this-is-the-only-active-owner = Das ist der einzige aktive Inhaber. Machen Sie zuerst ein anderes Mitglied zum Inhaber.

# transfer.rs
refused-people-name-another-member = Nennen Sie ein anderes Mitglied.
refused-people-is-disabled-enable-them-first-or = { $name } ist gesperrt. Geben Sie die Person zuerst frei, oder nennen Sie jemand anderen.

# membership.rs
refused-people-only-the-team-that-owns-the = Das kann nur das Team, dem die Anwendung gehört.

# preferences.rs
refused-people-mail-of-always-comes-at-once = E-Mail der Art { $kind } kommt immer sofort: Etwas von Ihnen funktioniert bald nicht mehr.
refused-people-nobody-gets-mail-of-use-a = Niemand bekommt E-Mail der Art „{ $kind }“; verwenden Sie eine Art aus der Liste, oder *.

# flow.rs
refused-people-does-not-answer-at-present-try = { $name } antwortet zurzeit nicht. Versuchen Sie es in einer Minute noch einmal, oder melden Sie sich anders an.
refused-people-did-not-sign-you-in-try = { $name } hat Sie nicht angemeldet. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
refused-people-this-sign-in-is-too-old = Diese Anmeldung ist zu alt, wurde schon benutzt oder begann in einem anderen Browser. Beginnen Sie noch einmal.
refused-people-the-answer-of-could-not-be = Die Antwort von { $name } konnte nicht geprüft werden, also wurde niemand angemeldet. Beginnen Sie noch einmal; wenn es wieder geschieht, sagen Sie es einer Administratorin oder einem Administrator.

# issuers.rs
refused-people-the-discovery-document-of-could-not = Das Discovery-Dokument von „{ $issuer }“ ist nicht zu gebrauchen: { $failure }. Geben Sie den Aussteller genau so ein, wie sein Betreiber ihn angibt; { $trim_end_matches }/.well-known/openid-configuration muss antworten.

# prove.rs
refused-people-this-link-was-used-already-is = Dieser Link wurde schon benutzt, ist zu alt oder gehört zu einem anderen Browser. Öffnen Sie ihn dort, wo Sie begonnen haben, oder beginnen Sie noch einmal.

# settle.rs
refused-people-is-for-addresses-of-is-of = { $name } ist für Adressen von { $join }; „{ $email }“ ist aus einer anderen Domain.
refused-people-this-account-cannot-sign-in-here = Dieses Konto kann sich hier nicht anmelden. Fragen Sie eine Administratorin oder einen Administrator.
refused-people-has-an-account-already-begin-again = { $email } hat schon ein Konto. Beginnen Sie noch einmal, und verbinden Sie es mit dessen Passwort.
refused-people-this-sign-in-is-connected-with = Diese Anmeldung ist schon mit einem Konto verbunden. Beginnen Sie noch einmal.

# one_time.rs
refused-people-this-link-was-used-already-or = Dieser Link wurde schon benutzt oder ist zu alt. Lassen Sie sich einen neuen geben.

# ceremony.rs
refused-people-this-passkey-was-not-accepted-try = Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.

# register.rs
refused-people-you-have-passkeys-remove-one-that = Sie haben { $passkeys_max } Passkeys. Entfernen Sie einen, den Sie nicht mehr benutzen.
refused-people-this-passkey-was-added-before = Dieser Passkey wurde schon hinzugefügt.

# show.rs
refused-people-you-have-no-passkey-here = Sie haben hier keinen Passkey.

# passwords.rs
refused-people-use-at-least-characters-this-has = Verwenden Sie mindestens { $length_min } Zeichen; es sind { $length }. Ein paar zufällige Wörter eignen sich gut.
refused-people-use-at-most-characters-this-has = Verwenden Sie höchstens { $length_max } Zeichen; es sind { $length }.
refused-people-this-is-easy-to-guess-it = Das ist leicht zu erraten: Es ist verbreitet, wiederholt sich oder besteht aus Ihrem Namen. Verwenden Sie ein paar zufällige Wörter.

# platform.rs
refused-people-only-a-platform-administrator-may-do = Das darf nur die Administration der Plattform.

# refusal.rs
refused-people-a-text-holds-the-character-u = Ein Text enthält das Zeichen U+0000, das nicht gespeichert werden kann. Entfernen Sie es.
refused-people-use-at-most-characters-this-has-2 = Verwenden Sie höchstens { $max } Zeichen; es sind { $length }.

# change.rs
refused-people-is-a-built-in-role-choose = „{ $slug }“ ist eine eingebaute Rolle; wählen Sie einen anderen Namen.
refused-people-there-are-roles-which-is-the = Es gibt { $roles_max } Rollen, mehr geht nicht; löschen Sie eine, die niemand hat.
refused-people-there-is-a-role-already = Es gibt schon eine Rolle „{ $slug }“.
refused-people-and = { $join } und { $last }
refused-people-is-a-built-in-role-and = „{ $slug }“ ist eine eingebaute Rolle und bleibt, wie sie ist; legen Sie stattdessen eine eigene Rolle an.
refused-people-choose-at-least-one-permission = Wählen Sie mindestens eine Berechtigung.
refused-people-naming-owners-stays-with-owners-make = Inhaber zu benennen bleibt Inhabern vorbehalten; machen Sie stattdessen jemanden zum Inhaber.
refused-people-you-may-not-do-yourself-so = Sie dürfen „{ $permission }“ selbst nicht, also können Sie es nicht geben.
refused-people-you-may-not-do-yourself-so-2 = Sie dürfen „{ $permission }“ selbst nicht, also können Sie es nicht nehmen.

# check.rs
refused-people-this-code-is-wrong-or-was = Dieser Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten, den Ihre App zeigt.

# remove.rs
refused-people-turn-your-own-second-factor-off = Ihren eigenen zweiten Faktor schalten Sie unter Konto ab, mit einem Code davon.
refused-people-the-account-of-is-not-this = Das Konto von { $name } gehört nicht diesem Mandanten allein. Der Betreiber der Installation setzt es zurück: gatehouse reset-second-factor.
refused-people-has-no-second-factor-and-no = { $name } hat keinen zweiten Faktor und keinen Passkey.

# set_up.rs
refused-people-you-have-a-second-factor-already = Sie haben schon einen zweiten Faktor. Schalten Sie ihn ab, bevor Sie einen anderen einrichten.
refused-people-this-is-not-the-code-the = Das ist nicht der Code, den die App jetzt zeigt. Prüfen Sie, ob die Uhr Ihres Geräts stimmt.

# change.rs
refused-people-a-team-called-exists-already = Es gibt schon ein Team mit dem Namen „{ $slug }“.
refused-people-is-disabled-enable-them-first = { $name } ist gesperrt. Geben Sie die Person zuerst frei.
refused-people-this-is-a-personal-team-make = Das ist ein persönliches Team. Legen Sie ein Team an, um Anwendungen zu teilen.

# tenants.rs
refused-people-the-tenant-is-already = Der Mandant ist schon { $status }.
refused-people-the-tenant-is-closed-that-is = Der Mandant ist geschlossen; das ist endgültig.
refused-people-the-tenant-is-being-closed-and = Der Mandant wird geschlossen und antwortet schon niemandem. Aktivieren Sie ihn zuerst.
refused-people-the-tenant-is-set-it-to = Der Mandant ist { $status }. Setzen Sie ihn zuerst auf „wird geschlossen“.
refused-people-use-at-most-50-domains-this = Verwenden Sie höchstens 50 Domains; es sind { $domains }.
refused-people-use-a-time-zone-such-as = Verwenden Sie eine Zeitzone wie Europe/Lisbon; „{ $zone }“ ist nicht bekannt.
refused-people-use-0-to-days-got = Verwenden Sie 0 bis { $notice_days_max } Tage; es sind { $days }.
refused-people-name-at-least-one-domain-or = Nennen Sie mindestens eine Domain, oder wählen Sie eine andere Art der Registrierung.

# close.rs
refused-people-send-the-tenant-s-slug-to = Senden Sie den Kurznamen des Mandanten, { $slug }, um zu sagen, dass es ernst gemeint ist.
refused-people-the-tenant-is = Der Mandant ist { $status }.
refused-people-the-tenant-is-only-one-that = Der Mandant ist { $status }; wieder geöffnet wird nur einer, der geschlossen wird.

# create.rs
refused-people-is-reserved-choose-another-name = „{ $slug }“ ist reserviert; wählen Sie einen anderen Namen.
refused-people-another-tenant-is-called-choose-another = Ein anderer Mandant heißt „{ $slug }“; wählen Sie einen anderen Namen.
refused-people-on-the-gateways-already-leads-to = „/{ $slug }“ führt auf den Gateways schon zu einer API; wählen Sie einen anderen Namen.

# tokens.rs
refused-people-the-token-was-revoked-already = Der Token „{ $name }“ wurde schon widerrufen.

# create.rs
refused-people-use-1-to-days-got = Verwenden Sie 1 bis { $days_max } Tage; es sind { $days }.
refused-people-choose-at-least-one-scope = Wählen Sie mindestens einen Scope.
refused-people-name-1-to-100-apis-or = Nennen Sie 1 bis 100 APIs, oder gar keine; es sind { $apis }.
refused-people-you-have-no-role-of-the = Sie haben keine Rolle der Plattform, also darf auch ein Token von Ihnen nicht für eine sprechen.
refused-people-a-token-for-the-platform-is = Ein Token für die Plattform ist nicht für einzelne APIs.
refused-people-a-token-for-the-platform-ends = Ein Token für die Plattform endet nicht später als der, der ihn anlegt, am { $last }. Nennen Sie weniger Tage, oder keine.
refused-people-name-apis-you-may-make-access = Nennen Sie APIs: Sie dürfen Zugriffstoken nur für einige anlegen.
refused-people-you-may-not-do-yourself-so-3 = Sie dürfen „{ $scope }“ selbst nicht, also darf es auch ein Token von Ihnen nicht.
refused-people-ci-exchanged-its-identity = CI hat seine Identität gegen diesen Token getauscht, also steht kein Konto einer Person dahinter.
refused-people-disabled-here = { $name } ist hier gesperrt und kann nichts tun, bis das aufgehoben ist.
refused-people-only-reading = Der Mandant ist { $state }: Nur Lesen bleibt.
refused-people-tenant-closed = Der Mandant ist geschlossen.
refused-people-has-it-as = { $name } hat { $permission } für { $scope }: { $roles }.
refused-people-has-it-elsewhere = { $name } hat { $permission } nur für { $scopes }, nicht für { $api }.
refused-people-has-it-for-some = { $name } hat { $permission } nur für { $scopes }, nicht im ganzen Mandanten.
refused-people-lacks-it-there = Keine Rolle von { $name } erlaubt { $permission } für { $api }. Diese tun es: { $roles }.
refused-people-lacks-it = Keine Rolle von { $name } erlaubt { $permission } im ganzen Mandanten. Diese tun es: { $roles }.
refused-people-whole-tenant = den ganzen Mandanten
refused-people-the-api = die API { $name }
refused-people-the-product = das Produkt { $name }
refused-people-the-team = das Team { $name }
refused-people-have-this-role = { $count ->
        [one] { $names } hat diese Rolle; nehmen Sie sie zuerst weg.
       *[other] { $names } haben diese Rolle; nehmen Sie sie zuerst weg.
    }
refused-people-did-not-ask = { $name } hat Sie angemeldet, ohne zu fragen, wer Sie sind, also bestätigt das nichts. Melden Sie sich dort ab und versuchen Sie es noch einmal, oder fügen Sie Ihrem Konto einen Passkey oder ein Passwort hinzu und bestätigen Sie damit.
refused-people-does-not-say-when = { $name } sagt nicht, wann Sie sich zuletzt ausgewiesen haben, also bestätigt das nichts. Bitten Sie den Betreiber, max_age mit auth_time zu beantworten (OpenID Connect), oder fügen Sie Ihrem Konto einen Passkey oder ein Passwort hinzu und bestätigen Sie damit.
fault-slug-length = verwenden Sie 2 bis 40 Zeichen; „{ $text }“ hat { $length }
fault-slug-character = verwenden Sie Kleinbuchstaben, Ziffern oder Bindestriche; „{ $text }“ enthält „{ $letter }“
fault-slug-shape = beginnen Sie mit einem Buchstaben, enden Sie mit einem Buchstaben oder einer Ziffer, und verwenden Sie einzelne Bindestriche; es ist „{ $text }“
fault-slug-reserved = „{ $text }“ ist reserviert; wählen Sie einen anderen Namen
fault-email = geben Sie eine E-Mail-Adresse wie name@example.com ein
fault-colour = schreiben Sie eine Farbe als # und sechs hexadezimale Ziffern, wie #0b5fb0
fault-colour-light = { $chosen } ist zu hell: Auf den getönten Gründen heller Seiten haben Wörter darin weniger Kontrast als 4,5 zu 1. Die nächste Farbe desselben Tons, die genug hat, ist { $nearest }
fault-limit-amount = verwenden Sie eine Zahl von 1 bis { $max }; es ist { $got }
fault-limit-window = verwenden Sie ein Fenster von 1 bis 3600 Sekunden; es sind { $got }
fault-rule-name = Benennen Sie die Regel mit 1 bis { $max } Zeichen.
fault-conditions = Geben Sie 1 bis { $max } Bedingungen an; es sind { $got }.
fault-values = Geben Sie 1 bis { $max } an; es sind { $got }.
fault-domain = Schreiben Sie eine Domain in Kleinbuchstaben, wie acme.example; es ist „{ $got }“.
fault-team = Nennen Sie ein Team mit seinem Kurznamen: { $fault }.
fault-below-zero = Verwenden Sie eine Zahl ab 1; unter 0 ist nichts.
fault-questions = Stellen Sie höchstens { $max } Fragen; es sind { $got }.
fault-question-key = Benennen Sie die Frage mit einem Kurznamen: { $fault }.
fault-same-key = Eine andere Frage heißt schon so.
fault-question = Fragen Sie in 1 bis { $max } Zeichen, in einer Zeile.
fault-choices = Geben Sie einer Auswahl 2 bis { $max } verschiedene Antworten von 1 bis { $length } Zeichen und einem Text keine.
fault-not-asked = Der Plan fragt das nicht.
fault-unanswered = Beantworten Sie das: { $question }
fault-not-a-choice = Antworten Sie mit einem von: { $choices }.
fault-too-long = Verwenden Sie höchstens { $max } Zeichen; es sind { $got }.
fault-control-character = Entfernen Sie die Steuerzeichen.
fault-currency = Verwenden Sie einen Code nach ISO 4217, wie EUR; es ist „{ $got }“.
fault-no-period = Sagen Sie, wofür der Betrag gilt: einen Tag, einen Monat oder ein Jahr.
fault-no-amount = Sagen Sie, was ein Zeitraum kostet, oder lassen Sie den Zeitraum weg.
fault-no-price = Sagen Sie, was ein Zeitraum kostet, tausend Anfragen, oder beides.
fault-amount = Verwenden Sie eine Zahl wie 49.90, höchstens { $whole } Ziffern und { $fraction } nach dem Punkt; es ist „{ $got }“.
fault-backend-secret = Schreiben Sie ein Backend-Geheimnis als {"${vault:NAME}"}, mit dem Namen, den es an dieser API hat.
refused-people-wrong = E-Mail-Adresse oder Passwort ist falsch.
refused-people-others = { $count ->
        [one] { $count } andere
       *[other] { $count } andere
    }
