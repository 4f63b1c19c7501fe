# What verbs refuse about policies, backend secrets, certificates and upstreams.

# backend_secrets.rs
refused-policies-gateways-need-it-for-let-these = Gateways need it for { $join }: let these policies name another one, or delete them first.

# named.rs
refused-policies-a-backend-secret-is-of-one = A backend secret is of one API: put this policy at that API, or further in.
refused-policies-the-api-has-no-backend-secret = The API has no backend secret { $name }: put it first. Of an API that is not there yet, apply everything but this policy before.
refused-policies-a-headers-policy-names-the-backend = A headers policy names the backend secret { $name }, which there is not: put it at the policy's API and save the policy again, or let it say something else.

# put.rs
refused-policies-fill-this-in = Fill this in.
refused-policies-use-at-most-bytes-got = Use at most { $backend_secret_bytes_max } bytes; got { $value }.
refused-policies-use-one-line-of-visible-ascii = Use one line of visible ASCII, with spaces only inside.
refused-policies-the-secret-s-name = The secret's name: { $fault }.
refused-policies-the-api-has-backend-secrets-and = The API has { $held } backend secrets, and no more than { $backend_secrets_max } are kept: delete one, or put this value under its name.

# judge.rs
refused-policies-certificate-cannot-be-read-as-x = Certificate { $place } cannot be read as X.509.
refused-policies-send-at-most-bytes-this-has = Send at most { $chain_bytes_max } bytes; this has { $pem }.
refused-policies-what-follows-certificate-is-not-pem = What follows certificate { $chain } is not PEM: -----BEGIN CERTIFICATE-----, base 64, -----END CERTIFICATE-----.
refused-policies-send-pem-begin-certificate-base-64 = Send PEM: -----BEGIN CERTIFICATE-----, base 64, -----END CERTIFICATE-----. There is none here.
refused-policies-send-at-most-certificates-the-leaf = Send at most { $chain_max } certificates, the leaf first and no root; these are { $many }.
refused-policies-send-at-most-bytes-this-has-2 = Send at most { $key_bytes_max } bytes; this has { $pem }.
refused-policies-the-key-is-encrypted-decrypt-it = The key is encrypted: decrypt it first (openssl pkey -in FILE).
refused-policies-send-one-private-key-as-pem = Send one private key as PEM: -----BEGIN PRIVATE KEY-----, base 64, -----END PRIVATE KEY-----.
refused-policies-certificate-1-is-of-an-authority = Certificate 1 is of an authority: put the leaf first.
refused-policies-certificate-did-not-sign-certificate-send = Certificate { $place } did not sign certificate { $place2 }: send the leaf, then what signed it, and so on.
refused-policies-certificate-has-an-rsa-key-of = Certificate { $number } has an RSA key of { $key_size } bits: clients want at least { $rsa_bits_min }.
refused-policies-certificate-is-signed-over-sha-1 = Certificate { $number } is signed over SHA-1 or MD5: no client takes that.
refused-policies-the-leaf-is-not-for-servers = The leaf is not for servers (extended key usage): ask for one with serverAuth.
refused-policies-certificate-ended-at = Certificate { $number } ended at { $written }.
refused-policies-certificate-begins-at-put-it-then = Certificate { $number } begins at { $written }: put it then.
refused-policies-the-leaf-names-no-host-in = The leaf names no host in its subject alternative names; the common name does not count.
refused-policies-the-leaf-names-hosts-at-most = The leaf names { $hosts } hosts; at most { $hosts_max } are taken.
refused-policies-this-key-is-of-another-certificate = This key is of another certificate than the first one of the chain.
refused-policies-no-tls-is-spoken-with-this = No TLS is spoken with this key: use RSA of 2048 to 8192 bits, ECDSA over P-256, P-384 or P-521, or Ed25519.

# put.rs
refused-policies-the-certificate-s-name = The certificate's name: { $fault }.
refused-policies-there-are-certificates-and-no-more = There are { $held } certificates, and no more than { $certificates_max } are kept: delete one, or put this one under its name.
refused-policies-somebody-else-put-a-certificate-under = Somebody else put a certificate under this name just now.

# watch.rs
refused-policies-only-the-program-itself-does-this = Only the program itself does this.

# change.rs
refused-policies-another-policy-has-this-name-already = Another policy has this name already.
refused-policies-there-is-a-policy-for-already = There is a { $kind } policy for { $words } already; change that one.
refused-policies-a-policy-refuses-nothing-so-there = A { $kind } policy refuses nothing, so there is nothing to try.
refused-policies-the-policy-for-is-locked-it = The { $kind } policy { $slug } for { $place } is locked: it applies, and this one does not while that is so.

# compile.rs
refused-policies-with-this-policies-of-in-come = With this, policies of { $path } in { $in_environment } come to more than { $route_policies_bytes_max } bytes. State what operations share further out.
refused-policies-with-this-policies-of-the-routes = With this, policies of the routes it reaches come to more than { $bytes } MiB. Say less in it, or put it further in.

# cors.rs
refused-policies-use-scheme-host-and-where-it = Use scheme, host and, where it is not the usual one, port, such as https://app.example.com, without a path.
refused-policies-name-origins-or-set-any-origin = Name origins, or set any_origin, and not both.
refused-policies-with-credentials-the-origins-must-be = With credentials the origins must be named, and null names nobody.
refused-policies-name-a-header-field-without-underscores = Name a header field, without underscores; * has no meaning here.
refused-policies-use-at-most-s = Use at most { $cors_max_age_s_max } s.

