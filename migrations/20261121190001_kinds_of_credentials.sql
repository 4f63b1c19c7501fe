-- Credentials of other kinds than API keys. What proves one is its secret hash, which for a key pair or a certificate is the
-- SHA-256 of the public half (RFC 7638, or of the DER form); a shared secret that signs is sealed beside it.
alter table credential drop constraint credential_kind_check;
alter table credential
    add constraint credential_kind_check check (kind in ('api_key', 'basic', 'hmac', 'jwt_key', 'oauth_client', 'mtls_cert')),
    -- A JSON Web Key (RFC 7517) or a certificate (PEM): public, whoever has it can do nothing with it.
    add column public_material text check (octet_length(public_material) <= 16384),
    add column secret_enc bytea,
    add column secret_key_id uuid,
    add constraint credential_public_check check ((kind in ('jwt_key', 'mtls_cert')) = (public_material is not null)),
    add constraint credential_sealed_check check ((kind = 'hmac') = (secret_enc is not null) and (secret_enc is null) = (secret_key_id is null)),
    add constraint credential_secret_key_fkey foreign key (tenant_id, secret_key_id) references data_key (tenant_id, id);
-- What proves two applications would identify neither.
create unique index credential_public_key on credential (tenant_id, environment_id, kind, secret_hash)
    where public_material is not null and state in ('active', 'retiring');
create index credential_public_known on credential (tenant_id, environment_id, secret_hash) where public_material is not null;
