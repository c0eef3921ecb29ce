import type { FieldErrors } from '../api/api-error';
import type { AppSettings, NumberSetting } from '../api/types';
import { formatNumber } from '../format/count';

interface Range {
  least: number;
  most: number;
  /** May be left empty: the app then has no limit of its own. */
  optional?: boolean;
}

/** As the server has them (`AppSettings::check`), shown beside the inputs. */
export const RANGES: Record<NumberSetting, Range> = {
  authorization_timeout_seconds: { least: 1, most: 600 },
  webhook_debounce_ms: { least: 0, most: 60_000 },
  max_event_bytes: { least: 1, most: 32_768 },
  max_batch_events: { least: 1, most: 100 },
  max_presence_members: { least: 1, most: 1_000 },
  max_channel_name_bytes: { least: 1, most: 200 },
  max_client_events_per_second: { least: 1, most: 1_000 },
  max_connections: { least: 0, most: 4_294_967_295, optional: true },
  max_messages_per_second: { least: 1, most: 4_294_967_295, optional: true },
  max_webhook_endpoints: { least: 0, most: 20, optional: true },
  max_messages_per_day: { least: 0, most: Number.MAX_SAFE_INTEGER, optional: true },
};

/** What inputs hold: a number, or text where it is none that can be used; null is an empty input. */
export type NumberInputs = Partial<Record<NumberSetting, number | string>>;

export function toInputs(settings: AppSettings, names: readonly NumberSetting[]): NumberInputs {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? '']));
}

/** The named inputs as settings; they must have been found to be in range. */
export function fromInputs(inputs: NumberInputs, names: readonly NumberSetting[]): Partial<AppSettings> {
  return Object.fromEntries(names.map((name) => [name, inputs[name] === '' ? null : Number(inputs[name])]));
}

export function rangeErrors(inputs: NumberInputs): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of Object.keys(RANGES) as NumberSetting[]) {
    const value = inputs[name];
    if (value !== undefined && !isInRange(value, RANGES[name])) errors[name] = rangeError(RANGES[name]);
  }
  return errors;
}

function isInRange(value: number | string, { least, most, optional = false }: Range): boolean {
  if (typeof value === 'string') return value === '' && optional;
  return Number.isInteger(value) && value >= least && value <= most;
}

function rangeError({ least, most, optional = false }: Range): string {
  const range = `${formatNumber(least)} to ${formatNumber(most)}`;
  return `Enter a whole number from ${range}${optional ? ', or nothing' : ''}.`;
}