# headers.rs
refused-policies-set-or-remove-at-least-one = Set or remove at least one field.
refused-policies-this-field-is-not-for-policies = This field is not for policies to change: it frames the message, names who calls, or is the gateway's own. Use another one, without underscores.
refused-policies-what-a-backend-is-shown-in = What a backend is shown in this field is a secret: put it as a backend secret of the API, and name that as {"${vault:NAME}"}.
refused-policies-this-field-is-set-already = This field is set already.
refused-policies-names-and-values-come-to-bytes = Names and values come to { $bytes } bytes; use at most { $header_changes_bytes_max }.
refused-policies-use-at-most-4-096-bytes = Use at most 4,096 bytes of visible ASCII, with spaces only inside.
refused-policies-with-what-it-names-the-value = With what it names the value may come to { $bytes } bytes; use at most { $field_value_bytes_max }, of which each backend secret counts as 2,048.

# jwks.rs
refused-policies-this-key-can-sign-it-is = This key can sign: it is private or shared. Nothing of it was kept; send the public key, and take this one as known to others.
refused-policies-expected-a-set-of-keys-an = Expected a set of keys: an object with the list "keys".
refused-policies-a-key-is-an-object = A key is an object.
refused-policies-name-at-least-one-key-that = Name at least one key that verifies signatures.
refused-policies-key-was-left-out = Key { $place }{ $named } was left out: { $why }.
refused-policies-it-is-not-for-signatures = it is not for signatures
refused-policies-it-does-not-verify-signatures = it does not verify signatures
refused-policies-a-shared-secret-is-no-public = A shared secret is no public key.
refused-policies-use-a-key-of-the-type = Use a key of the type RSA, EC or OKP.
refused-policies-use-1-to-1-024-bytes = Use 1 to 1,024 bytes of text.
refused-policies-use-a-key-on = Use a key on { $join }.
refused-policies-expected-base64url-without-padding-rfc-7515 = Expected base64url without padding (RFC 7515 §2).
refused-policies-use-a-key-of-to-bits = Use a key of { $least } to { $most } bits; this has { $bits }.
refused-policies-use-an-odd-exponent-from-3 = Use an odd exponent from 3 on, usually AQAB.
refused-policies-expected-bytes = Expected { $size } bytes.
refused-policies-this-is-no-point-of-the = This is no point of the curve.

# jwt.rs
refused-policies-use-authorization-or-a-header-field = Use authorization, or a header field that means nothing else, without underscores.
refused-policies-a-scope-has-no-spaces-rfc = A scope has no spaces (RFC 6749 §3.3); write each as an entry of its own.
refused-policies-name-at-least-one = Name at least one.
refused-policies-use-at-most-s-2 = Use at most { $jwt_leeway_s_max } s.
refused-policies-this-claim-is-in-the-list = This claim is in the list already.
refused-policies-none-of-the-algorithms-signs-with = None of the algorithms signs with a key of this type; add one, or leave the key out.
refused-policies-more-than-keys-of-this-type = More than { $jwt_tries_max } keys of this type have this name (kid), or none; name each key as its tokens do.

# mod.rs
refused-policies-what-a-policy-says-is-an = What a policy says is an object.
refused-policies-a-policy-says-at-most-bytes = A policy says at most { $document_bytes_max } bytes of JSON; got { $bytes }.
refused-policies-only-values-that-a-headers-policy = Only values that a headers policy sets in requests name backend secrets.
refused-policies-use-at-most-entries-got = Use at most { $policy_entries_max } entries; got { $length }.
refused-policies-use-at-most-bytes = Use at most { $policy_text_bytes_max } bytes.
refused-policies-remove-the-control-characters = Remove the control characters.

# place.rs
refused-policies-the-version-has-ended-its-calls = The version { $label } has ended; its calls are answered 410.
refused-policies-a-policy-is-attached-to-operations = A policy is attached to operations of at most { $operation_bytes_max } bytes; attach this one to the version.
refused-policies-the-version-has-no-use-an = The version { $label } has no { $key }; use an operation of its description.
refused-policies-in-of = { $operation } in { $version } of { $api }
refused-policies-of = { $version } of { $api }
refused-policies-every-api = every API
refused-policies-the-api = the API { $api }
refused-policies-in = , in { $environment }

# address.rs
refused-policies-use-at-most-characters = Use at most { $url_max } characters.
refused-policies-is-not-an-address-of-a = { $bare } is not an address of a backend.
refused-policies-write-the-address-as-four-numbers = Write the address as four numbers with dots.

# mod.rs
refused-policies-name-1-to-targets = Name 1 to { $targets_max } targets.
refused-policies-leave-at-least-one-target-that = Leave at least one target that is not draining.
refused-policies-this-target-is-in-the-list = This target is in the list already.
refused-policies-use-1-to-1000-got = Use 1 to 1000; got { $weight }.
refused-policies-use-1-to-ms-got = Use 1 to { $max } ms; got { $value }.
refused-policies-name-too = Name the { $what } too.
refused-policies-lower-api = API
refused-policies-lower-version = version
