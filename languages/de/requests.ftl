# Requests for access, as a developer sees them.

# list.html
requests-asked = Beantragt
requests-next-step = Nächster Schritt
requests-for = für { $application }

# messages.html
requests-nothing-was-written-yet = Noch wurde nichts geschrieben.
requests-send-message = Nachricht senden
requests-back-to-request = Zurück zum Antrag

# show.html
requests-for-2 = { $api } für { $application }
requests-what-happened = Was geschehen ist
requests-questions-of-the-owner = Fragen des Inhabers
requests-messages = Nachrichten
requests-write-message = Nachricht schreiben
requests-details = Einzelheiten
requests-change-it = Ändern

# change.rs
requests-for-an-approver-when-the-plan = Für die Genehmigung, wenn der Plan eine verlangt.
requests-for-3 = { $name } für { $name2 }
requests-for-4 = { $verb }: { $name } für { $name2 }?

# list.rs
requests-nothing-waits-for-a-decision = Nichts wartet auf eine Entscheidung.
requests-no-requests-yet = Noch keine Anträge
requests-requests-you-make-appear-here-with = Ihre Anträge erscheinen hier, auch wer entscheidet und was entschieden wurde.
requests-browse-apis = APIs ansehen

# messages.rs
requests-messages-about = Nachrichten zu { $about }
requests-told-team = Zwischen dem Team, das beantragt, und denen, die entscheiden. { $team } erfährt es per E-Mail.
requests-told-decider = Zwischen dem Team, das beantragt, und denen, die entscheiden. Wer entscheidet, erfährt es per E-Mail.
# After the name of who wrote a message: their side of the request.
requests-side-asks = beantragt
requests-side-decides = entscheidet
requests-message = Nachricht
requests-plain-text-at-most-2-000 = Reiner Text, höchstens 2.000 Zeichen. Er bleibt beim Antrag.

# mod.rs
# After "von", instead of a name.
requests-a-rule-of-the-plan = einer Regel des Plans
requests-open-keys = Schlüssel öffnen
requests-see-request = Antrag ansehen
requests-read-reason = Begründung lesen
requests-see-why = Grund ansehen
requests-request-again = Noch einmal beantragen
requests-see-product = Produkt ansehen
requests-see-api = API ansehen

# show.rs
requests-none-was-given = Keiner angegeben.
requests-decide = Entscheiden
requests-create-key = Schlüssel anlegen
requests-suspended-because = Grund der Aussetzung
requests-it-ended-because = Warum der Zugang endete
requests-written-by = Geschrieben von { $decided_by }
# After "von", instead of a name.
requests-the-program = dem Programm
requests-lead-sandbox = { $plan }, Sandbox.
requests-lead-production = { $plan }, Produktion.
requests-requested = Beantragt
requests-by = { $relative } von { $by }
requests-of-people-have-agreed = { $given } von { $required } Personen haben zugestimmt.
requests-you-get-mail-and-an-inbox = Sie erhalten eine E-Mail und einen Eintrag im Posteingang, bei einer Ablehnung mit der Begründung.
requests-waiting-for-a-decision = Wartet auf eine Entscheidung
requests-key-created = Schlüssel angelegt
requests-first-call = Erste Anfrage
requests-approved = Genehmigt
requests-granted = Erteilt
requests-ends-in = { $relative }, endet auf { $last4 }
requests-create-a-key = Schlüssel anlegen
requests-shown-once-with-a-command-ready = Wird einmal gezeigt, mit einem Befehl zum Einfügen.
requests-answered = { $relative }, beantwortet mit { $status }
requests-waiting-for-it = Noch keine.
requests-by-2 = { $relative } von { $decided_by }
requests-by-3 = { $relative } von { $name }
requests-version = { $title }, Version { $version }
requests-terms-accepted = Bedingungen angenommen
requests-ends = Endet
requests-accept-new-terms = Neue Bedingungen annehmen
requests-calls-go-on-as-before-renewals = Anfragen gehen weiter wie bisher. Für Verlängerungen und andere Pläne ist die Annahme nötig.
requests-withdraw-request = Antrag zurückziehen
requests-nobody-decides-about-it-any-more = Niemand entscheidet mehr darüber.
requests-pause-access = Zugang pausieren
requests-calls-are-refused-until-your-team = Anfragen werden abgelehnt, bis Ihr Team den Zugang fortsetzt.
requests-resume-access = Zugang fortsetzen
requests-calls-work-again = Anfragen funktionieren wieder.
requests-renew-access = Zugang verlängern
requests-it-lasts-another-term-of-the = Er gilt eine weitere Laufzeit des Plans, mit denselben Schlüsseln. Vielleicht ist eine Genehmigung nötig.
requests-cancel-access = Zugang beenden
requests-it-ends-now-to-get-it = Er endet jetzt. Um ihn zurückzubekommen, beantragen Sie ihn neu.
requests-waiting = { $count ->
        [one] { $count } wartet auf eine Entscheidung.
       *[other] { $count } warten auf eine Entscheidung.
    }
