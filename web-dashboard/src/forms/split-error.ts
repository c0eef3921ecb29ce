import { ApiError, type FieldErrors } from '../api/api-error';

export interface SplitError {
  /** Messages for inputs that are on the page. */
  fields: FieldErrors;
  /** What has no input to stand beside, or null. */
  general: string | null;
}

/**
 * Sorts an error into messages beside inputs and one general message. A message
 * for a field the form does not have joins the general one, so none gets lost.
 */
export function splitError(error: unknown, knownFields: readonly string[]): SplitError {
  if (!(error instanceof ApiError)) {
    return { fields: {}, general: 'Something went wrong. Reload the page and try again.' };
  }
  const entries = Object.entries(error.fields);
  if (entries.length === 0) return { fields: {}, general: error.message };
  const fields = Object.fromEntries(entries.filter(([name]) => knownFields.includes(name)));
  const orphans = entries.filter(([name]) => !knownFields.includes(name)).map(([, message]) => message);
  return { fields, general: orphans.length > 0 ? orphans.join(' ') : null };
}

/** The sentence to show where there is no form at all. */
export function errorMessage(error: unknown): string {
  const { fields, general } = splitError(error, []);
  return general ?? Object.values(fields).join(' ');
}
