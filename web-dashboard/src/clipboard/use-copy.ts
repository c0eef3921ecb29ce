import { useEffect, useRef, useState } from 'react';
import { copyText } from './copy-text';

export type TextSource = string | (() => Promise<string>);
export type CopyState = 'idle' | 'busy' | 'copied' | 'failed';

/** Copies on demand and reports the outcome for two seconds. */
export function useCopy(source: TextSource) {
  const [state, setState] = useState<CopyState>('idle');
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const copy = async () => {
    window.clearTimeout(timer.current);
    try {
      if (typeof source !== 'string') setState('busy');
      await copyText(typeof source === 'string' ? source : await source());
      setState('copied');
    } catch {
      setState('failed');
    }
    timer.current = window.setTimeout(() => setState('idle'), 2000);
  };

  return { state, copy };
}
