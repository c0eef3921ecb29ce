-- Who may log in, and for which organisation.

-- One row, sealed by the master key: proves at start that the key at hand is the one that sealed
-- everything else.
create table sealing (
    id smallint primary key default 1 check (id = 1),
    canary_sealed bytea not null
);

create table tenants (
    id uuid primary key,
    name text not null check (length(name) between 1 and 80),
    -- The tenant's data key, sealed by the master key; seals the tenant's secrets.
    data_key_sealed bytea not null,
    created_at timestamptz not null default now()
);

create table users (
    id uuid primary key,
    email text not null check (length(email) between 3 and 254),
    password_hash text not null,
    created_at timestamptz not null default now()
);

create unique index users_email_key on users (lower(email));

create table memberships (
    tenant_id uuid not null references tenants (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    role text not null check (role in ('owner')),
    created_at timestamptz not null default now(),
    primary key (tenant_id, user_id)
);

create index memberships_user_id_idx on memberships (user_id);

create table sessions (
    -- SHA-256 of the token: reading this table opens no session.
    token_hash bytea primary key check (length(token_hash) = 32),
    tenant_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
);

create index sessions_user_id_idx on sessions (user_id);
create index sessions_created_at_idx on sessions (created_at);
