declare module 'virtual:api-secrets' {
  /** Names of secret members of a request's body, by operation, for example "POST /api/v1/login". */
  const secrets: Record<string, string[]>;
  export default secrets;
}

declare module 'virtual:api-rights' {
  /** The roles that have it, by right, for example "view_apps". */
  const rights: Record<string, string[]>;
  export default rights;
}

declare module 'virtual:api-operations' {
  interface Outline {
    summary: string;
    /** What a management token needs for it; null where it is for people only. */
    scope: string | null;
    /** Whether the answer goes on for as long as one listens. */
    streams?: true;
    /** A body of the right shape. */
    example?: unknown;
  }

  /** By operation, for example "GET /api/v1/apps". */
  const operations: Record<string, Outline>;
  export default operations;
}
