-- Which incarnation holds a claim: those of a dead one are given back, so that its deliveries need not
-- wait for the end of their lease.
alter table webhook_lanes add column claimed_by uuid;
