-- Wrong codes of one person within an hour, wherever they were tried: kept beside the secret that they are guesses
-- at, so that tries at once wait for each other and none goes uncounted.

alter table second_factors
    add column wrong_codes smallint not null default 0,
    add column wrong_since timestamptz;
