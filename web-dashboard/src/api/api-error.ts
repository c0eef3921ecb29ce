export type FieldErrors = Record<string, string>;

interface ApiErrorDetails {
  status: number;
  code: string;
  message: string;
  fields?: FieldErrors;
  retryAfterSeconds?: number | null;
}

/** Every failed call ends as one of these, whatever went wrong on the way. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldErrors;
  readonly retryAfterSeconds: number | null;

  constructor(details: ApiErrorDetails) {
    super(details.message);
    this.name = 'ApiError';
    this.status = details.status;
    this.code = details.code;
    this.fields = details.fields ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }

  /** The session is missing or has ended (a wrong password is something else). */
  get isSignedOut(): boolean {
    return this.status === 401 && this.code === 'unauthenticated';
  }

  /** Worth another try without changing anything. */
  get isTransient(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export function networkError(): ApiError {
  return new ApiError({
    status: 0,
    code: 'network',
    message: 'The server cannot be reached. Check your connection and try again.',
  });
}

/** Maps a non-2xx answer. A proxy may answer with something that is not ours, so nothing is assumed. */
export function errorFromResponse(status: number, body: unknown, retryAfter: string | null): ApiError {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const retryAfterSeconds = parseSeconds(retryAfter);
  const message = typeof error.message === 'string' && error.message !== '' ? error.message : fallbackMessage(status);
  return new ApiError({
    status,
    code: typeof error.code === 'string' ? error.code : 'unknown',
    message: status === 429 ? withWait(message, retryAfterSeconds) : message,
    fields: stringFields(error.fields),
    retryAfterSeconds,
  });
}

function fallbackMessage(status: number): string {
  if (status === 404) return 'This does not exist, or it is not yours.';
  if (status === 429) return 'Too many requests.';
  if (status >= 500) return 'The server had a problem. Try again in a moment.';
  return `The request was refused (status ${status}).`;
}

function withWait(message: string, seconds: number | null): string {
  if (seconds === null) return message;
  return `${message} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

function parseSeconds(value: string | null): number | null {
  if (value === null || !/^\d+$/.test(value.trim())) return null;
  return Number(value);
}

function stringFields(value: unknown): FieldErrors {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
