# What verbs refuse about APIs: descriptions, versions, releases, guides, environments, gateways, webhooks, incidents.

# create.rs
refused-apis-not-a-slug = Das ist kein Kurzname.
refused-apis-there-is-an-api-already = Es gibt schon eine API „{ $slug }“.
refused-apis-there-is-a-product-already = Es gibt schon ein Produkt „{ $slug }“.
refused-apis-is-part-of-an-address-already = „{ $slug }“ ist schon Teil einer Adresse; wählen Sie einen anderen Namen.
refused-apis-name-the-team-that-owns-it = Nennen Sie das Team, dem sie gehört.

# update.rs
refused-apis-use-between-and-seconds-or-null = Verwenden Sie { $start } bis { $end } Sekunden oder null.
refused-apis-there-you-would-have-the-right = Dort hätten Sie an dieser API das Recht { $gained }, das Ihnen jetzt fehlt; verschieben kann sie, wer es auf beiden Seiten hat.
refused-apis-use-at-most-teams = Verwenden Sie höchstens { $grants_max } Teams.

# branding.rs
refused-apis-send-the-bytes-of-the-image = Senden Sie die Bytes des Bildes in Base64 (RFC 4648 §4), ohne Zeilenumbrüche.
refused-apis-use-an-image-of-at-most = Verwenden Sie ein Bild von höchstens { $logo_bytes_max } Bytes; dieses hat { $bytes }. Es wird 28 Pixel hoch gezeigt.
refused-apis-use-a-png-jpeg-or-webp = Verwenden Sie ein Bild als PNG, JPEG oder WebP; eine Zeichnung (SVG) lässt sich als PNG exportieren, 56 Pixel hoch oder mehr.

# write.rs
refused-apis-this-happened-so-its-entry-stays = Das ist geschehen, also bleibt der Eintrag; ändern Sie stattdessen, was er sagt.

# check.rs
refused-apis-this-host-is-in-use-by = Diesen Host benutzt auf diesen Gateways schon jemand anderes.

# drift.rs
refused-apis-of-is-kept-in-configuration-files = { $join } von { $key } wird in Konfigurationsdateien gehalten ({ $changeset }). Ändern Sie es dort und wenden Sie sie an, oder lassen Sie das Feld aus den Dateien weg.

# environments.rs
refused-apis-use-a-host-name-in-lower = Verwenden Sie einen Hostnamen in Kleinbuchstaben, ohne Port.
refused-apis-use-at-most-300-characters = Verwenden Sie höchstens 300 Zeichen.
refused-apis-another-environment-answers-there-already = Dort antwortet schon eine andere Umgebung.

# following.rs
refused-apis-you-follow-apis-the-most-one = Sie folgen { $followed_max } APIs, mehr geht nicht. Folgen Sie zuerst einer nicht mehr.
refused-apis-nobody-stands-behind-this-access-token = Hinter diesem Zugriffstoken steht niemand, also folgt er nichts.

# join.rs
refused-apis-use-1-to-100-got = Verwenden Sie 1 bis 100; es sind { $uses }.
refused-apis-use-60-seconds-to-7-days = Verwenden Sie 60 Sekunden bis 7 Tage.

# node.rs
refused-apis-this-gateway-is-already-retired = Dieses Gateway ist schon außer Dienst.
refused-apis-gateways-of-a-shared-group-are = Gateways einer gemeinsamen Gruppe verwalten Personen mit einer Rolle der Plattform.

# write.rs
refused-apis-use-another-name-new-is-taken = Verwenden Sie einen anderen Namen; „new“ ist vergeben.
refused-apis-an-api-has-at-most-guides = Eine API hat höchstens { $guides_max } Anleitungen; löschen Sie zuerst eine.
refused-apis-the-api-has-a-guide-already = Die API hat schon eine Anleitung „{ $slug }“.
refused-apis-use-0-to-10000-got = Verwenden Sie 0 bis 10000; es sind { $position }.
refused-apis-use-at-most-bytes-got = Verwenden Sie höchstens { $body_bytes_max } Bytes; es sind { $markdown }.
refused-apis-take-the-null-characters-out = Nehmen Sie die Null-Zeichen heraus.

# write.rs
refused-apis-incident-is-resolved-so-nothing-more = Die Störung { $number } ist behoben, also wird nichts mehr dazu gesagt. Eröffnen Sie eine neue.
refused-apis-say-it-on-one-line = Sagen Sie es in einer Zeile.
refused-apis-name-at-most-apis-or-none = Nennen Sie höchstens { $apis_max } APIs, oder keine für alles; es sind { $apis }.
refused-apis-open-it-first-an-update-resolves = Eröffnen Sie sie zuerst; eine Meldung schließt sie ab.
refused-apis-only-maintenance-is-planned = Nur Wartung wird geplant.
refused-apis-let-it-end-in-the-future = Lassen Sie sie in der Zukunft enden, und nach ihrem Beginn.
refused-apis-an-incident-without-apis-concerns-everything = Eine Störung ohne APIs betrifft alles, und Sie verwalten die einiger APIs. Nennen Sie diese.
refused-apis-incidents-are-open-the-most-there = { $open_max } Störungen sind offen, mehr geht nicht. Schließen Sie zuerst eine ab.
refused-apis-an-incident-has-at-most-updates = Eine Störung hat höchstens { $updates_max } Meldungen, und die letzte schließt sie ab. Schließen Sie diese ab und eröffnen Sie eine neue.

