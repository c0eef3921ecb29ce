import type { components, paths } from '../../generated/schema';

/** What the API's document calls what; named anew beside the calls of each area. */
export type Schemas = components['schemas'];

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Described {
  parameters: { path?: object; query?: object };
  requestBody?: unknown;
  responses: object;
}

/** Without null, which in requests says the same as nothing. */
export type Given<T> = { [K in keyof T]: NonNullable<T[K]> };

/** The paths below `/api/v1` that take a method. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<Lowercase<M>, Described>
    ? P extends `/api/v1${infer Rest}`
      ? Rest
      : never
    : never;
}[keyof paths];

type Operation<M extends Method, P extends Path<M>> = `/api/v1${P}` extends infer Whole extends keyof paths
  ? paths[Whole] extends Record<Lowercase<M>, infer O extends Described>
    ? O
    : never
  : never;

type BodyOf<O extends Described> = [NonNullable<O['requestBody']>] extends [never]
  ? never
  : NonNullable<O['requestBody']> extends { content: { 'application/json': infer Json } }
    ? Json
    : never;

type Carried<O extends Described> = [BodyOf<O>] extends [never]
  ? { body?: never }
  : undefined extends O['requestBody']
    ? { body?: BodyOf<O> }
    : { body: BodyOf<O> };

/** What an operation takes: `path`, `query` and `body`, as far as it has them. */
type InputOf<O extends Described> = Pick<O['parameters'], 'path' | 'query'> & Carried<O>;

type Input<M extends Method, P extends Path<M>> = InputOf<Operation<M, P>>;

/** The same as a last argument, which may be left out where nothing has to be said. */
export type Inputs<M extends Method, P extends Path<M>> =
  Record<never, never> extends Input<M, P> ? [input?: Input<M, P>] : [input: Input<M, P>];

type AnswersOf<R> = {
  [Status in keyof R]: Status extends 200 | 201 | 202 | 204
    ? R[Status] extends { content: { 'application/json': infer Json } }
      ? Json
      : void
    : never;
}[keyof R];

/** What its success brings; several kinds where it may end in several ways. */
export type Answer<M extends Method, P extends Path<M>> = AnswersOf<Operation<M, P>['responses']>;

export type Body<M extends Method, P extends Path<M>> = BodyOf<Operation<M, P>>;

export type Query<P extends Path<'GET'>> = NonNullable<Operation<'GET', P>['parameters']['query']>;
