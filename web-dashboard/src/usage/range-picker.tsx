import { Button, SegmentedControl, Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { UtcInput } from '../webhooks/deliveries/utc-input';
import { isPreset, PRESETS } from './range';
import type { RangeChoice } from './use-range';
import classes from './usage.module.css';

const RANGES = [
  ...Object.entries(PRESETS).map(([value, { label }]) => ({ value, label })),
  { value: 'custom', label: 'From … to …' },
];
const STEP_LABELS = { minute: 'Minutes', hour: 'Hours', day: 'Days' };

interface RangePickerProps extends RangeChoice {
  /** Where the same figures are for a spreadsheet. */
  csvUrl: string;
}

export function RangePicker({ range, choosePreset, chooseStep, chooseSpan, csvUrl }: RangePickerProps) {
  const [isCustom, setCustom] = useState(range.name === 'custom');
  const choose = (name: string | null) => {
    setCustom(name === 'custom');
    if (isPreset(name)) choosePreset(name);
  };
  return (
    <div className={classes.picker} role="group" aria-label="Time shown">
      <Select
        label="Time"
        data={RANGES}
        value={isCustom ? 'custom' : range.name}
        onChange={choose}
        allowDeselect={false}
        w={160}
      />
      {isCustom && <SpanFields from={range.span.from} to={range.span.to} onChoose={chooseSpan} />}
      {range.steps.length > 1 && (
        <SegmentedControl
          aria-label="Step"
          data={range.steps.map((value) => ({ value, label: STEP_LABELS[value] }))}
          value={range.span.step}
          onChange={chooseStep}
        />
      )}
      <Button
        component="a"
        href={csvUrl}
        download
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        className={classes.download}
      >
        CSV
      </Button>
    </div>
  );
}

interface SpanFieldsProps {
  from: string | undefined;
  to: string | undefined;
  onChoose: (from: string, to: string) => void;
}

/** Taken over as soon as both are there and in order. */
function SpanFields({ from: shownFrom, to: shownTo, onChoose }: SpanFieldsProps) {
  const [from, setFrom] = useState(shownFrom);
  const [to, setTo] = useState(shownTo);
  const isBackwards = from !== undefined && to !== undefined && from >= to;
  const change = (start: string | undefined, end: string | undefined) => {
    setFrom(start);
    setTo(end);
    if (start !== undefined && end !== undefined && start < end) onChoose(start, end);
  };
  return (
    <>
      <UtcInput label="From (UTC)" value={from} onChange={(start) => change(start, to)} />
      <UtcInput
        label="To (UTC)"
        value={to}
        onChange={(end) => change(from, end)}
        error={isBackwards ? 'This must be after the start.' : null}
      />
    </>
  );
}
