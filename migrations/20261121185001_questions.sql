-- What people ask about an API and what is answered, and who wants to be told of what happens to it.
create table api_comment (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    -- The question that is answered. Null: a question.
    question_id uuid,
    author_id uuid not null references app_user (id),
    -- Whether the author answered for the API then.
    from_team boolean not null,
    body text not null check (char_length(body) between 1 and 4000),
    created_at timestamptz not null,
    hidden_at timestamptz,
    hidden_by uuid references app_user (id),
    hidden_reason text check (char_length(hidden_reason) between 1 and 500),
    unique (tenant_id, id),
    foreign key (tenant_id, api_id) references api (tenant_id, id),
    foreign key (tenant_id, question_id) references api_comment (tenant_id, id),
    check ((hidden_at is null) = (hidden_reason is null))
);
create index api_comment_question_of_api on api_comment (tenant_id, api_id, id desc) where question_id is null;
create index api_comment_answer on api_comment (tenant_id, question_id, id) where question_id is not null;
create index api_comment_author on api_comment (tenant_id, author_id, created_at);
select make_tenant_owned('api_comment');

create table api_follow (
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    user_id uuid not null references app_user (id),
    since timestamptz not null,
    primary key (tenant_id, api_id, user_id),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
create index api_follow_user on api_follow (tenant_id, user_id);
select make_tenant_owned('api_follow', 'select, insert, delete');
