import { describe, expect, it } from 'vitest';
import { bytes, percent, perSecond } from './figures';

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1536, '1.5 KiB'],
    [64 * 1024 * 1024, '64 MiB'],
  ])('%i bytes are %s', (size, text) => expect(bytes(size)).toBe(text));

  it('never shows a little as nothing', () => {
    expect([perSecond(0), perSecond(0.01), perSecond(2.34), perSecond(1234.5)]).toEqual(['0 /s', '<0.1 /s', '2.3 /s', '1,235 /s']);
    expect([percent(0.01), percent(61.7)]).toEqual(['<0.1 %', '62 %']);
  });
});
