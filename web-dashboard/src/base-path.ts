/** Where the dashboard's pages lie: apart from the REST API, whose paths begin with `/apps` too. */
export const basePath = '/dashboard';
