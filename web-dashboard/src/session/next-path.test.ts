import { describe, expect, it } from 'vitest';
import { loginPath, nextPath } from './next-path';

describe('nextPath', () => {
  it('leads back to a page of this site', () => {
    expect(nextPath('?next=%2Fapps%2F1%2Fkeys%3Fa%3D1')).toBe('/apps/1/keys?a=1');
  });

  it.each(['', '?next=', '?next=//example.com', '?next=/%5Cexample.com', '?next=https://example.com', '?next=apps'])(
    'refuses %j',
    (search) => expect(nextPath(search)).toBe('/apps'),
  );

  it('reads what loginPath writes', () => {
    const wanted = '/apps/1/webhooks?x=a&y=b';
    expect(nextPath(loginPath(wanted).replace('/login', ''))).toBe(wanted);
    expect(loginPath('/apps')).toBe('/login');
  });
});
