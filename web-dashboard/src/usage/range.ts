import { STEPS, type Step, type UsageSpan } from '../api/usage';

export const STEP_SECONDS: Record<Step, number> = { minute: 60, hour: 3_600, day: 86_400 };

/** Points of one answer; the server gives no more. */
const MOST_POINTS = 1_500;

interface Preset {
  label: string;
  seconds: number;
  /** The first is taken when none is chosen. */
  steps: readonly Step[];
}

const DAY = STEP_SECONDS.day;

export const PRESETS = {
  '1h': { label: 'Last hour', seconds: 3_600, steps: ['minute'] },
  '24h': { label: 'Last 24 hours', seconds: DAY, steps: ['hour', 'minute'] },
  '7d': { label: 'Last 7 days', seconds: 7 * DAY, steps: ['hour', 'day'] },
  '30d': { label: 'Last 30 days', seconds: 30 * DAY, steps: ['day', 'hour'] },
  '90d': { label: 'Last 90 days', seconds: 90 * DAY, steps: ['day'] },
  '1y': { label: 'Last year', seconds: 365 * DAY, steps: ['day'] },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** What is shown: some time until now, or from one moment to another. */
export interface Range {
  name: PresetName | 'custom';
  /** Steps to choose from. */
  steps: readonly Step[];
  span: UsageSpan;
}

/** Reads an address; what makes no sense there counts as absent. */
export function readRange(params: URLSearchParams, nowMs: number, usual: PresetName): Range {
  const asked = STEPS.find((step) => step === params.get('step'));
  const custom = readCustom(params, asked);
  if (custom !== null) return custom;
  const given = params.get('range');
  const name = isPreset(given) ? given : usual;
  const { seconds, steps }: Preset = PRESETS[name];
  const step = steps.find((one) => one === asked) ?? steps[0]!;
  return { name, steps, span: { step, ...startOf(seconds, step, nowMs) } };
}

function readCustom(params: URLSearchParams, asked: Step | undefined): Range | null {
  const [from, to] = [params.get('from'), params.get('to')].map((text) => Date.parse(text ?? ''));
  if (from === undefined || to === undefined || !(from < to)) return null;
  const fits = STEPS.filter((step) => (to - from) / 1000 / STEP_SECONDS[step] < MOST_POINTS);
  const steps = fits.length > 0 ? fits : (['day'] as const);
  const step = steps.find((one) => one === asked) ?? steps[0]!;
  return { name: 'custom', steps, span: { step, from: toIso(from), to: toIso(to) } };
}

/** The first of as many steps as end with the one that is not over; nothing where the server does so by itself. */
function startOf(seconds: number, step: Step, nowMs: number): { from?: string } {
  const length = STEP_SECONDS[step];
  const isUsual = seconds === { minute: 3_600, hour: DAY, day: 30 * DAY }[step];
  if (isUsual) return {};
  const end = (Math.floor(nowMs / 1000 / length) + 1) * length;
  return { from: toIso((end - seconds) * 1000) };
}

export const isPreset = (text: string | null): text is PresetName => text !== null && Object.hasOwn(PRESETS, text);

const toIso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
