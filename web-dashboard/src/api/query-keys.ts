export const queryKeys = {
  session: ['session'] as const,
  apps: ['apps'] as const,
  app: (appId: string) => ['apps', appId] as const,
  webhooks: (appId: string) => ['apps', appId, 'webhooks'] as const,
  deliveries: (appId: string, webhookId: string) => ['apps', appId, 'webhooks', webhookId] as const,
};
