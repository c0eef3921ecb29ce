-- Webhooks as a product: filters, custom headers, states, secret rotation; deliveries that can be found,
-- replayed and set aside; health per hour; listeners; open connections that were told.

alter table webhook_endpoints
    -- A listener has no URL: its deliveries are handed to whoever opened it, and it ends with them.
    add column kind text not null default 'webhook' check (kind in ('webhook', 'listener')),
    add column name text not null default '' check (length(name) <= 80),
    -- Globs; empty for every channel.
    add column channels text[] not null default '{}',
    add column header_names text[] not null default '{}',
    -- A JSON object from names to values.
    add column headers_sealed bytea,
    add column delivery_order text not null default 'strict' check (delivery_order in ('strict', 'relaxed')),
    add column timeout_ms integer not null default 10000 check (timeout_ms between 1000 and 30000),
    add column disabled_reason text check (disabled_reason in ('gone', 'failing')),
    add column state_changed_at timestamptz not null default now(),
    -- The first failure since the last success.
    add column failing_since timestamptz,
    add column previous_secret_sealed bytea,
    add column previous_secret_until timestamptz,
    -- Of a listener: whose start of a node it lives and dies with, and whose secret and headers it uses.
    add column incarnation_id uuid references incarnations (id) on delete cascade,
    add column stands_for uuid references webhook_endpoints (id) on delete cascade,
    -- Of a webhook: the listener that takes its deliveries while it is there.
    add column diverted_to uuid references webhook_endpoints (id) on delete set null,
    drop constraint webhook_endpoints_state_check,
    add constraint webhook_endpoints_state_check check (state in ('active', 'paused', 'disabled'));

update webhook_endpoints set disabled_reason = 'gone' where state = 'disabled';

create index webhook_endpoints_incarnation_id_idx on webhook_endpoints (incarnation_id)
    where incarnation_id is not null;
create index webhook_endpoints_stands_for_idx on webhook_endpoints (stands_for) where stands_for is not null;
create index webhook_endpoints_diverted_to_idx on webhook_endpoints (diverted_to)
    where diverted_to is not null;

-- Nodes need to know which types are wanted, not each success or failure: a notice takes a lock.
drop trigger webhook_endpoints_changed on webhook_endpoints;
create trigger webhook_endpoints_changed after insert or delete on webhook_endpoints
    for each row execute function notify_app_changed();
create trigger webhook_endpoints_types_changed after update on webhook_endpoints
    for each row when (old.event_types is distinct from new.event_types or old.state is distinct from new.state)
    execute function notify_app_changed();

alter table webhook_lanes
    -- Not for the dispatcher: the endpoint is not active, or a listener has its deliveries. Kept by a
    -- trigger, so that lanes that must wait cost the search for due ones nothing.
    add column is_held boolean not null default false,
    -- 0: the last try succeeded promptly. 1: never tried. 2: it failed, or was slow. The last kind gets a
    -- bounded share of all requests.
    add column standing smallint not null default 1 check (standing between 0 and 2);

update webhook_lanes l set is_held = true
from webhook_endpoints w where w.id = l.endpoint_id and w.state <> 'active';

drop index webhook_lanes_due_idx;
create index webhook_lanes_due_idx on webhook_lanes (standing, next_at) where cursor < head and not is_held;
-- For the turn of each app, when a few of them have more due than one claim looks at.
create index webhook_lanes_app_due_idx on webhook_lanes (standing, app_id, next_at)
    where cursor < head and not is_held;
create index webhook_lanes_claimed_by_idx on webhook_lanes (claimed_by) where locked_until is not null;

-- What happens to a connection happens on no channel.
alter table webhook_events alter column channel drop not null;

