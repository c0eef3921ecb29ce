import { expect, it } from 'vitest';
import { patternMeaning } from './pattern-meaning';

it.each([
  ['room-*', 'starts with “room-”'],
  ['*-eu', 'ends with “-eu”'],
  ['*chat*', 'contains “chat”'],
  ['room-*-eu', 'starts with “room-”, then ends with “-eu”'],
  ['a*b*c', 'starts with “a”, then contains “b”, then ends with “c”'],
  ['presence-lobby', 'is exactly “presence-lobby”'],
  ['*', 'is any channel'],
  ['***', 'is any channel'],
])('%s %s', (pattern, meaning) => expect(patternMeaning(pattern)).toBe(meaning));
