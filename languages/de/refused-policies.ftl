# What verbs refuse about policies, backend secrets, certificates and upstreams.

# backend_secrets.rs
refused-policies-gateways-need-it-for-let-these = Gateways brauchen es für { $join }: Lassen Sie diese Richtlinien ein anderes nennen, oder löschen Sie sie zuerst.

# named.rs
refused-policies-a-backend-secret-is-of-one = Ein Backend-Geheimnis gehört zu einer API: Setzen Sie diese Richtlinie an diese API oder weiter innen.
refused-policies-the-api-has-no-backend-secret = Die API hat kein Backend-Geheimnis { $name }: Legen Sie es zuerst an. Bei einer API, die es noch nicht gibt, wenden Sie vorher alles außer dieser Richtlinie an.
refused-policies-a-headers-policy-names-the-backend = Eine Richtlinie für Header nennt das Backend-Geheimnis { $name }, das es nicht gibt: Legen Sie es an der API der Richtlinie an und speichern Sie die Richtlinie noch einmal, oder lassen Sie sie etwas anderes sagen.

# put.rs
refused-policies-fill-this-in = Füllen Sie das aus.
refused-policies-use-at-most-bytes-got = Verwenden Sie höchstens { $backend_secret_bytes_max } Bytes; es sind { $value }.
refused-policies-use-one-line-of-visible-ascii = Verwenden Sie eine Zeile aus sichtbarem ASCII, mit Leerzeichen nur im Inneren.
refused-policies-the-secret-s-name = Der Name des Geheimnisses: { $fault }.
refused-policies-the-api-has-backend-secrets-and = Die API hat { $held } Backend-Geheimnisse, und mehr als { $backend_secrets_max } werden nicht aufbewahrt: Löschen Sie eines, oder legen Sie diesen Wert unter dessen Namen ab.

# judge.rs
refused-policies-certificate-cannot-be-read-as-x = Zertifikat { $place } kann nicht als X.509 gelesen werden.
refused-policies-send-at-most-bytes-this-has = Senden Sie höchstens { $chain_bytes_max } Bytes; es sind { $pem }.
refused-policies-what-follows-certificate-is-not-pem = Was auf Zertifikat { $chain } folgt, ist kein PEM: -----BEGIN CERTIFICATE-----, Base64, -----END CERTIFICATE-----.
refused-policies-send-pem-begin-certificate-base-64 = Senden Sie PEM: -----BEGIN CERTIFICATE-----, Base64, -----END CERTIFICATE-----. Hier ist keines.
refused-policies-send-at-most-certificates-the-leaf = Senden Sie höchstens { $chain_max } Zertifikate, das eigene zuerst und keine Wurzel; es sind { $many }.
refused-policies-send-at-most-bytes-this-has-2 = Senden Sie höchstens { $key_bytes_max } Bytes; es sind { $pem }.
refused-policies-the-key-is-encrypted-decrypt-it = Der Schlüssel ist verschlüsselt: Entschlüsseln Sie ihn zuerst (openssl pkey -in FILE).
refused-policies-send-one-private-key-as-pem = Senden Sie einen privaten Schlüssel als PEM: -----BEGIN PRIVATE KEY-----, Base64, -----END PRIVATE KEY-----.
refused-policies-certificate-1-is-of-an-authority = Zertifikat 1 ist das einer Zertifizierungsstelle: Stellen Sie das eigene an den Anfang.
refused-policies-certificate-did-not-sign-certificate-send = Zertifikat { $place } hat Zertifikat { $place2 } nicht signiert: Senden Sie das eigene, dann das, was es signiert hat, und so weiter.
refused-policies-certificate-has-an-rsa-key-of = Zertifikat { $number } hat einen RSA-Schlüssel mit { $key_size } Bit: Clients verlangen mindestens { $rsa_bits_min }.
refused-policies-certificate-is-signed-over-sha-1 = Zertifikat { $number } ist über SHA-1 oder MD5 signiert: Kein Client nimmt das.
refused-policies-the-leaf-is-not-for-servers = Das eigene Zertifikat ist nicht für Server (Extended Key Usage): Lassen Sie eines mit serverAuth ausstellen.
refused-policies-certificate-ended-at = Zertifikat { $number } ist am { $written } abgelaufen.
refused-policies-certificate-begins-at-put-it-then = Zertifikat { $number } beginnt am { $written }: Legen Sie es dann ab.
refused-policies-the-leaf-names-no-host-in = Das eigene Zertifikat nennt in den Subject Alternative Names keinen Host; der Common Name zählt nicht.
refused-policies-the-leaf-names-hosts-at-most = Das eigene Zertifikat nennt { $hosts } Hosts; höchstens { $hosts_max } werden genommen.
refused-policies-this-key-is-of-another-certificate = Dieser Schlüssel gehört zu einem anderen Zertifikat als dem ersten der Kette.
refused-policies-no-tls-is-spoken-with-this = Mit diesem Schlüssel wird kein TLS gesprochen: Verwenden Sie RSA mit 2048 bis 8192 Bit, ECDSA über P-256, P-384 oder P-521, oder Ed25519.

