-- An event that cannot be published is tried again later, and those behind it are not kept by it.
--
-- The program before reads neither: it tries such an event first each time, as it did.
alter table outbox
    add column attempts integer not null default 0,
    add column next_at timestamptz;
