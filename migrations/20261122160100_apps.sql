-- Apps, their keys, and the notice that tells every node when one changed.

create table apps (
    id bigint primary key check (id > 0),
    tenant_id uuid not null references tenants (id) on delete cascade,
    name text not null check (length(name) between 1 and 80),
    enabled boolean not null default true,
    settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    unique (tenant_id, id)
);

create table app_keys (
    id uuid primary key,
    tenant_id uuid not null,
    app_id bigint not null,
    -- Unique among all tenants: a client connects with nothing else.
    key text not null constraint app_keys_key_key unique check (length(key) between 1 and 64),
    secret_sealed bytea not null,
    label text not null default '' check (length(label) <= 80),
    created_at timestamptz not null default clock_timestamp(),
    foreign key (tenant_id, app_id) references apps (tenant_id, id) on delete cascade
);

create index app_keys_app_id_idx on app_keys (app_id);

-- Configuration changes only: `notify` takes a lock at commit that the event path must never touch.
create function notify_app_changed() returns trigger language plpgsql as $$
declare
    changed bigint;
begin
    if tg_table_name = 'apps' then
        changed := case when tg_op = 'DELETE' then old.id else new.id end;
    else
        changed := case when tg_op = 'DELETE' then old.app_id else new.app_id end;
    end if;
    perform pg_notify('campanile_app_changed', changed::text);
    return null;
end
$$;

create trigger apps_changed after insert or update or delete on apps
    for each row execute function notify_app_changed();
create trigger app_keys_changed after insert or update or delete on app_keys
    for each row execute function notify_app_changed();
