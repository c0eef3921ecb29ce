import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useWatched } from './use-watched';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function turn(state: DocumentVisibilityState) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
}
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it('holds for a while after the tab is left, and again once it is back', () => {
  const { result } = renderHook(() => useWatched(1_000));
  turn('hidden');
  pass(999);
  expect(result.current).toBe(true);
  pass(1);
  expect(result.current).toBe(false);
  turn('visible');
  expect(result.current).toBe(true);
});

it('a short look elsewhere changes nothing', () => {
  const { result } = renderHook(() => useWatched(1_000));
  turn('hidden');
  pass(500);
  turn('visible');
  pass(5_000);
  expect(result.current).toBe(true);
});

it('a tab that is opened in the background waits for its first look', () => {
  turn('hidden');
  const { result } = renderHook(() => useWatched(1_000));
  expect(result.current).toBe(false);
});
