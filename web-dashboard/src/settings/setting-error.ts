import { ApiError } from '../api/api-error';
import type { AppSettings } from '../api/types';

/**
 * The server has one message for all settings, which starts with the name of
 * the one it is about: "max_batch_events must be between 1 and 100", or with its
 * place in a list: "allowed_origins[1]: …". Moves it to that setting, if the form
 * has it; any other error stays as it is.
 */
export function pinToSetting(error: unknown, names: readonly (keyof AppSettings)[]): unknown {
  if (!(error instanceof ApiError)) return error;
  const { settings, ...others } = error.fields;
  const [, subject, text] = /^(\w+)(?:\[\d+\])?:? (.*)$/.exec(settings ?? '') ?? [];
  const name = names.find((candidate) => candidate === subject);
  if (text === undefined || name === undefined) return error;
  const { status, code, message, retryAfterSeconds } = error;
  const fields = { ...others, [name]: sentence(text) };
  return new ApiError({ status, code, message, retryAfterSeconds, fields });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
