import { describe, expect, it } from 'vitest';
import type { Activity } from '../activity/activity';
import { consoleReducer, initialConsole, ROW_LIMIT, type ConsoleAction } from './console-state';

const after = (...actions: ConsoleAction[]) => actions.reduce(consoleReducer, initialConsole);
const activity = (at: number): Activity => ({ at, kind: 'connected', socket_id: '1.1' });
const arrived = (...times: number[]): ConsoleAction => ({ type: 'arrived', activities: times.map(activity) });
const times = (state: ReturnType<typeof after>) => state.rows.map((row) => row.activity.at);

describe('rows', () => {
  it('are newest first', () => {
    expect(times(after(arrived(1, 2), arrived(3)))).toEqual([3, 2, 1]);
  });

  it('are bounded, and what came is counted', () => {
    const many = Array.from({ length: ROW_LIMIT + 20 }, (_, index) => index);
    const state = after(arrived(...many), arrived(9_999));
    expect(state.rows).toHaveLength(ROW_LIMIT);
    expect(state.rows[0]?.activity.at).toBe(9_999);
    expect(state.seen).toBe(ROW_LIMIT + 21);
    expect(new Set(state.rows.map(({ id }) => id)).size).toBe(ROW_LIMIT);
  });
});

describe('a pause', () => {
  it('leaves what is shown, and shows what came when it ends', () => {
    const paused = after(arrived(1), { type: 'paused' }, arrived(2, 3));
    expect(times(paused)).toEqual([1]);
    expect(paused.held).toHaveLength(2);
    expect(times(consoleReducer(paused, { type: 'resumed' }))).toEqual([3, 2, 1]);
  });

  it('holds no more than is shown at most', () => {
    const many = Array.from({ length: ROW_LIMIT + 20 }, (_, index) => index);
    expect(after({ type: 'paused' }, arrived(...many)).held).toHaveLength(ROW_LIMIT);
  });
});

it('clears what is shown and what is held', () => {
  const state = after(arrived(1), { type: 'paused' }, arrived(2), { type: 'cleared' }, { type: 'resumed' });
  expect([state.rows, state.held, state.seen]).toEqual([[], [], 0]);
});
