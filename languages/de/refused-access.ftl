# What verbs refuse about access: keys and other credentials, plans, products, requests and decisions.

# material.rs
refused-access-a-credential-of-the-kind-needs = Zugangsdaten der Art { $kind } brauchen das.
refused-access-leave-this-out-it-is-for = Lassen Sie das weg: Es ist für die Art { $of }, und diese sind { $kind }.
refused-access-another-credential-of-this-environment-is = Andere Zugangsdaten dieser Umgebung werden hiermit schon nachgewiesen; widerrufen Sie jene, und senden Sie hier etwas anderes.
refused-access-a-credential-that-this-proved-was = Zugangsdaten, die hiermit nachgewiesen wurden, sind widerrufen: Erzeugen Sie ein neues Schlüsselpaar, und senden Sie dessen öffentliche Hälfte.
refused-access-use-at-most-16-kib = Verwenden Sie höchstens 16 KiB.
refused-access-this-holds-a-private-key-treat = Hier ist ein privater Schlüssel dabei; behandeln Sie ihn als bekannt geworden, und senden Sie die öffentliche Hälfte eines anderen.
refused-access-send-a-json-web-key-rfc = Senden Sie einen JSON Web Key (RFC 7517): ein Objekt mit kty und den Zahlen dieser Art von Schlüssel.
refused-access-send-an-rsa-ec-or-okp = Senden Sie einen Schlüssel RSA, EC oder OKP; ein gemeinsames Geheimnis ist die Art hmac.
refused-access-its-members-are-not-the-numbers = Seine Angaben sind nicht die Zahlen eines solchen Schlüssels (RFC 7518 §6).
refused-access-this-holds-a-private-key-treat-2 = Hier ist ein privater Schlüssel dabei; behandeln Sie ihn als bekannt geworden, und senden Sie das Zertifikat eines anderen.
refused-access-send-one-certificate-in-pem-form = Senden Sie ein Zertifikat im PEM-Format, ab -----BEGIN CERTIFICATE-----.
refused-access-this-is-no-x-509-certificate = Das ist kein X.509-Zertifikat (RFC 5280).
refused-access-it-ended-at-send-one-that = Es ist am { $written } abgelaufen: Senden Sie eines, das gilt.
refused-access-it-begins-at-send-it-then = Es beginnt am { $written }: Senden Sie es dann.

# mod.rs
refused-access-use-1-to-days-got = Verwenden Sie 1 bis { $max } Tage; es sind { $days }.
refused-access-the-application-has-keys-in-this = Die Anwendung hat in dieser Umgebung { $live_keys_max } Schlüssel; widerrufen Sie zuerst einen.

# revoke.rs
refused-access-this-key-has-expired = Dieser Schlüssel ist abgelaufen.

# rotate.rs
refused-access-this-key-was-replaced-already = Dieser Schlüssel wurde schon ersetzt.
refused-access-this-key-has-expired-make-a = Dieser Schlüssel ist abgelaufen; legen Sie einen neuen an.
refused-access-use-0-to-seconds-got = Verwenden Sie 0 bis { $max } Sekunden; es sind { $overlap_s }.
refused-access-a-key-that-leaked-ends-now = Ein bekannt gewordener Schlüssel endet jetzt: Verwenden Sie 0 Sekunden, oder lassen Sie das weg.
refused-access-use-to-hours-got = Verwenden Sie { $start } bis { $end } Stunden; es sind { $hours }.
refused-access-without-an-overlap-the-former-key = Ohne Überlappung endet der bisherige Schlüssel jetzt; lassen Sie das weg.
refused-access-gateways-do-not-check-credentials-of = Gateways prüfen Zugangsdaten der Art { $of } noch nicht, also weiß niemand, wann welche ruhen; lassen Sie das weg.
refused-access-the-key-ending-in-which-this = Der Schlüssel mit der Endung { $last4 }, den dieser ersetzt hat, gilt noch; nehmen Sie ihn zuerst außer Betrieb, oder tauschen Sie ohne Überlappung.

# scope.rs
refused-access-use-at-most-products-or-none = Verwenden Sie höchstens { $scope_max } Produkte, oder keines für alle; es sind { $products }.

# approval.rs
refused-access-use-to-seconds-got = Verwenden Sie { $start } bis { $end } Sekunden; es sind { $due_s }.
refused-access-this-plan-needs-two-people-whom = Dieser Plan braucht zwei Personen, die keine Regel ersetzt; verwenden Sie die Betriebsart shadow oder off.
refused-access-there-is-no-team = Es gibt kein Team „{ $team }“.

