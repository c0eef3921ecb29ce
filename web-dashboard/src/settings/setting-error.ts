import { ApiError } from '../api/api-error';
import type { NumberSetting } from '../api/types';

/**
 * The server has one message for all settings, which starts with the name of
 * the one it is about: "max_batch_events must be between 1 and 100". Moves it
 * to that setting, if the form has it; any other error stays as it is.
 */
export function pinToSetting(error: unknown, names: readonly NumberSetting[]): unknown {
  if (!(error instanceof ApiError)) return error;
  const { settings, ...others } = error.fields;
  const name = names.find((candidate) => settings?.startsWith(`${candidate} `));
  if (settings === undefined || name === undefined) return error;
  const { status, code, message, retryAfterSeconds } = error;
  const fields = { ...others, [name]: sentence(settings.slice(name.length + 1)) };
  return new ApiError({ status, code, message, retryAfterSeconds, fields });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
