import { ApiError } from './api-error';
import { request } from './request';
import type { Session } from './types';

export interface SignUpInput {
  organisation: string;
  email: string;
  password: string;
}

export interface LogInInput {
  email: string;
  password: string;
}

/** The current session, or null for an anonymous visitor. */
export async function fetchSession(): Promise<Session | null> {
  try {
    return await request<Session>('GET', '/me');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export const signUp = (input: SignUpInput) => request<Session>('POST', '/signup', input);

export const logIn = (input: LogInInput) => request<Session>('POST', '/login', input);

export const logOut = () => request<void>('POST', '/logout');