# accept.rs
refused-apis-who-sent-a-description-in-cannot = Wer eine Beschreibung eingereicht hat, kann sie nicht annehmen: Bitten Sie eine andere genehmigende Person.
refused-apis-revision-was-compared-with-a-description = Revision { $number } wurde mit einer Beschreibung verglichen, die nicht mehr gilt: Reichen Sie sie noch einmal ein.
refused-apis-revision-is-accepted-already = Revision { $number } ist schon angenommen.
refused-apis-revision-was-published-there-is-nothing = Revision { $number } wurde veröffentlicht; es gibt nichts anzunehmen.
refused-apis-the-revision-was-decided-on-just = Über die Revision wurde gerade entschieden.

# check.rs
refused-apis-line-column = Zeile { $line }, Spalte { $column }: { $message }

# fetch.rs
refused-apis-use-an-address-of-at-most = Verwenden Sie eine Adresse von höchstens { $url_length_max } Bytes.
refused-apis-the-address-answers-name-one-that = Die Adresse antwortet mit { $as_u16 }. Nennen Sie eine, die die Beschreibung ohne Anmeldung herausgibt.
refused-apis-it-leads-on-to-more-than = Sie leitet über mehr als { $redirects_max } Adressen weiter. Nennen Sie die, bei der sie endet.
refused-apis-it-leads-on-and-does-not = Sie leitet weiter und sagt nicht, wohin. Nennen Sie die Adresse, bei der sie endet.
refused-apis-it-leads-on-from-https-to = Sie leitet von https auf eine Adresse weiter, die es nicht ist. Nennen Sie die, bei der sie endet.
refused-apis-it-cannot-be-fetched-from-there = Von dort kann sie nicht geholt werden: { $refused }.
refused-apis-it-is-larger-than-bytes = Sie ist größer als { $bytes_max } Bytes.
refused-apis-it-could-not-be-fetched = Sie konnte nicht geholt werden: { $why }.
refused-apis-it-did-not-come-within-s = Sie kam nicht innerhalb von { $as_secs } s. Versuchen Sie es noch einmal, oder senden Sie das Dokument selbst.

# promote.rs
refused-apis-revision-breaks-callers-an-approver-has = An Revision { $number } scheitern Aufrufer: Eine genehmigende Person muss sie zuerst annehmen.
refused-apis-revision-was-published-already = Revision { $number } wurde schon veröffentlicht.

# read.rs
refused-apis-reading-the-description-takes-too-long = Das Lesen der Beschreibung dauert zu lange; teilen Sie sie.

# restore.rs
refused-apis-revision-of-is-and-never-was = Revision { $number } von { $label } ist { $state } und galt nie; veröffentlichen Sie sie stattdessen.
refused-apis-version-is-retired = Version { $label } ist eingestellt.

# store.rs
refused-apis-version-is-retired-publish-under-another = Version { $label } ist eingestellt; veröffentlichen Sie unter einer anderen Bezeichnung.

# record.rs
refused-apis-something-else-was-released-meanwhile-the = Inzwischen wurde etwas anderes freigegeben: Das neueste Release ist { $newest }, nicht { $expected }. Sehen Sie sich noch einmal an, was sich ändern würde.

# fixed.rs
refused-apis-it-was-retired-since-which-is = Es wurde seither eingestellt, und das endgültig.
refused-apis-it-was-closed-since-and-what = Er wurde seither geschlossen, und was aus seinen Subskriptionen wurde, bleibt.

# plan.rs
refused-apis-it-is-a-rule-for-people = Das ist eine Regel für Menschen, und kein Zurückgehen ändert sie.
refused-apis-subscriptions-have-it = Subskriptionen haben ihn.
refused-apis-releases-did-not-hold-products-then = Releases hielten damals keine Produkte fest.
refused-apis-it-stays-on-offer-subscriptions-have = Es wird weiter angeboten: Subskriptionen haben es.
refused-apis-it-stays-on-offer-deprecate-it = Es wird weiter angeboten; kündigen Sie es ab und stellen Sie es ein, um es zu beenden.
refused-apis-it-opens-no-versions-that-were = Es öffnet keine Versionen, die seither eingestellt wurden.
refused-apis-people-and-history-hang-on-it = Personen und Geschichte hängen daran.
refused-apis-it-stays-without-what-was-published = Sie bleibt, ohne das, was seither von ihr veröffentlicht wurde.
refused-apis-it-stays-the-plans-it-got = Es bleibt; die Pläne, die es seither bekam, werden zurückgezogen.
refused-apis-it-is-not-on-offer = Es wird nicht angeboten.

