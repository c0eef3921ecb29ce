-- Mails that anyone can cause at anyone's address, counted by the hour.

create table unasked_mails (
    recipient text not null check (length(recipient) <= 254),
    kind text not null,
    since timestamptz not null default now(),
    mailed integer not null,
    primary key (recipient, kind)
);