# put.rs
refused-policies-the-certificate-s-name = Der Name des Zertifikats: { $fault }.
refused-policies-there-are-certificates-and-no-more = Es gibt { $held } Zertifikate, und mehr als { $certificates_max } werden nicht aufbewahrt: Löschen Sie eines, oder legen Sie dieses unter dessen Namen ab.
refused-policies-somebody-else-put-a-certificate-under = Jemand anderes hat gerade ein Zertifikat unter diesem Namen abgelegt.

# watch.rs
refused-policies-only-the-program-itself-does-this = Das tut nur das Programm selbst.

# change.rs
refused-policies-another-policy-has-this-name-already = Eine andere Richtlinie heißt schon so.
refused-policies-there-is-a-policy-for-already = Es gibt schon eine Richtlinie { $kind } für { $words }; ändern Sie jene.
refused-policies-a-policy-refuses-nothing-so-there = Eine Richtlinie { $kind } weist nichts ab, also gibt es nichts zu erproben.
refused-policies-the-policy-for-is-locked-it = Die Richtlinie { $kind } { $slug } für { $place } ist gesperrt: Sie gilt, und diese nicht, solange das so ist.

# compile.rs
refused-policies-with-this-policies-of-in-come = Damit kommen die Richtlinien von { $path } in { $in_environment } auf mehr als { $route_policies_bytes_max } Bytes. Sagen Sie weiter außen, was Operationen gemeinsam haben.
refused-policies-with-this-policies-of-the-routes = Damit kommen die Richtlinien der Routen, die sie erreicht, auf mehr als { $bytes } MiB. Sagen Sie weniger darin, oder setzen Sie sie weiter nach innen.

# cors.rs
refused-policies-use-scheme-host-and-where-it = Verwenden Sie Schema, Host und, wo er nicht der übliche ist, Port, etwa https://app.example.com, ohne Pfad.
refused-policies-name-origins-or-set-any-origin = Nennen Sie Ursprünge, oder setzen Sie any_origin, aber nicht beides.
refused-policies-with-credentials-the-origins-must-be = Mit Anmeldedaten müssen die Ursprünge genannt werden, und null nennt niemanden.
refused-policies-name-a-header-field-without-underscores = Nennen Sie ein Header-Feld, ohne Unterstriche; * hat hier keine Bedeutung.
refused-policies-use-at-most-s = Verwenden Sie höchstens { $cors_max_age_s_max } s.

# headers.rs
refused-policies-set-or-remove-at-least-one = Setzen oder entfernen Sie mindestens ein Feld.
refused-policies-this-field-is-not-for-policies = Dieses Feld können Richtlinien nicht ändern: Es gibt der Nachricht die Form, nennt den Aufrufer oder gehört dem Gateway. Verwenden Sie ein anderes, ohne Unterstriche.
refused-policies-what-a-backend-is-shown-in = Was ein Backend in diesem Feld gezeigt bekommt, ist ein Geheimnis: Legen Sie es als Backend-Geheimnis der API ab, und nennen Sie es als {"${vault:NAME}"}.
refused-policies-this-field-is-set-already = Dieses Feld wird schon gesetzt.
refused-policies-names-and-values-come-to-bytes = Namen und Werte kommen auf { $bytes } Bytes; verwenden Sie höchstens { $header_changes_bytes_max }.
refused-policies-use-at-most-4-096-bytes = Verwenden Sie höchstens 4.096 Bytes aus sichtbarem ASCII, mit Leerzeichen nur im Inneren.
refused-policies-with-what-it-names-the-value = Mit dem, was er nennt, kann der Wert auf { $bytes } Bytes kommen; verwenden Sie höchstens { $field_value_bytes_max }, wovon jedes Backend-Geheimnis als 2.048 zählt.