-- One row per batch that was tried, kept up to date by each try. `frozen_at` is the time in its body.
-- Deliveries of earlier releases, of which only attempts are kept, are not here.
create table webhook_deliveries (
    id uuid not null,
    frozen_at timestamptz not null,
    tenant_id uuid not null,
    endpoint_id uuid not null,
    lane_id bigint not null,
    lane smallint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    -- Distinct, to be searched for.
    channels text[] not null,
    state text not null check (state in ('retrying', 'delivered', 'dead', 'discarded')),
    attempts integer not null,
    replays integer not null default 0,
    first_at timestamptz not null,
    last_at timestamptz not null,
    last_status integer,
    last_error text,
    duration_ms integer not null,
    primary key (id, frozen_at)
) partition by range (frozen_at);

create index webhook_deliveries_endpoint_idx on webhook_deliveries (endpoint_id, frozen_at desc, id desc);
create index webhook_deliveries_undelivered_idx
    on webhook_deliveries (endpoint_id, state, frozen_at desc, id desc) where state <> 'delivered';
create index webhook_deliveries_dead_idx on webhook_deliveries (endpoint_id) where state = 'dead';

create table webhook_deliveries_default partition of webhook_deliveries default;

alter table webhook_attempts
    -- 0 for the original, then the number of the replay.
    add column replay integer not null default 0,
    add column request_headers jsonb,
    add column response_headers jsonb;

-- Attempts are read by delivery now.
drop index webhook_attempts_endpoint_id_idx;
create index webhook_attempts_batch_id_idx on webhook_attempts (batch_id);

-- Deliveries that are to be sent again, beside the lanes. Of each endpoint only the oldest is ever due:
-- the others wait for it at `infinity`. Whoever adds or removes one holds an advisory lock of the endpoint.
create table webhook_replays (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
    delivery_id uuid not null,
    frozen_at timestamptz not null,
    lane_id bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    n integer not null,
    attempt integer not null default 0,
    -- Since when it is its turn.
    turn_at timestamptz not null default now(),
    next_at timestamptz not null default 'infinity',
    is_held boolean not null default false,
    locked_until timestamptz,
    claimed_by uuid
);

create index webhook_replays_due_idx on webhook_replays (next_at) where not is_held and next_at < 'infinity';
create index webhook_replays_endpoint_id_idx on webhook_replays (endpoint_id, id);
create index webhook_replays_delivery_id_idx on webhook_replays (delivery_id);
create index webhook_replays_claimed_by_idx on webhook_replays (claimed_by, locked_until)
    where locked_until is not null;

create function hold_webhook_lanes() returns trigger language plpgsql as $$
declare
    held boolean := new.state <> 'active' or new.kind = 'listener' or new.diverted_to is not null;
begin
    update webhook_lanes set is_held = held where endpoint_id = new.id and is_held <> held;
    update webhook_replays set is_held = held where endpoint_id = new.id and is_held <> held;
    return null;
end
$$;

create trigger webhook_endpoints_held after update on webhook_endpoints
    for each row when (old.state is distinct from new.state or old.diverted_to is distinct from new.diverted_to)
    execute function hold_webhook_lanes();

-- How an endpoint did, by the hour. `durations` counts by the bounds that `control` knows.
create table webhook_hours (
    tenant_id uuid not null,
    endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
    hour timestamptz not null,
    delivered integer not null default 0,
    failed integer not null default 0,
    durations integer[] not null,
    primary key (endpoint_id, hour)
) with (fillfactor = 50);

-- Connections whose opening was told; when their incarnation dies, each becomes a `connection_closed`.
create table open_connections (
    incarnation_id uuid not null references incarnations (id),
    app_id bigint not null references apps (id) on delete cascade,
    socket_id text not null,
    primary key (incarnation_id, app_id, socket_id)
);

create index open_connections_app_id_idx on open_connections (app_id);

-- As before, for `webhook_deliveries` too.
create or replace function roll_webhook_partitions(parent text, ahead_days integer, keep_days integer)
returns void language plpgsql as $$
declare
    today date := (now() at time zone 'UTC')::date;
    time_column text := case parent when 'webhook_events' then 'created_at'
        when 'webhook_deliveries' then 'frozen_at' else 'at' end;
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
