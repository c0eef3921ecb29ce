-- Keys with an end: a rotated one stays valid beside its successor for a while. And who made a key, and
-- whether anyone still uses it.

alter table app_keys
    add column created_by text check (length(created_by) <= 320),
    -- To the minute.
    add column last_used_at timestamptz,
    add column expires_at timestamptz,
    -- Set when it is past, so that whoever keeps the app in memory is told.
    add column is_expired boolean not null default false;

create index app_keys_expires_at_idx on app_keys (expires_at) where not is_expired and expires_at is not null;

-- That a key was used changes nothing for anyone.
drop trigger app_keys_changed on app_keys;
create trigger app_keys_changed
    after insert or delete or update of key, secret_sealed, expires_at, is_expired on app_keys
    for each row execute function notify_app_changed();
