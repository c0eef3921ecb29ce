import { describe, expect, it } from 'vitest';
import { errorFromResponse } from './api-error';

const body = (error: unknown) => ({ error });

describe('errorFromResponse', () => {
  it('takes code, message and fields from the body', () => {
    const error = errorFromResponse(
      422,
      body({ code: 'validation_failed', message: 'Check the fields.', fields: { email: 'Enter an e-mail address.' } }),
      null,
    );
    expect(error).toMatchObject({
      status: 422,
      code: 'validation_failed',
      message: 'Check the fields.',
      fields: { email: 'Enter an e-mail address.' },
    });
  });

  it('keeps only messages that are text', () => {
    const error = errorFromResponse(422, body({ code: 'x', message: 'y', fields: { a: 1, b: 'two', c: null } }), null);
    expect(error.fields).toEqual({ b: 'two' });
  });

  it.each([
    ['an HTML page', '<html>'],
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['an error that is text', { error: 'no' }],
  ])('has a sentence of its own when a proxy answers with %s', (_name, payload) => {
    const error = errorFromResponse(502, payload, null);
    expect(error.code).toBe('unknown');
    expect(error.message).toBe('The server had a problem. Try again in a moment.');
  });

  it('says how long to wait', () => {
    const limited = body({ code: 'too_many_requests', message: 'Too many attempts.' });
    expect(errorFromResponse(429, limited, '12').message).toBe('Too many attempts. Try again in 12 seconds.');
    expect(errorFromResponse(429, limited, '1').message).toBe('Too many attempts. Try again in 1 second.');
    expect(errorFromResponse(429, limited, null).message).toBe('Too many attempts.');
    expect(errorFromResponse(429, limited, 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterSeconds).toBeNull();
  });

  it('tells an ended session from a wrong password', () => {
    expect(errorFromResponse(401, body({ code: 'unauthenticated', message: 'm' }), null).isSignedOut).toBe(true);
    expect(errorFromResponse(401, body({ code: 'invalid_credentials', message: 'm' }), null).isSignedOut).toBe(false);
  });

  it('counts only faults as worth a retry', () => {
    expect(errorFromResponse(503, undefined, null).isTransient).toBe(true);
    expect(errorFromResponse(404, undefined, null).isTransient).toBe(false);
  });
});
