import documented from 'virtual:api-rights';
import { expect, it } from 'vitest';
import { RIGHTS } from './rights';

const inWords = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

it('the roles of each right are those of the API\u2019s document', () => {
  const rights = Object.fromEntries(Object.entries(documented).map(([name, roles]) => [inWords(name), roles]));
  expect(RIGHTS).toEqual(rights);
});
