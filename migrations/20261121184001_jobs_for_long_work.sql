-- Publishing a description and deciding many requests can be jobs too.
alter table job drop constraint job_kind_check;
alter table job add constraint job_kind_check check (kind in ('tenant_export', 'spec_publish', 'decisions'));
-- What it is about, in words for people.
alter table job add column subject text not null default '' check (char_length(subject) <= 300);
-- What was asked, and the document that came with it; both are forgotten when it ends.
alter table job add column input jsonb;
alter table job add column content bytea;
-- The token that asked. It has no reference: a token of CI is forgotten sooner than a job.
alter table job add column requested_by_token uuid;
alter table job add column request_id text;
-- What it said, oldest first: [{"at", "text"}].
alter table job add column log jsonb not null default '[]';
-- The change of configuration it made.
alter table job add column change_id uuid;

-- One at a time of the kind that would do the same again; of the others any number.
drop index job_open_key;
create unique index job_open_key on job (tenant_id, kind) where state in ('waiting', 'running') and kind = 'tenant_export';
