-- Envelope encryption: keys that seal secrets lie here, wrapped by the master key, which lies in no database.
-- Of the installation itself: the root key that every purpose's key is derived from, and keys for what belongs to people
-- across tenants.
create table installation_key (
    id uuid primary key,
    purpose text not null constraint installation_key_purpose_key unique,
    -- Nonce, key and tag of AES-256-GCM, sealed to the id.
    wrapped bytea not null check (octet_length(wrapped) = 60),
    -- Names the master key it is wrapped by.
    master_key_id text not null,
    created_at timestamptz not null
);
select make_global('installation_key', 'select, insert');
grant update (wrapped, master_key_id) on installation_key to gatehouse_system;

create table data_key (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    purpose text not null,
    wrapped bytea not null check (octet_length(wrapped) = 60),
    master_key_id text not null,
    created_at timestamptz not null,
    unique (tenant_id, id),
    constraint data_key_purpose_key unique (tenant_id, purpose)
);
create index data_key_master on data_key (master_key_id, id);
select make_tenant_owned('data_key', 'select, insert');
grant update (wrapped, master_key_id) on data_key to gatehouse_system;

-- The master key that wraps what is new; null until a program that knows of it has opened the database.
alter table installation add column master_key_id text;
grant update (master_key_id) on installation to gatehouse_system;
