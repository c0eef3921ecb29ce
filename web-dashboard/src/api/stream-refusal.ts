import { ApiError, errorFromResponse, networkError } from './api-error';

/** Why a stream does not open, which EventSource keeps to itself; null if it would now. */
export async function refusalOf(url: string, signal: AbortSignal): Promise<ApiError | null> {
  const done = new AbortController();
  try {
    const response = await fetch(url, { credentials: 'same-origin', signal: AbortSignal.any([signal, done.signal]) });
    if (response.ok) return null;
    const body: unknown = await response.json().catch(() => undefined);
    return inWords(errorFromResponse(response.status, body, response.headers.get('Retry-After')));
  } catch {
    return networkError();
  } finally {
    // An open stream has no end of its own.
    done.abort();
  }
}

/** Whether it may pass by itself. A faulty filter stays one. */
export const mayPass = ({ isTransient, status, code }: ApiError) => isTransient || status === 429 || code === 'limit_reached';

/** The server's own words are about lists, of which one deletes something. */
function inWords(error: ApiError): ApiError {
  if (error.code !== 'limit_reached') return error;
  const message =
    'As many watch this app as can at a time. This page follows as soon as there is room: close tabs with this app that nobody needs.';
  return new ApiError({ status: error.status, code: error.code, message });
}
