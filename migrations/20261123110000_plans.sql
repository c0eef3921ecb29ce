-- What tenants may use: a plan's limits, and beside them a tenant's own, which count where they are given.

create table plans (
    name text primary key check (length(name) between 1 and 40),
    -- What new organisations get; at most one plan.
    is_default boolean not null default false,
    -- Null for no limit.
    max_connections integer check (max_connections >= 0),
    max_messages_per_day bigint check (max_messages_per_day >= 0),
    max_messages_per_second integer check (max_messages_per_second > 0),
    max_presence_members integer check (max_presence_members > 0),
    max_event_bytes integer check (max_event_bytes > 0),
    max_webhook_endpoints integer check (max_webhook_endpoints >= 0),
    created_at timestamptz not null default now()
);

create unique index plans_default_key on plans (is_default) where is_default;

create function default_plan() returns text language sql stable as $$
    select name from plans where is_default
$$;

alter table tenants
    add column plan text references plans (name) on update cascade,
    add column max_messages_per_second integer check (max_messages_per_second > 0),
    add column max_presence_members integer check (max_presence_members > 0),
    add column max_event_bytes integer check (max_event_bytes > 0),
    add column max_webhook_endpoints integer check (max_webhook_endpoints >= 0);

-- Apart from the above, so that those who are there already stay without a plan.
alter table tenants alter column plan set default default_plan();

create index tenants_plan_idx on tenants (plan) where plan is not null;

-- The data plane keeps a tenant's limits with each of its apps.
create function notify_limits_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('campanile_app_changed', a.id::text)
    from apps a join tenants t on t.id = a.tenant_id
    where case when tg_table_name = 'plans' then t.plan = new.name
        else t.id = (to_jsonb(new) ->> 'id')::uuid end;
    return null;
end
$$;

create trigger plans_changed after update on plans
    for each row when (old is distinct from new)
    execute function notify_limits_changed();

create trigger tenants_limits_changed after update on tenants
    for each row when (
        (old.plan, old.max_connections, old.max_messages_per_day, old.max_messages_per_second,
            old.max_presence_members, old.max_event_bytes, old.max_webhook_endpoints)
        is distinct from
        (new.plan, new.max_connections, new.max_messages_per_day, new.max_messages_per_second,
            new.max_presence_members, new.max_event_bytes, new.max_webhook_endpoints))
    execute function notify_limits_changed();