# jwks.rs
refused-policies-this-key-can-sign-it-is = Dieser Schlüssel kann signieren: Er ist privat oder gemeinsam. Nichts davon wurde behalten; senden Sie den öffentlichen Schlüssel, und betrachten Sie diesen als anderen bekannt.
refused-policies-expected-a-set-of-keys-an = Erwartet wird ein Satz Schlüssel: ein Objekt mit der Liste "keys".
refused-policies-a-key-is-an-object = Ein Schlüssel ist ein Objekt.
refused-policies-name-at-least-one-key-that = Nennen Sie mindestens einen Schlüssel, der Signaturen prüft.
refused-policies-key-was-left-out = Schlüssel { $place }{ $named } wurde weggelassen: { $why }.
refused-policies-it-is-not-for-signatures = er ist nicht für Signaturen
refused-policies-it-does-not-verify-signatures = er prüft keine Signaturen
refused-policies-a-shared-secret-is-no-public = Ein gemeinsames Geheimnis ist kein öffentlicher Schlüssel.
refused-policies-use-a-key-of-the-type = Verwenden Sie einen Schlüssel des Typs RSA, EC oder OKP.
refused-policies-use-1-to-1-024-bytes = Verwenden Sie 1 bis 1.024 Bytes Text.
refused-policies-use-a-key-on = Verwenden Sie einen Schlüssel auf { $join }.
refused-policies-expected-base64url-without-padding-rfc-7515 = Erwartet wird base64url ohne Auffüllung (RFC 7515 §2).
refused-policies-use-a-key-of-to-bits = Verwenden Sie einen Schlüssel mit { $least } bis { $most } Bit; dieser hat { $bits }.
refused-policies-use-an-odd-exponent-from-3 = Verwenden Sie einen ungeraden Exponenten ab 3, üblicherweise AQAB.
refused-policies-expected-bytes = Erwartet werden { $size } Bytes.
refused-policies-this-is-no-point-of-the = Das ist kein Punkt der Kurve.

# jwt.rs
refused-policies-use-authorization-or-a-header-field = Verwenden Sie authorization oder ein Header-Feld, das sonst nichts bedeutet, ohne Unterstriche.
refused-policies-a-scope-has-no-spaces-rfc = Ein Scope enthält keine Leerzeichen (RFC 6749 §3.3); schreiben Sie jeden als eigenen Eintrag.
refused-policies-name-at-least-one = Nennen Sie mindestens einen.
refused-policies-use-at-most-s-2 = Verwenden Sie höchstens { $jwt_leeway_s_max } s.
refused-policies-this-claim-is-in-the-list = Dieser Claim ist schon in der Liste.
refused-policies-none-of-the-algorithms-signs-with = Keiner der Algorithmen signiert mit einem Schlüssel dieses Typs; nehmen Sie einen dazu, oder lassen Sie den Schlüssel weg.
refused-policies-more-than-keys-of-this-type = Mehr als { $jwt_tries_max } Schlüssel dieses Typs haben diesen Namen (kid) oder keinen; nennen Sie jeden Schlüssel so, wie seine Token es tun.

# mod.rs
refused-policies-what-a-policy-says-is-an = Was eine Richtlinie sagt, ist ein Objekt.
refused-policies-a-policy-says-at-most-bytes = Eine Richtlinie sagt höchstens { $document_bytes_max } Bytes JSON; es sind { $bytes }.
refused-policies-only-values-that-a-headers-policy = Nur Werte, die eine Richtlinie für Header in Anfragen setzt, nennen Backend-Geheimnisse.
refused-policies-use-at-most-entries-got = Verwenden Sie höchstens { $policy_entries_max } Einträge; es sind { $length }.
refused-policies-use-at-most-bytes = Verwenden Sie höchstens { $policy_text_bytes_max } Bytes.
refused-policies-remove-the-control-characters = Entfernen Sie die Steuerzeichen.

# place.rs
refused-policies-the-version-has-ended-its-calls = Die Version { $label } ist beendet; ihre Aufrufe werden mit 410 beantwortet.
refused-policies-a-policy-is-attached-to-operations = Eine Richtlinie gilt für Operationen von höchstens { $operation_bytes_max } Bytes; setzen Sie diese an die Version.
refused-policies-the-version-has-no-use-an = Die Version { $label } hat kein { $key }; verwenden Sie eine Operation ihrer Beschreibung.
refused-policies-in-of = { $operation } in { $version } von { $api }
refused-policies-of = { $version } von { $api }
refused-policies-every-api = jede API
refused-policies-the-api = die API { $api }
refused-policies-in = , in { $environment }

# address.rs
refused-policies-use-at-most-characters = Verwenden Sie höchstens { $url_max } Zeichen.
refused-policies-is-not-an-address-of-a = { $bare } ist keine Adresse eines Backends.
refused-policies-write-the-address-as-four-numbers = Schreiben Sie die Adresse als vier Zahlen mit Punkten.

# mod.rs
refused-policies-name-1-to-targets = Nennen Sie 1 bis { $targets_max } Ziele.
refused-policies-leave-at-least-one-target-that = Lassen Sie mindestens ein Ziel übrig, das nicht geleert wird.
refused-policies-this-target-is-in-the-list = Dieses Ziel ist schon in der Liste.
refused-policies-use-1-to-1000-got = Verwenden Sie 1 bis 1000; es sind { $weight }.
refused-policies-use-1-to-ms-got = Verwenden Sie 1 bis { $max } ms; es sind { $value }.
refused-policies-name-too = Nennen Sie auch: { $what }.
refused-policies-lower-api = API
refused-policies-lower-version = Version
