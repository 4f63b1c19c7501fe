-- Where the calls of each key come from: the newest ten addresses of each.
create table credential_source (
    tenant_id uuid not null,
    credential_id uuid not null,
    address inet not null,
    -- Since the address was first kept, refused ones too.
    calls bigint not null check (calls > 0),
    last_seen_at timestamptz not null,
    primary key (tenant_id, credential_id, address),
    foreign key (tenant_id, credential_id) references credential (tenant_id, id) on delete cascade
);
select make_tenant_owned('credential_source');
