import { Button, Chip, Group, Select, Stack } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { DraftInput } from '../filters/draft-input';
import filterClasses from '../filters/filters.module.css';
import { chosenGroups, KIND_GROUPS, typesOf, type useConsoleFilter } from './console-filter';

const SOURCES = [
  { value: 'api', label: 'A server' },
  { value: 'client', label: 'A client' },
  { value: 'dashboard', label: 'The dashboard' },
];

export function ConsoleFilters({ filter, set, clear, isSet }: ReturnType<typeof useConsoleFilter>) {
  return (
    <Stack gap="sm" role="search" aria-label="Filter the console">
      <Group gap={6} role="group" aria-label="Show">
        <Chip.Group multiple value={chosenGroups(filter)} onChange={(labels) => set({ types: typesOf(labels, filter) })}>
          {KIND_GROUPS.map(({ label }) => (
            <Chip key={label} value={label} size="xs" variant="light">
              {label}
            </Chip>
          ))}
        </Chip.Group>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} aria-hidden />}
          onClick={clear}
          // Keeps its place, so that nothing moves when the first filter is set.
          style={{ visibility: isSet ? 'visible' : 'hidden' }}
        >
          Clear the filter
        </Button>
      </Group>
      <div className={filterClasses.filters}>
        <DraftInput label="Channel" placeholder="room-*" value={filter.channel} onChange={(channel) => set({ channel })} />
        <DraftInput label="Event name" value={filter.event} onChange={(event) => set({ event })} />
        <DraftInput label="Text" value={filter.text} onChange={(text) => set({ text })} />
        <Select
          label="Published by"
          placeholder="Any"
          data={SOURCES}
          value={filter.source ?? null}
          onChange={(source) => set({ source: source ?? '' })}
          clearable
        />
        <DraftInput label="Socket id" value={filter.socket_id} onChange={(socket_id) => set({ socket_id })} />
        <DraftInput label="User id" value={filter.user_id} onChange={(user_id) => set({ user_id })} />
      </div>
    </Stack>
  );
}
