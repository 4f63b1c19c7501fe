-- How replaced keys end, and what teams were told of the end of keys.
alter table credential
    add column replaced_at timestamptz,
    -- Its calls at that moment; what was added since is the evidence that somebody still uses it.
    add column calls_when_replaced bigint,
    -- A replaced key that nobody used for so long ends before its overlap does.
    add column retire_when_quiet_s int check (retire_when_quiet_s > 0),
    add column leaked_at timestamptz,
    -- Days before its end that its team was last told of; null before the first time.
    add column told_days int check (told_days > 0);
create index credential_to_quieten on credential (tenant_id) where state = 'retiring' and retire_when_quiet_s is not null;
create index credential_to_announce on credential (expires_at) where state = 'active' and expires_at is not null;
