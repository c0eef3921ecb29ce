-- What tenants used. Rows of an app outlive it; those with app 0 are of all apps of the tenant together,
-- because the peak of the whole is not the sum of the peaks.

-- What each start of a node has seen of each minute. Written again and again with what it amounts to, so
-- that a write that is repeated changes nothing. No reference to its incarnation, which ends sooner.
create table usage_minutes (
    incarnation_id uuid not null,
    tenant_id uuid not null references tenants (id) on delete cascade,
    app_id bigint not null,
    minute timestamptz not null,
    connections_peak integer not null,
    -- What all connections lasted together: their average number is this by the time.
    connection_ms bigint not null,
    api_requests bigint not null,
    api_messages bigint not null,
    client_events bigint not null,
    delivered_events bigint not null,
    delivered_client_events bigint not null,
    delivered_presence bigint not null,
    delivered_cached bigint not null,
    delivered_counts bigint not null,
    webhook_requests bigint not null,
    primary key (tenant_id, app_id, minute, incarnation_id)
) with (fillfactor = 70);

create index usage_minutes_minute_idx on usage_minutes using brin (minute);

-- Sums of them, kept by what writes them: each change of a minute is added here in the same transaction.
create table usage_hours (
    tenant_id uuid not null references tenants (id) on delete cascade,
    app_id bigint not null,
    hour timestamptz not null,
    connections_peak integer not null,
    connection_ms bigint not null,
    api_requests bigint not null,
    api_messages bigint not null,
    client_events bigint not null,
    delivered_events bigint not null,
    delivered_client_events bigint not null,
    delivered_presence bigint not null,
    delivered_cached bigint not null,
    delivered_counts bigint not null,
    webhook_requests bigint not null,
    primary key (tenant_id, app_id, hour)
) with (fillfactor = 70);

create index usage_hours_hour_idx on usage_hours using brin (hour);

create table usage_days (
    tenant_id uuid not null references tenants (id) on delete cascade,
    app_id bigint not null,
    day timestamptz not null,
    connections_peak integer not null,
    connection_ms bigint not null,
    api_requests bigint not null,
    api_messages bigint not null,
    client_events bigint not null,
    delivered_events bigint not null,
    delivered_client_events bigint not null,
    delivered_presence bigint not null,
    delivered_cached bigint not null,
    delivered_counts bigint not null,
    webhook_requests bigint not null,
    primary key (tenant_id, app_id, day)
) with (fillfactor = 70);

create index usage_days_day_idx on usage_days using brin (day);

-- Limits that were nearly, or wholly, used up; each told once in its period.
create table usage_warnings (
    tenant_id uuid not null references tenants (id) on delete cascade,
    -- 0 for the limit of the tenant.
    app_id bigint not null,
    limit_name text not null,
    -- The UTC day.
    period_at timestamptz not null,
    percent smallint not null check (percent in (80, 100)),
    used bigint not null,
    most bigint not null,
    warned_at timestamptz not null default now(),
    primary key (tenant_id, period_at, app_id, limit_name, percent)
);
