import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error';
import { errorMessage, splitError } from './split-error';

const error = (fields: Record<string, string>) =>
  new ApiError({ status: 422, code: 'validation_failed', message: 'General.', fields });

describe('splitError', () => {
  it('puts messages beside known fields and says nothing more', () => {
    expect(splitError(error({ email: 'Taken.' }), ['email', 'password'])).toEqual({
      fields: { email: 'Taken.' },
      general: null,
    });
  });

  it('does not lose a message for a field that is not on the page', () => {
    expect(splitError(error({ email: 'Taken.', captcha: 'Missing.' }), ['email'])).toEqual({
      fields: { email: 'Taken.' },
      general: 'Missing.',
    });
  });

  it('uses the message when there are no fields', () => {
    expect(splitError(error({}), ['email'])).toEqual({ fields: {}, general: 'General.' });
  });

  it('does not show a programming error to a person', () => {
    expect(splitError(new TypeError('x is undefined'), []).general).not.toContain('undefined');
  });
});

describe('errorMessage', () => {
  it('joins field messages where there is no form', () => {
    expect(errorMessage(error({ a: 'One.', b: 'Two.' }))).toBe('One. Two.');
  });
});
