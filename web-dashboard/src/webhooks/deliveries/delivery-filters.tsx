import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DELIVERY_STATES } from '../../api/delivery-types';
import { DELIVERY_STATE_LOOKS } from './delivery-badge';
import classes from './delivery-filters.module.css';
import type { useDeliveryFilter } from './use-delivery-filter';
import { UtcInput } from './utc-input';

const STATES = DELIVERY_STATES.map((value) => ({ value, label: DELIVERY_STATE_LOOKS[value].label }));

export function DeliveryFilters({ filter, set, clear, isSet }: ReturnType<typeof useDeliveryFilter>) {
  return (
    <div className={classes.filters} role="search" aria-label="Filter deliveries">
      <Select
        label="State"
        placeholder="Any"
        data={STATES}
        value={filter.state ?? null}
        onChange={(state) => set({ state: state ?? undefined })}
        clearable
      />
      <ChannelFilter channel={filter.channel ?? ''} onChange={(channel) => set({ channel })} />
      <UtcInput label="From (UTC)" value={filter.from} onChange={(from) => set({ from })} className={classes.time} />
      <UtcInput label="To (UTC)" value={filter.to} onChange={(to) => set({ to })} className={classes.time} />
      {isSet && (
        <Button variant="subtle" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

/** Taken over on Enter or on leaving: half a name matches nothing. */
function ChannelFilter({ channel, onChange }: { channel: string; onChange: (channel: string) => void }) {
  const [typed, setTyped] = useState(channel);
  const [applied, setApplied] = useState(channel);
  // It came with a link, or was cleared.
  if (applied !== channel) {
    setApplied(channel);
    setTyped(channel);
  }
  const apply = () => typed.trim() !== channel && onChange(typed.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextInput
        label="Channel"
        placeholder="Any"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={apply}
      />
    </form>
  );
}
