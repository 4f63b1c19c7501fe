-- Guides are found by their words, as operations are.
alter table guide add column search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', markdown), 'C')
) stored;
create index guide_search on guide using gin (search);
