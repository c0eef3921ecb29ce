-- What a program shows instead of a person's session, to act for one organisation.
create table management_tokens (
    id uuid primary key,
    tenant_id uuid not null references tenants (id) on delete cascade,
    name text not null check (length(name) between 1 and 80),
    -- SHA-256 of the token: reading this table opens nothing.
    token_hash bytea not null constraint management_tokens_hash_key unique check (length(token_hash) = 32),
    created_at timestamptz not null default now(),
    last_used_at timestamptz
);

create index management_tokens_tenant_id_idx on management_tokens (tenant_id, created_at);
