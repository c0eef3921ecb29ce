import { useSearchParams } from 'react-router';
import type { Step } from '../api/usage';
import { readRange, type PresetName } from './range';

/** The time that is shown, as the address has it. */
export function useRange(usual: PresetName = '24h') {
  const [params, setParams] = useSearchParams();
  const range = readRange(params, Date.now(), usual);
  const set = (next: Record<string, string>) => setParams(next, { replace: true });
  return {
    range,
    choosePreset: (name: PresetName) => set(name === usual ? {} : { range: name }),
    chooseStep: (step: Step) => set({ ...Object.fromEntries(params), step }),
    chooseSpan: (from: string, to: string) => set({ from, to }),
  };
}

export type RangeChoice = ReturnType<typeof useRange>;