# close.rs
refused-access-the-plan-is-closed-already = Der Plan ist schon geschlossen.
refused-access-move-to-another-plan-that-is = Wechseln Sie zu einem anderen Plan, der angeboten wird.
refused-access-subscriptions-have-this-plan-say-which = { $subscriptions } Subskriptionen haben diesen Plan; sagen Sie, zu welchem Plan sie wechseln oder wann sie enden.

# limits.rs
refused-access-use-at-most-limits-those-of = Verwenden Sie höchstens { $limits_max } Limits, die einzelner Operationen mitgezählt; es sind { $count }.
refused-access-this-limit-is-in-the-list = Dieses Limit ist schon in der Liste.

# mod.rs
refused-access-has-a-plan-already = { $name } hat schon einen Plan „{ $slug }“.
refused-access-offer-the-plan-in-at-least = Bieten Sie den Plan in mindestens einer Umgebung an.
refused-access-use-1-to-3650-days-got = Verwenden Sie 1 bis 3650 Tage; es sind { $days }.
refused-access-use-0-to-seconds-got-2 = Verwenden Sie 0 bis { $overlap_max_s } Sekunden; es sind { $max_overlap_s }.
refused-access-say-with-max-subscription-days-how = Sagen Sie mit max_subscription_days, wie lange das Ausprobieren dauert.

# operation_limits.rs
refused-access-a-single-operation-can-have-a = Eine einzelne Operation kann eine Rate haben; Kontingente zählen jeden Aufruf des Plans.
refused-access-name-it-by-method-and-path = Nennen Sie sie mit Methode und Pfad, wie GET /pets/{"{id}"}.
refused-access-no-version-of-it-has-use = Keine Version davon hat { $operation }; verwenden Sie eine Operation einer veröffentlichten Beschreibung.

# restore.rs
refused-access-the-plan-is-closed-or-has = Der Plan { $name } ist geschlossen oder hat keine Fassung { $number }.

# terms.rs
refused-access-accept-version-of-which-stands-at = Nehmen Sie Version { $number } von { $title } an, die unter /terms/{ $slug } steht.
refused-access-the-plan-takes-no-new-requests = Der Plan { $name } nimmt keine neuen Anträge an.
refused-access-the-plan-is-not-offered-in = Der Plan { $name } wird in der Umgebung { $kind } nicht angeboten.

# update.rs
refused-access-without-notice-it-counts-at-once = Ohne Frist gilt es sofort; lassen Sie den Zeitpunkt weg.
refused-access-nothing-changes-then-leave-it-out = Dann ändert sich nichts; lassen Sie es weg, oder geben Sie andere Limits an.
refused-access-this-takes-something-from-subscriptions-who = Das nimmt { $subscriptions } Subskriptionen etwas, die { $value } Tage vorher Bescheid bekommen: Beginnen Sie am { $date } oder später.
refused-access-the-plan-is-closed = Der Plan ist geschlossen.
refused-access-close-a-plan-by-closing-it = Schließen Sie einen Plan über „Schließen“: Dort steht, was mit seinen Subskriptionen geschieht.
refused-access-a-plan-cannot-become = Ein Plan im Zustand { $from } kann nicht { $to } werden.

# change.rs
refused-access-there-is-a-product-or-an = Es gibt schon ein Produkt oder eine API „{ $slug }“.
refused-access-the-product-is-retired = Das Produkt ist eingestellt.
refused-access-end-a-product-by-retiring-it = Beenden Sie ein Produkt, indem Sie es einstellen; das beendet seine Subskriptionen.
refused-access-a-product-cannot-become = Ein Produkt im Zustand { $state } kann nicht { $wanted } werden.
refused-access-say-first-what-the-product-opens = Sagen Sie zuerst, was das Produkt öffnet: Es enthält nichts.

# items.rs
refused-access-a-product-on-offer-opens-something = Ein angebotenes Produkt öffnet etwas; stellen Sie es stattdessen ein.
refused-access-use-at-most-versions-got = Verwenden Sie höchstens { $items_max } Versionen; es sind { $input }.
refused-access-is-retired = { $slug } { $label } ist eingestellt.
refused-access-this-version-is-in-the-list = Diese Version ist schon in der Liste.
refused-access-name-at-least-one-operation-or = Nennen Sie mindestens eine Operation, oder lassen Sie die Liste weg, um alle zu öffnen.
refused-access-the-version-has-no-operation-name = Die Version hat keine Operation „{ $operation }“; nennen Sie eine mit Methode und Pfad, wie GET /pets/{"{id}"}.

# mod.rs
refused-access-this-product-stands-for-the-api = Dieses Produkt steht für die API { $slug }; ändern Sie die API.

# retire.rs
refused-access-deprecate-the-product-first = Kündigen Sie das Produkt zuerst ab.
refused-access-the-product-is-retired-already = Das Produkt ist schon eingestellt.

