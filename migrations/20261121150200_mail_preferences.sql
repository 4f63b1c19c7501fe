-- How people get mail, and what waits to be told together.
create table mail_preference (
    tenant_id uuid not null references tenant (id),
    user_id uuid not null references app_user (id),
    -- A type of event, or * for every other.
    type text not null,
    mail text not null check (mail in ('immediate', 'hourly', 'daily', 'off')),
    primary key (tenant_id, user_id, type)
);
select make_tenant_owned('mail_preference');

create table digest_item (
    tenant_id uuid not null references tenant (id),
    event_id uuid not null,
    user_id uuid not null references app_user (id),
    subject text not null,
    -- When the mail it is part of is due.
    due_at timestamptz not null,
    primary key (tenant_id, event_id, user_id)
);
create index digest_item_due on digest_item (due_at);
select make_tenant_owned('digest_item');
