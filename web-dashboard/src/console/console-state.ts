import type { Activity, Snapshot } from '../activity/activity';

/** More would be drawn than anyone reads, and kept than a page should hold. */
export const ROW_LIMIT = 500;

export type StreamState = 'connecting' | 'live' | 'reconnecting';

export interface ConsoleRow {
  id: number;
  activity: Activity;
}

export interface Sample {
  shown: number;
  of: number;
}

export interface ConsoleState {
  stream: StreamState;
  snapshot: Snapshot | null;
  /** Newest first. */
  rows: ConsoleRow[];
  paused: boolean;
  /** What came while paused, newest first; of the same bound. */
  held: ConsoleRow[];
  /** The last second in which not all was shown. */
  sampled: Sample | null;
  /** How many came since the stream began or was cleared. */
  seen: number;
  nextId: number;
}

export type ConsoleAction =
  | { type: 'opened' | 'dropped' | 'paused' | 'resumed' | 'cleared' }
  | { type: 'snapshot'; snapshot: Snapshot }
  | { type: 'sampled'; sample: Sample | null }
  /** Oldest first, as they came. */
  | { type: 'arrived'; activities: Activity[] };

export const initialConsole: ConsoleState = {
  stream: 'connecting',
  snapshot: null,
  rows: [],
  paused: false,
  held: [],
  sampled: null,
  seen: 0,
  nextId: 1,
};

export function consoleReducer(state: ConsoleState, action: ConsoleAction): ConsoleState {
  switch (action.type) {
    case 'opened':
      return { ...state, stream: 'live' };
    case 'dropped':
      return { ...state, stream: 'reconnecting' };
    case 'snapshot':
      return { ...state, snapshot: action.snapshot };
    case 'sampled':
      return { ...state, sampled: action.sample };
    case 'paused':
      return { ...state, paused: true };
    case 'resumed':
      return { ...state, paused: false, held: [], rows: newest(state.held, state.rows) };
    case 'cleared':
      return { ...state, rows: [], held: [], seen: 0, sampled: null };
    case 'arrived':
      return arrive(state, action.activities);
  }
}

function arrive(state: ConsoleState, activities: Activity[]): ConsoleState {
  const numbered = activities.map((activity, index) => ({ id: state.nextId + index, activity })).reverse();
  const place = state.paused ? 'held' : 'rows';
  return {
    ...state,
    [place]: newest(numbered, state[place]),
    seen: state.seen + activities.length,
    nextId: state.nextId + activities.length,
  };
}

const newest = (later: ConsoleRow[], earlier: ConsoleRow[]) => [...later, ...earlier].slice(0, ROW_LIMIT);