# moderate.rs
refused-access-it-is-hidden-already = Es ist schon verborgen.
refused-access-it-is-not-hidden = Es ist nicht verborgen.

# write.rs
refused-access-nobody-stands-behind-this-access-token = Hinter diesem Zugriffstoken steht niemand, also kann er nichts schreiben.
refused-access-this-question-has-answers-the-most = Diese Frage hat { $answers_max } Antworten, mehr geht nicht. Fragen Sie neu.

# acceptance.rs
refused-access-version-of-was-accepted-already = Version { $number } von { $title } wurde schon angenommen.

# approval.rs
refused-access-this-was-asked-already-and-waits = Das wurde schon gefragt und wartet auf eine Entscheidung.
refused-access-you-agreed-already-another-person-has = Sie haben schon zugestimmt; eine andere Person muss auch zustimmen.
refused-access-somebody-else-agreed-to-another-plan = Jemand anderes hat einem anderen Plan zugestimmt; stimmen Sie demselben zu, oder lehnen Sie ab.

# change_plan.rs
refused-access-the-plan-is-already = Der Plan ist schon { $name }.
refused-access-the-plan-is-a-trial-with = Der Plan { $name } ist zum Ausprobieren; damit beginnt ein Zugang.
refused-access-no-other-plan-is-asked-for = Es wird kein anderer Plan mehr beantragt.
refused-access-the-plan-is-not-on-offer = Der Plan { $name } wird hier nicht mehr angeboten.

# deadlines.rs
refused-access-use-to-seconds-got-2 = Verwenden Sie { $start } bis { $end } Sekunden; es sind { $seconds }.
refused-access-offer-at-most-reasons-got = Bieten Sie höchstens { $reject_reasons_max } Gründe an; es sind { $count }.
refused-access-this-reason-is-in-the-list = Dieser Grund ist schon in der Liste.

# decide.rs
refused-access-together-the-conditions-of-both-approvers = Zusammen lassen die Bedingungen beider genehmigenden Personen keine Zeit zwischen Beginn und Ende.
refused-access-the-end-must-lie-after-the = Das Ende muss nach dem Beginn und in der Zukunft liegen.
refused-access-the-plan-ends-after-at-most = Der Plan { $name } endet nach höchstens { $days } Tagen.
refused-access-start-within-ten-years = Beginnen Sie innerhalb von zehn Jahren.
refused-access-the-plan-needs-more-approvals-than = Der Plan { $name } braucht mehr Genehmigungen als dieser Antrag; lehnen Sie ihn ab, und lassen Sie jenen Plan beantragen.
refused-access-the-plan-is-a-trial-reject = Der Plan { $name } ist zum Ausprobieren; lehnen Sie diesen Antrag ab, und lassen Sie jenen Plan beantragen.

# decide_many.rs
refused-access-decide-at-most-requests-at-once = Entscheiden Sie höchstens { $decisions_max } Anträge auf einmal.

# delegation.rs
refused-access-name-somebody-else = Nennen Sie jemand anderen.
refused-access-end-after-the-start-and-at = Lassen Sie sie nach dem Beginn und höchstens { $delegation_days_max } Tage danach enden.
refused-access-it-is-over-already = Sie ist schon vorbei, { $ago }.
refused-access-nobody-stands-behind-this-caller-say = Hinter diesem Aufruf steht niemand; sagen Sie, wer abwesend ist.
refused-access-only-who-decides-requests-can-be = Vertreten werden kann nur, wer über Anträge entscheidet.
refused-access-there-are-deputies-already-take-one = Es gibt schon { $delegations_max } Vertretungen; nehmen Sie zuerst eine zurück.

# grant.rs
refused-access-the-plan-needs-two-people-ask = Der Plan { $name } braucht zwei Personen; beantragen Sie Zugang, und lassen Sie zwei Genehmigende zustimmen.
refused-access-this-is-your-own-team-s = Das ist die Anwendung Ihres eigenen Teams; beantragen Sie Zugang, und lassen Sie jemand anderen entscheiden.

# limits.rs
refused-access-the-plan-allows-already-use-a = Der Plan erlaubt schon { $in_words }; verwenden Sie ein niedrigeres Limit.

# messages.rs
refused-access-this-request-has-messages-the-most = Dieser Antrag hat { $messages_max } Nachrichten, mehr geht nicht. Entscheiden Sie ihn, oder beantragen Sie neu.

