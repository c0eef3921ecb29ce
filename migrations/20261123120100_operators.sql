-- Operators: people who look after this installation. They are named on its command line, never by its API. What
-- they do is recorded twice: for themselves with who it was, and, where it concerns an organisation, in that
-- organisation's log as the operator's.

create table operators (
    user_id uuid primary key references users (id) on delete cascade,
    created_at timestamptz not null default now()
);

alter table tenants
    -- Its apps take nothing while this is set.
    add column suspended_at timestamptz,
    add column suspension_reason text check (length(suspension_reason) <= 500),
    add constraint tenants_suspension_check check ((suspended_at is null) = (suspension_reason is null));

-- The data plane keeps with each app whether its organisation is suspended.
create trigger tenants_suspension_changed after update of suspended_at on tenants
    for each row when (old.suspended_at is distinct from new.suspended_at)
    execute function notify_limits_changed();

-- Why the last try of a mail failed.
alter table mails add column last_error text check (length(last_error) <= 500);

create table operator_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor_kind text not null check (actor_kind in ('operator', 'command_line')),
    actor_id uuid,
    actor_name text,
    address text,
    user_agent text,
    request_id text,
    action text not null check (length(action) <= 80),
    -- The organisation that it concerns; none for the installation itself.
    tenant_id uuid,
    target_id text,
    target_name text,
    before jsonb,
    after jsonb
);

create index operator_log_tenant_id_idx on operator_log (tenant_id, id desc) where tenant_id is not null;
create index operator_log_at_idx on operator_log (at);

create trigger operator_log_kept before update or delete on operator_log
    for each row execute function keep_audit_log();
create trigger operator_log_not_emptied before truncate on operator_log
    for each statement execute function keep_audit_log();

-- Wider than before, so that no row needs to be looked at.
alter table audit_log
    drop constraint audit_log_actor_kind_check,
    add constraint audit_log_actor_kind_check
        check (actor_kind in ('user', 'token', 'command_line', 'operator')) not valid;

-- As before; and of an operator, both records. Without a tenant it concerns the installation alone.
create or replace function audit(
    tenant uuid, app bigint, action text, target_id text, target_name text, before jsonb, after jsonb
) returns void language sql as $$
    with actor as (
        select a, a->>'kind' = 'operator' as is_operator, a->>'kind' = 'command_line' as is_command
        from (select nullif(current_setting('campanile.actor', true), '')::jsonb as a) setting
        where a is not null
    ), told as (
        -- Which of the operators it was, and where they sat, is no business of the organisation's.
        insert into audit_log (tenant_id, app_id, actor_kind, actor_id, actor_name, address, user_agent,
                               request_id, action, target_id, target_name, before, after)
        select tenant, app, a->>'kind',
               case when not is_operator then (a->>'id')::uuid end,
               case when not is_operator then a->>'name' end,
               case when not is_operator then a->>'address' end,
               case when not is_operator then a->>'user_agent' end,
               a->>'request_id', action, target_id, target_name, before, after
        from actor where tenant is not null
    )
    insert into operator_log (actor_kind, actor_id, actor_name, address, user_agent, request_id, action,
                              tenant_id, target_id, target_name, before, after)
    select a->>'kind', (a->>'id')::uuid, a->>'name', a->>'address', a->>'user_agent', a->>'request_id',
           action, tenant, target_id, target_name, before, after
    from actor where is_operator or (tenant is null and is_command)
$$;

create function audit_operators() returns trigger language plpgsql as $$
declare
    who uuid := case tg_op when 'INSERT' then new.user_id else old.user_id end;
begin
    perform audit(null, null, case tg_op when 'INSERT' then 'operator.granted' else 'operator.revoked' end,
                  who::text, (select email from users where id = who), null, null);
    return null;
end
$$;

create trigger operators_audited after insert or delete on operators
    for each row execute function audit_operators();
