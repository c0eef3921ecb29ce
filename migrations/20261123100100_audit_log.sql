-- Who changed what. Triggers write it, in the transaction of the change: a change that nobody's code
-- remembers to record cannot be made. They know who acts by a setting of that transaction; the platform's
-- own doing has none and is not recorded.

create table audit_log (
    id bigint generated always as identity primary key,
    -- No reference: the record of an end outlives what ended.
    tenant_id uuid not null,
    app_id bigint,
    at timestamptz not null default now(),
    actor_kind text not null check (actor_kind in ('user', 'token', 'command_line')),
    actor_id uuid,
    actor_name text,
    address text,
    user_agent text,
    request_id text,
    -- What and how, e.g. `app.updated`.
    action text not null check (length(action) <= 80),
    target_id text,
    target_name text,
    before jsonb,
    after jsonb
);

create index audit_log_tenant_id_idx on audit_log (tenant_id, id desc);
create index audit_log_actor_idx on audit_log (tenant_id, actor_id, id desc);
create index audit_log_target_idx on audit_log (tenant_id, target_id, id desc);
create index audit_log_at_idx on audit_log (at);

create function keep_audit_log() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '365 days' then
        return old;
    end if;
    raise exception 'the audit log is not changed';
end
$$;

create trigger audit_log_kept before update or delete on audit_log
    for each row execute function keep_audit_log();
create trigger audit_log_not_emptied before truncate on audit_log
    for each statement execute function keep_audit_log();

-- Records something that whoever acts did; nothing if nobody does.
create function audit(
    tenant uuid, app bigint, action text, target_id text, target_name text, before jsonb, after jsonb
) returns void language sql as $$
    insert into audit_log (tenant_id, app_id, actor_kind, actor_id, actor_name, address, user_agent,
                           request_id, action, target_id, target_name, before, after)
    select tenant, app, a->>'kind', (a->>'id')::uuid, a->>'name', a->>'address', a->>'user_agent',
           a->>'request_id', action, target_id, target_name, before, after
    from (select nullif(current_setting('campanile.actor', true), '')::jsonb as a) actor
    where a is not null
$$;

-- A row's columns as they may be shown: secrets only as being there.
create function audit_view(columns jsonb) returns jsonb language sql immutable as $$
    select jsonb_object_agg(
        regexp_replace(key, '_(sealed|hash)$', ''),
        case when key ~ '_(sealed|hash)$' and value <> 'null' then '"(secret)"' else value end)
    from jsonb_each(columns)
$$;

-- Arguments: what the table's rows are, and the column that names one.
create function audit_change() returns trigger language plpgsql as $$
declare
    -- Of no interest, or told elsewhere in the record.
    hidden text[] := '{tenant_id,created_at,last_used_at,state_changed_at,failing_since,incarnation_id}';
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    target jsonb := coalesce(new_row, old_row);
    before jsonb;
    after jsonb;
begin
    if target->>'kind' = 'listener' then
        return null;
    end if;
    -- What goes with its app or its organisation, goes unsaid.
    if tg_op = 'DELETE' and (
        tg_argv[0] <> 'tenant' and not exists (select from tenants t where t.id = (target->>'tenant_id')::uuid)
        or tg_argv[0] <> 'app' and target->>'app_id' is not null
            and not exists (select from apps a where a.id = (target->>'app_id')::bigint))
    then
        return null;
    end if;
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(key, value), jsonb_object_agg(key, new_row->key) into before, after
        from jsonb_each(old_row - hidden) where value is distinct from new_row->key;
        if before is null then
            return null;
        end if;
    else
        before := old_row - hidden;
        after := new_row - hidden;
    end if;
    perform audit(
        coalesce(target->>'tenant_id', target->>'id')::uuid,
        case tg_argv[0] when 'app' then (target->>'id')::bigint else (target->>'app_id')::bigint end,
        tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
        target->>tg_argv[1],
        case tg_argv[0] when 'member' then (select email from users u where u.id::text = target->>'user_id')
            else coalesce(nullif(target->>'name', ''), target->>'label', target->>'email', target->>'url') end,
        audit_view(before),
        audit_view(after));
    return null;
end
$$;

-- The condition spares the platform's own changes, which are by far the most, the call.
do $$
declare
    audited text[] := '{
        {tenants,tenant,id}, {memberships,member,user_id}, {invitations,invitation,id},
        {management_tokens,token,id}, {apps,app,id}, {app_keys,key,id}, {webhook_endpoints,webhook,id}}';
    one text[];
begin
    foreach one slice 1 in array audited loop
        execute format(
            'create trigger %I after insert or update or delete on %I for each row
             when (coalesce(current_setting(''campanile.actor'', true), '''') <> '''')
             execute function audit_change(%L, %L)',
            one[1] || '_audited', one[1], one[2], one[3]);
    end loop;
end
$$;
