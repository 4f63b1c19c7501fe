-- Products put together from versions of several APIs.
alter table product add column summary text not null default '' check (char_length(summary) <= 400);

-- An API is found through any product that opens one of its versions on offer.
create function visible_api(api_id uuid, person uuid, member boolean) returns boolean
    language plpgsql stable
as $$
begin
    return exists (
        select from api_version v
        where v.api_id = visible_api.api_id
          and visible_version(v.id, visible_api.person, visible_api.member));
end
$$;
