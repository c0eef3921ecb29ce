function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this suite by with-platform`);
  return value;
}

/** All that `with-platform` tells about the platform. */
export const environment = {
  host: required('PLATFORM_HOST'),
  port: Number(required('PLATFORM_PORT')),
  appId: required('APP_ID'),
  key: required('APP_KEY'),
  secret: required('APP_SECRET'),
  webhookPort: Number(required('WEBHOOK_PORT')),
  webhookId: required('WEBHOOK_ID'),
  webhookSecret: required('WEBHOOK_SECRET'),
  managementToken: required('MANAGEMENT_TOKEN'),
};

/** How long anything may take that must happen. */
export const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 15_000);
