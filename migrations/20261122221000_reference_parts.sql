-- Pages of a reference beside those of operations: one for each named schema, and the list of callbacks. The page of a callback is read
-- from its operation's fragment; its row is what search and lists find it by.
--
-- The program before reads and writes none of this. Revisions published before have no rows: their lists say so and fill with the next
-- publish, and the pages of their callbacks are reached from their operations.
create table reference_part (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    revision_id uuid not null,
    kind text not null check (kind in ('schema', 'callback')),
    position int not null,
    -- As its author named it.
    name text not null,
    -- In addresses: of a schema unique in the revision, of a callback in its operation.
    slug text not null,
    summary text not null default '',
    -- A callback's: the operation it belongs to, its method, and where it is sent to as a runtime expression.
    operation_slug text not null default '',
    method text not null default '',
    expression text not null default '',
    -- A schema's: itself and those it names, members in their author's order; null for a callback.
    fragment json,
    -- A schema's: what names it, in the order of the description.
    uses json not null default '[]',
    -- Uses that were not kept.
    uses_more int not null default 0,
    search tsvector not null generated always as (
        setweight(to_tsvector('simple', name), 'A')
        || setweight(to_tsvector('simple', translate(name, '/{}_-.[]', '        ')), 'A')
        || setweight(to_tsvector('english', summary), 'B')
    ) stored,
    unique (tenant_id, id),
    unique (tenant_id, revision_id, kind, operation_slug, slug),
    check ((kind = 'schema') = (fragment is not null)),
    foreign key (tenant_id, revision_id) references spec_revision (tenant_id, id) on delete cascade
);
create index reference_part_search on reference_part using gin (search);
create index reference_part_name on reference_part (revision_id, kind, name);
select make_tenant_owned('reference_part', 'select, insert, delete');
