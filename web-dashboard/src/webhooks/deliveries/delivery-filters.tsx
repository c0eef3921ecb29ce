import { Button, Select } from '@mantine/core';
import { DELIVERY_STATES } from '../../api/delivery-types';
import { DraftInput } from '../../filters/draft-input';
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
      <DraftInput label="Channel" value={filter.channel} onChange={(channel) => set({ channel })} />
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
