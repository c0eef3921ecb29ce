import { ApiError } from './api-error';
import type { Body } from './operations';
import { request } from './request';
import type { Session } from './types';

/** The current session, or null for an anonymous visitor. */
export async function fetchSession(): Promise<Session | null> {
  try {
    return await request('GET', '/me');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Where the address must be verified first, there is no session yet: the mail says what comes next. */
export const signUp = (body: Body<'POST', '/signup'>) => request('POST', '/signup', { body });

export const logIn = (body: Body<'POST', '/login'>) => request('POST', '/login', { body });

/** A code of the authenticator, or a recovery code. */
export const answerChallenge = (body: Body<'POST', '/login/second-factor'>) =>
  request('POST', '/login/second-factor', { body });

export const isSession = (answer: object): answer is Session => 'user' in answer;

export const logOut = () => request('POST', '/logout');
