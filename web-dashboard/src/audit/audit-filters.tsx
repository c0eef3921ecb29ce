import { Button, Select } from '@mantine/core';
import { useApps } from '../api/app-queries';
import { useMembers, useTokens } from '../api/people-queries';
import classes from '../filters/filters.module.css';
import { UtcInput } from '../webhooks/deliveries/utc-input';
import { ACTION_CHOICES } from './action-texts';
import type { useAuditFilter } from './use-audit-filter';

interface Choice {
  value: string;
  label: string;
}

/** What a link names stays selectable when it is no longer there: the log remembers it. */
function including(choices: Choice[], value: string | undefined): Choice[] {
  if (value === undefined || choices.some((choice) => choice.value === value)) return choices;
  return [...choices, { value, label: value }];
}

export function AuditFilters({ filter, set, clear, isSet }: ReturnType<typeof useAuditFilter>) {
  const apps = useApps().data?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const members = useMembers().data?.map(({ user_id, email }) => ({ value: user_id, label: email })) ?? [];
  const tokens = useTokens(true).data?.map(({ id, name }) => ({ value: id, label: `Token ${name}` })) ?? [];
  return (
    <div className={classes.filters} role="search" aria-label="Filter the log">
      <Choose
        label="What"
        choices={including(ACTION_CHOICES, filter.action)}
        value={filter.action}
        onChange={(action) => set({ action })}
      />
      <Choose
        label="Who"
        choices={including([...members, ...tokens], filter.actor)}
        value={filter.actor}
        onChange={(actor) => set({ actor })}
      />
      <Choose label="App" choices={including(apps, filter.app)} value={filter.app} onChange={(app) => set({ app })} />
      <UtcInput label="From (UTC)" value={filter.from} onChange={(from) => set({ from })} />
      <UtcInput label="To (UTC)" value={filter.to} onChange={(to) => set({ to })} />
      {isSet && (
        <Button variant="subtle" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

interface ChooseProps {
  label: string;
  choices: Choice[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Choose({ label, choices, value, onChange }: ChooseProps) {
  return (
    <Select
      label={label}
      placeholder="Any"
      data={choices}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      searchable
    />
  );
}
