-- Webhooks: a log and a cursor per lane, not a row per delivery.

create table webhook_endpoints (
    id uuid primary key,
    tenant_id uuid not null,
    app_id bigint not null,
    url text not null check (length(url) <= 2048),
    secret_sealed bytea not null,
    event_types text[] not null,
    batching boolean not null default false,
    state text not null default 'active' check (state in ('active', 'disabled')),
    created_at timestamptz not null default now(),
    foreign key (tenant_id, app_id) references apps (tenant_id, id) on delete cascade
);

create index webhook_endpoints_app_id_idx on webhook_endpoints (app_id);

create trigger webhook_endpoints_changed
    after insert or update or delete on webhook_endpoints
    for each row execute function notify_app_changed();

-- One hot row per lane, and the only one that a delivery updates. `head` is the last seq recorded,
-- `cursor` the last one delivered. A batch is frozen while `batch_id` is set: it holds the events
-- after `cursor` up to `batch_upto`, and every try of it sends the same bytes.
create table webhook_lanes (
    id bigint generated always as identity primary key,
    endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
    app_id bigint not null,
    n smallint not null default 0,
    head bigint not null default 0,
    cursor bigint not null default 0,
    batch_id uuid,
    batch_upto bigint,
    batch_at timestamptz,
    attempt integer not null default 0,
    next_at timestamptz not null default now(),
    locked_until timestamptz,
    last_attempt_at timestamptz,
    last_status integer,
    unique (endpoint_id, n),
    check (cursor <= head),
    check ((batch_id is null) = (batch_upto is null) and (batch_id is null) = (batch_at is null))
) with (fillfactor = 50);

create index webhook_lanes_due_idx on webhook_lanes (next_at) where cursor < head;

create table webhook_events (
    lane_id bigint not null,
    seq bigint not null,
    -- The occurrence's own id, equal at all endpoints: what receivers deduplicate by.
    src uuid not null,
    name text not null,
    channel text not null,
    -- The event as JSON, exactly as it is sent.
    body text not null,
    created_at timestamptz not null,
    primary key (lane_id, seq, created_at)
) partition by range (created_at);

create table webhook_events_default partition of webhook_events default;

-- A sequence of its own: an identity column cannot be attached with a partition.
create sequence webhook_attempts_id_seq;

create table webhook_attempts (
    id bigint not null default nextval('webhook_attempts_id_seq'),
    lane_id bigint not null,
    endpoint_id uuid not null,
    batch_id uuid not null,
    attempt integer not null,
    first_seq bigint not null,
    last_seq bigint not null,
    outcome text not null check (outcome in ('delivered', 'failed', 'dropped')),
    status integer,
    duration_ms integer not null,
    error text,
    response_excerpt text check (octet_length(response_excerpt) <= 4096),
    at timestamptz not null,
    primary key (id, at)
) partition by range (at);

create index webhook_attempts_endpoint_id_idx on webhook_attempts (endpoint_id, id desc);

create table webhook_attempts_default partition of webhook_attempts default;

-- One row per start of a node. The advisory lock of the same number, held by the living process, is
-- its sign of life. `recorded` is the number of its last recorded batch: a batch that is sent
-- again after a lost answer is recognised.
create table incarnations (
    id uuid primary key,
    lock_key bigint not null,
    recorded bigint not null default 0,
    started_at timestamptz not null default now()
);

-- What was told and still holds: occupied channels (`user_id` empty) and present members. When
-- their incarnation dies, each becomes one `channel_vacated` or `member_removed`.
create table occupancy (
    incarnation_id uuid not null references incarnations (id),
    app_id bigint not null references apps (id) on delete cascade,
    channel text not null,
    -- Bytes, because a user id may hold what PostgreSQL's text may not.
    user_id bytea not null default '',
    primary key (incarnation_id, app_id, channel, user_id)
);

create index occupancy_app_id_idx on occupancy (app_id);

-- Makes the partitions of today and the coming days of `webhook_events` or `webhook_attempts`, and
-- drops those that ended more than `keep_days` ago unless an active endpoint has yet to be sent one of
-- their events. One table per transaction: who reads both locks them in an order of its own.
create function roll_webhook_partitions(parent text, ahead_days integer, keep_days integer)
returns void language plpgsql as $$
declare
    today date := (now() at time zone 'UTC')::date;
    time_column text := case parent when 'webhook_events' then 'created_at' else 'at' end;
    missing date[];
    ended text[];
    day date;
    day_start timestamptz;
    part text;
    is_needed boolean;
begin
    -- Nodes roll one after the other.
    perform pg_advisory_xact_lock(hashtext('roll_webhook_partitions'));
    select array_agg(d::date) into missing
    from generate_series(today, today + ahead_days, interval '1 day') d
    where to_regclass(format('%I', parent || to_char(d, '_YYYYMMDD'))) is null;
    select array_agg(c.relname) into ended
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < today - keep_days;

    -- The default partition keeps nothing that a day's partition would not.
    execute format(
        'delete from %I p where %I < %L %s', parent || '_default', time_column,
        (today - keep_days)::timestamp at time zone 'UTC',
        case parent when 'webhook_events' then
            'and not exists (select from webhook_lanes l where l.id = p.lane_id and p.seq > l.cursor)'
        end);

    if missing is null and ended is null then
        return;
    end if;
    -- Before anything below it: an insert that has chosen its partition already would miss the new
    -- one, and a reader that holds the table would wait for a partition while we wait for the table.
    execute format('lock table %I in access exclusive mode', parent);
    foreach day in array coalesce(missing, '{}') loop
        part := parent || to_char(day, '_YYYYMMDD');
        day_start := day::timestamp at time zone 'UTC';
        execute format('create table %I (like %I including all)', part, parent);
        -- What came before the partition did lies in the default one.
        execute format(
            'with moved as (delete from %I where %I >= %L and %I < %L returning *)
             insert into %I select * from moved',
            parent || '_default', time_column, day_start,
            time_column, day_start + interval '24 hours', part);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
            parent, part, day_start, day_start + interval '24 hours');
    end loop;
    foreach part in array coalesce(ended, '{}') loop
        is_needed := false;
        if parent = 'webhook_events' then
            execute format(
                'select exists (select from %I e join webhook_lanes l on l.id = e.lane_id
                 join webhook_endpoints w on w.id = l.endpoint_id
                 where e.seq > l.cursor and w.state = ''active'')', part)
            into is_needed;
        end if;
        if not is_needed then
            execute format('drop table %I', part);
        end if;
    end loop;
end
$$;
