-- Whether a session was opened with a second factor and not by a password alone. Of those that are open already
-- nobody knows: operators log in again.
alter table sessions add column factor_shown boolean not null default false;

-- As before; and when someone is granted it again, for a factor that they have confirmed since.
create or replace function audit_operators() returns trigger language plpgsql as $$
declare
    who uuid := case tg_op when 'DELETE' then old.user_id else new.user_id end;
begin
    perform audit(null, null, case tg_op when 'DELETE' then 'operator.revoked' else 'operator.granted' end,
                  who::text, (select email from users where id = who), null, null);
    return null;
end
$$;

create or replace trigger operators_audited after insert or update or delete on operators
    for each row execute function audit_operators();
