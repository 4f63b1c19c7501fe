-- What is or was wrong with APIs, and how it went, in the words of whoever runs them.
--
-- The program before reads and writes none of this. While it runs beside the new one it publishes the events of incidents that the new
-- one opened without telling anybody: replace every process before one is opened.
create table incident (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    -- From 1 within the tenant: what addresses name it by.
    number integer not null check (number > 0),
    title text not null check (char_length(title) between 1 and 120),
    impact text not null check (impact in ('degraded', 'outage', 'maintenance')),
    -- That of the newest update.
    state text not null check (state in ('investigating', 'identified', 'monitoring', 'resolved')),
    -- Whether it concerns everything the tenant offers; else what incident_api names.
    all_apis boolean not null,
    -- Of maintenance alone: when it is planned to begin and to end.
    starts_at timestamptz,
    ends_at timestamptz,
    opened_at timestamptz not null,
    resolved_at timestamptz,
    unique (tenant_id, id),
    constraint incident_number_key unique (tenant_id, number),
    constraint incident_resolved check ((state = 'resolved') = (resolved_at is not null)),
    constraint incident_planned check (impact = 'maintenance' or starts_at is null and ends_at is null)
);
create index incident_open on incident (tenant_id, number desc) where resolved_at is null;
select make_tenant_owned('incident', 'select, insert, update');

create table incident_api (
    tenant_id uuid not null references tenant (id),
    incident_id uuid not null,
    api_id uuid not null,
    primary key (tenant_id, incident_id, api_id),
    foreign key (tenant_id, incident_id) references incident (tenant_id, id),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
create index incident_api_of on incident_api (tenant_id, api_id);
select make_tenant_owned('incident_api', 'select, insert');

-- What was said of it. People have read it, so none is changed or taken back.
create table incident_update (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    incident_id uuid not null,
    -- From 1 within the incident, in the order in which they were said: the clocks of two processes may disagree.
    number integer not null check (number > 0),
    state text not null check (state in ('investigating', 'identified', 'monitoring', 'resolved')),
    markdown text not null check (char_length(markdown) between 1 and 10000),
    -- Null: nobody stands behind it, such as demo data.
    author_id uuid references app_user (id),
    at timestamptz not null,
    unique (tenant_id, id),
    constraint incident_update_number_key unique (tenant_id, incident_id, number),
    foreign key (tenant_id, incident_id) references incident (tenant_id, id)
);
select make_tenant_owned('incident_update', 'select, insert');
