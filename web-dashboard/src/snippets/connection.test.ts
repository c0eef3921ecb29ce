import { describe, expect, it } from 'vitest';
import { endpointFromLocation, quote } from './connection';

describe('endpointFromLocation', () => {
  it.each([
    [{ protocol: 'http:', hostname: 'localhost', port: '6001' }, { host: 'localhost', port: 6001, tls: false }],
    [{ protocol: 'http:', hostname: 'rt.example.com', port: '' }, { host: 'rt.example.com', port: 80, tls: false }],
    [{ protocol: 'https:', hostname: 'rt.example.com', port: '' }, { host: 'rt.example.com', port: 443, tls: true }],
    [{ protocol: 'https:', hostname: '[::1]', port: '8443' }, { host: '[::1]', port: 8443, tls: true }],
  ])('reads %o', (location, expected) => {
    expect(endpointFromLocation(location)).toEqual(expected);
  });
});

describe('quote', () => {
  it('keeps quotes and backslashes inside the literal', () => {
    expect(quote('plain')).toBe("'plain'");
    expect(quote(String.raw`it's \n`)).toBe(String.raw`'it\'s \\n'`);
  });
});
