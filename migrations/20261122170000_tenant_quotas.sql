-- What all apps of a tenant may use together; null for no limit. The operator decides.
alter table tenants
    add column max_connections integer check (max_connections >= 0),
    add column max_messages_per_day bigint check (max_messages_per_day >= 0);
