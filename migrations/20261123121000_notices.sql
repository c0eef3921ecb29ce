-- Notices by mail: what happened to an organisation while nobody looked.

-- Whether a member wants them.
alter table memberships add column notices_by_mail boolean not null default true;

-- How many an organisation was told in a UTC day. No reference: telling must not wait for who changes the
-- organisation.
create table notice_counts (
    tenant_id uuid not null,
    day date not null,
    told integer not null,
    primary key (tenant_id, day)
);