# mod.rs
refused-apis-use-1-to-characters = Verwenden Sie 1 bis { $label_max } Zeichen.
refused-apis-use-lower-case-letters-digits-dots = Verwenden Sie Kleinbuchstaben, Ziffern, Punkte und Bindestriche, am Anfang einen Buchstaben oder eine Ziffer.
refused-apis-publish-a-description-of-it-first = Veröffentlichen Sie zuerst eine Beschreibung davon.
refused-apis-the-end-must-lie-in-the = Das Ende muss in der Zukunft liegen.
refused-apis-users-are-given-days-notice-end = Nutzer bekommen { $value } Tage vorher Bescheid: Lassen Sie sie am { $date } oder später enden.

# step.rs
refused-apis-the-version-is-already = Die Version ist schon { $next }.
refused-apis-a-version-cannot-become = Eine Version im Zustand { $from } kann nicht { $next } werden.
refused-apis-the-version-was-changed-by-somebody = Die Version wurde gerade von jemand anderem geändert.
refused-apis-name-another-version = Nennen Sie eine andere Version.
refused-apis-is-name-a-version-that-is = { $label } ist { $state }; nennen Sie eine Version, die veröffentlicht ist.

# withdraw.rs
refused-apis-version-is = Version { $label } ist { $state }.

# webhooks.rs
refused-apis-name-at-most-types-groups-such = Nennen Sie höchstens { $types_max } Arten; Gruppen wie subscription.* zählen als eine.
refused-apis-no-event-is-called-docs-events = Kein Ereignis heißt „{ $kind }“; docs/events.md führt sie auf. Eine Gruppe schreibt man wie subscription.*.
refused-apis-this-address-cannot-be-called-use = Diese Adresse kann nicht aufgerufen werden: { $refused }. Verwenden Sie http oder https und eine öffentliche Adresse; der Betreiber kann Netze erlauben (egress.allowed_networks).

# create.rs
refused-apis-name-a-team-or-an-application = Nennen Sie ein Team oder eine Anwendung, nicht beides.
refused-apis-there-are-webhooks-already-delete-one = Es gibt schon { $endpoints_max } Webhooks; löschen Sie zuerst einen.
refused-apis-use-0-to-hours-got = Verwenden Sie 0 bis { $secret_overlap_hours_max } Stunden; es sind { $overlap_hours }.

# redeliver.rs
refused-apis-this-webhook-is-resume-it-first = Dieser Webhook ist { $state }; nehmen Sie ihn zuerst wieder auf.
refused-apis-this-delivery-is-about-to-be = Diese Zustellung wird gleich gesendet.

# update.rs
refused-apis-this-webhook-is-already = Dieser Webhook ist schon { $state }.
refused-apis-this-webhook-is-active-already = Dieser Webhook ist schon aktiv.
refused-apis-version-has-subscriptions = { $count ->
        [one] Die Version hat { $count } offene Subskription; geben Sie einen Grund an, um sie trotzdem einzustellen.
       *[other] Die Version hat { $count } offene Subskriptionen; geben Sie einen Grund an, um sie trotzdem einzustellen.
    }
refused-apis-caller = { $count ->
        [one] { $name } ({ $count } Anfrage)
       *[other] { $name } ({ $count } Anfragen)
    }
refused-apis-more-callers = { $count } weitere
refused-apis-called-by = In den letzten { $days } Tagen haben sie aufgerufen: { $names }.
refused-apis-policy-attached = die Richtlinie { $policy } gilt für { $operation }
refused-apis-plan-limits = der Plan { $plan } von { $product } begrenzt { $operation }
refused-apis-product-opens = das Produkt { $product } öffnet { $operation } namentlich
refused-apis-orphaned = Der Beschreibung fehlt eine Operation, an der etwas hängt: { $what }. Behalten Sie die Operation, nehmen Sie das zuerst weg, oder lassen Sie es mit dieser Veröffentlichung fallen.
refused-apis-orphaned-by-release = Der Beschreibung fehlt eine Operation, an der etwas hängt: { $what }. Behalten Sie die Operation, nehmen Sie das zuerst weg, oder lassen Sie es beim Zurückgehen fallen.
refused-apis-orphaned-in-files = Der Beschreibung fehlt eine Operation, an der etwas hängt: { $what }. Behalten Sie die Operation, oder nehmen Sie das in denselben Dateien weg.
refused-apis-drained-already = { $name } wird schon geleert.
refused-apis-not-drained = { $name } wird nicht geleert.
refused-apis-is-not-there-any-more = { $pointer } gibt es nicht mehr.
refused-apis-plan-within-ten-years = Lassen Sie es zwischen gestern und in zehn Jahren liegen.
