-- People: several organisations each, roles, second factors, invitations, and what is mailed to them.

alter table users add column verified_at timestamptz;
-- Who came before addresses were verified is not asked now.
update users set verified_at = created_at;

alter table memberships
    drop constraint memberships_role_check,
    add constraint memberships_role_check
        check (role in ('owner', 'admin', 'developer', 'support', 'billing'));

-- A session acts for one organisation, or for none while its person belongs to none.
alter table sessions
    add column id uuid not null default gen_random_uuid(),
    add column address text check (length(address) <= 64),
    add column user_agent text check (length(user_agent) <= 200),
    alter column tenant_id drop not null,
    add foreign key (user_id) references users (id) on delete cascade;

create unique index sessions_id_key on sessions (id);
create index sessions_membership_idx on sessions (tenant_id, user_id);

-- What a person's authenticator knows too. Enrolled, but not asked for until it is confirmed.
create table second_factors (
    user_id uuid primary key references users (id) on delete cascade,
    secret_sealed bytea not null,
    confirmed_at timestamptz,
    -- The last time step whose code was taken: no code is taken twice.
    last_step bigint not null default 0,
    created_at timestamptz not null default now()
);

-- Each opens the door once, and is gone then.
create table recovery_codes (
    user_id uuid not null references second_factors (user_id) on delete cascade,
    code_hash bytea not null check (length(code_hash) = 32),
    primary key (user_id, code_hash)
);

-- A right password, waiting for the second factor.
create table login_challenges (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id uuid not null references users (id) on delete cascade,
    attempts smallint not null default 0,
    created_at timestamptz not null default now()
);

create index login_challenges_user_id_idx on login_challenges (user_id);
create index login_challenges_created_at_idx on login_challenges (created_at);

-- What a link in a mail proves.
create table mail_tokens (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id uuid not null references users (id) on delete cascade,
    purpose text not null check (purpose in ('verify', 'reset')),
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);

create index mail_tokens_user_id_idx on mail_tokens (user_id);
create index mail_tokens_expires_at_idx on mail_tokens (expires_at);

create table invitations (
    id uuid primary key,
    tenant_id uuid not null references tenants (id) on delete cascade,
    email text not null check (length(email) between 3 and 254),
    role text not null check (role in ('owner', 'admin', 'developer', 'support', 'billing')),
    token_hash bytea not null constraint invitations_token_key unique check (length(token_hash) = 32),
    invited_by uuid references users (id) on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create unique index invitations_email_key on invitations (tenant_id, lower(email));
create index invitations_invited_by_idx on invitations (invited_by) where invited_by is not null;
create index invitations_expires_at_idx on invitations (expires_at);

-- Mails that wait to be sent. A row is gone once its mail was taken by the server, or given up.
create table mails (
    id uuid primary key,
    recipient text not null check (length(recipient) <= 254),
    -- What it is about, as JSON: it may hold a link that opens something.
    letter_sealed bytea not null,
    attempts integer not null default 0,
    created_at timestamptz not null default now(),
    next_at timestamptz not null default now()
);

create index mails_next_at_idx on mails (next_at);

alter table management_tokens
    -- What it may be used for; those made before could be used for all there was.
    add column scopes text[] not null default '{read,payloads,write,secrets,publish,listen}',
    -- The only app that it reaches.
    add column app_id bigint,
    add column expires_at timestamptz,
    -- Absent when the operator made it. Who leaves takes their tokens along.
    add column created_by uuid,
    add foreign key (tenant_id, app_id) references apps (tenant_id, id) on delete cascade,
    add foreign key (tenant_id, created_by) references memberships (tenant_id, user_id) on delete cascade;

create index management_tokens_created_by_idx on management_tokens (tenant_id, created_by)
    where created_by is not null;
create index management_tokens_app_id_idx on management_tokens (app_id) where app_id is not null;
create index management_tokens_expires_at_idx on management_tokens (expires_at) where expires_at is not null;