# renew.rs
refused-access-it-has-no-end-date = Sie hat kein Enddatum.
refused-access-the-plan-is-a-trial-which = Der Plan { $name } ist zum Ausprobieren und wird nicht verlängert; beantragen Sie einen anderen Plan.
refused-access-the-plan-has-no-term-to = Der Plan { $name } hat keine Laufzeit, um die verlängert werden könnte; beantragen Sie den Zugang neu.
refused-access-more-than-one-term-is-left = Mehr als eine Laufzeit ist übrig; verlängern Sie später.
refused-access-the-same-access-was-asked-for = Derselbe Zugang wurde seither neu beantragt; dieser bleibt beendet.
refused-access-no-renewal-is-asked-for-any = Es wird keine Verlängerung mehr beantragt.

# request.rs
refused-access-the-team-has-asked-for-the = Das Team hat den Plan { $name } zum Ausprobieren schon einmal beantragt; wählen Sie einen anderen Plan.
refused-access-the-same-access-was-asked-for-3 = Derselbe Zugang wurde gerade beantragt.

# rights.rs
refused-access-nobody-stands-behind-this-access-token-2 = Hinter diesem Zugriffstoken steht niemand, also kann er nicht entscheiden.
refused-access-you-asked-for-this-yourself-another = Sie haben das selbst beantragt; jemand anderes muss entscheiden.
refused-access-whoever-you-stand-in-for-asked = Wen Sie vertreten, hat das selbst beantragt; jemand anderes muss entscheiden.

# simulate.rs
refused-access-use-1-to-days-got-2 = Verwenden Sie 1 bis { $simulated_days_max } Tage; es sind { $days }.
refused-access-the-plan-has-no-rule-send = Der Plan hat keine Regel; senden Sie eine zum Erproben.

# store.rs
refused-access-the-subscription-was-changed-by-somebody = Die Subskription wurde gerade von jemand anderem geändert.

# why_not.rs
refused-access-it-expired-more-than-30-days = Sie ist vor mehr als 30 Tagen abgelaufen; beantragen Sie den Zugang neu.
refused-access-it-is-not-suspended = Sie ist nicht ausgesetzt.
refused-access-it-is-not-paused = Sie ist nicht pausiert.
refused-access-it-still-waits-for-a-decision = Sie wartet noch auf eine Entscheidung.
refused-access-it-is-is-not-possible-now = Sie ist { $shown }; { $event } ist jetzt nicht möglich.

# wish.rs
refused-access-the-application-is-suspended = Die Anwendung ist ausgesetzt.
refused-access-terms-first = Der Plan { $plan } verlangt, dass Version { $number } von { $title } (/terms/{ $slug }) angenommen ist; nehmen Sie sie zuerst an.
refused-access-terms-reject = Der Plan { $plan } verlangt, dass Version { $number } von { $title } (/terms/{ $slug }) angenommen ist; lehnen Sie diesen Antrag ab, und lassen Sie jenen Plan beantragen.
refused-access-deleted-since = { $name } wurde seither gelöscht; es ist nichts mehr zu gewähren.
refused-access-asked-again = Für { $name } wurde seither neu beantragt; entscheiden Sie jenen Antrag.
refused-access-was-asked = { $environment }: Zugang von { $application } zu { $api } wurde schon beantragt, { $ago }.
refused-access-is-already = { $environment }: Zugang von { $application } zu { $api } ist schon { $state }.
event-withdraw = Zurückziehen
event-approve = Genehmigen
event-reject = Ablehnen
event-reconsider = erneutes Entscheiden
event-suspend = Aussetzen
event-unsuspend = Aufheben des Aussetzens
event-pause = Pausieren
event-resume = Fortsetzen
event-change-plan = Wechseln des Plans
event-renew = Verlängern
event-cancel = Beenden
event-revoke = Entziehen
event-expire = Ablaufen
event-supersede = Ablösen
refused-access-already-by-ago = Schon { $state } von { $name }, { $ago }.
refused-access-already-by = Schon { $state } von { $name }.
refused-access-already-ago = Schon { $state }, { $ago }.
refused-access-already = Schon { $state }.
refused-access-key-was-revoked-ago = Dieser Schlüssel wurde { $ago } widerrufen; legen Sie einen neuen an.
refused-access-key-was-revoked = Dieser Schlüssel wurde widerrufen; legen Sie einen neuen an.
refused-access-product-has-subscriptions = { $count ->
        [one] Das Produkt hat { $count } offene Subskription; geben Sie einen Grund an, um es trotzdem einzustellen.
       *[other] Das Produkt hat { $count } offene Subskriptionen; geben Sie einen Grund an, um es trotzdem einzustellen.
    }
reason-smaller-plan = Nehmen Sie zuerst einen kleineren Plan
reason-purpose = Der Zweck muss genauer beschrieben sein
reason-another-api = Eine andere API passt besser
reason-data-use = Die Verwendung der Daten ist noch nicht vereinbart
refused-access-asked-for-again = Derselbe Zugang wurde inzwischen noch einmal beantragt.
