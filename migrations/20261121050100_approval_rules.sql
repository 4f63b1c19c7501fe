-- How requests for a plan are decided: by a rule, by when, and what the owner asks besides.
alter table plan
    -- Null: people decide everything that the approval mode leaves to them.
    add column approval_rule jsonb,
    -- Null: as the tenant's approval settings say.
    add column approval_due_s int check (approval_due_s between 60 and 7776000),
    add column request_questions jsonb not null default '[]';

alter table subscription
    -- What was answered to the owner's questions, each with the question as it was put.
    add column request_answers jsonb not null default '[]';
-- The place of a subscription with its history: who comes later, and what came before.
create index subscription_place on subscription (tenant_id, application_id, product_id, environment_id, id);

alter table approval_request
    -- The plan that was asked for, whatever was agreed to.
    add column plan_id uuid,
    -- What the plan's rule said at that moment, acting or not; null: the plan had none.
    add column rule jsonb,
    -- When approvers are reminded, and whether they were; null: not at all.
    add column remind_at timestamptz,
    add column reminded_at timestamptz,
    add column escalated_at timestamptz,
    add foreign key (tenant_id, plan_id) references plan (tenant_id, id);
create index approval_request_subscription on approval_request (tenant_id, subscription_id, created_at);
-- The queue, who waits longest first.
create index approval_request_waiting on approval_request (tenant_id, id) where state = 'open';
create index approval_request_plan on approval_request (tenant_id, plan_id, id);
create index approval_request_to_remind on approval_request (remind_at) where state = 'open' and reminded_at is null;
create index approval_request_to_escalate on approval_request (due_at) where state = 'open' and escalated_at is null;

alter table approval_decision
    -- The rule that decided, by the name it had.
    add column rule text check (char_length(rule) between 1 and 80),
    -- Whose right a deputy used.
    add column on_behalf_of uuid references app_user (id),
    add check (rule is null or actor_id is null),
    add check (on_behalf_of is null or actor_id is not null);
