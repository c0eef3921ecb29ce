import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { NotFound } from './feedback/not-found';
import { RouteError } from './feedback/route-error';
import { SignedInLayout } from './session/signed-in-layout';
import { TenantGate } from './session/tenant-gate';
import { basePath } from './base-path';

/** Loaded when first opened: who logs in needs none of the app page's code, and the other way round. */
const lazyPage = {
  guest: async () => ({ Component: (await import('./session/guest-layout')).GuestLayout }),
  logIn: async () => ({ Component: (await import('./pages/log-in-page')).LogInPage }),
  signUp: async () => ({ Component: (await import('./pages/sign-up-page')).SignUpPage }),
  link: async () => ({ Component: (await import('./session/guest-layout')).LinkLayout }),
  forgotPassword: async () => ({ Component: (await import('./pages/forgot-password-page')).ForgotPasswordPage }),
  resetPassword: async () => ({ Component: (await import('./pages/reset-password-page')).ResetPasswordPage }),
  verifyEmail: async () => ({ Component: (await import('./pages/verify-email-page')).VerifyEmailPage }),
  acceptInvitation: async () => ({ Component: (await import('./pages/accept-invitation-page')).AcceptInvitationPage }),
  account: async () => ({ Component: (await import('./account/account-page')).AccountPage }),
  organisation: async () => ({ Component: (await import('./organisation/organisation-layout')).OrganisationLayout }),
  createOrganisation: async () => ({ Component: (await import('./organisation/create-organisation-page')).CreateOrganisationPage }),
  team: async () => ({ Component: (await import('./team/team-page')).TeamPage }),
  tokens: async () => ({ Component: (await import('./tokens/tokens-page')).TokensPage }),
  audit: async () => ({ Component: (await import('./audit/audit-page')).AuditPage }),
  organisationSettings: async () => ({ Component: (await import('./organisation/settings-page')).OrganisationSettingsPage }),
  operator: async () => ({ Component: (await import('./operator/operator-layout')).OperatorLayout }),
  operatorTenants: async () => ({ Component: (await import('./operator/tenants-page')).OperatorTenantsPage }),
  operatorTenant: async () => ({ Component: (await import('./operator/tenant-page')).OperatorTenantPage }),
  operatorNeighbours: async () => ({ Component: (await import('./operator/neighbours-page')).NeighboursPage }),
  operatorNodes: async () => ({ Component: (await import('./operator/nodes-page')).NodesPage }),
  operatorQueues: async () => ({ Component: (await import('./operator/queues-page')).QueuesPage }),
  operatorLog: async () => ({ Component: (await import('./operator/log-page')).OperatorLogPage }),
  apps: async () => ({ Component: (await import('./pages/apps-page')).AppsPage }),
  createApp: async () => ({ Component: (await import('./apps-list/create-app-modal')).CreateAppModal }),
  app: async () => ({ Component: (await import('./app-page/app-layout')).AppLayout }),
  console: async () => ({ Component: (await import('./console/console-page')).ConsolePage }),
  send: async () => ({ Component: (await import('./event-creator/creator-page')).CreatorPage }),
  channels: async () => ({ Component: (await import('./channels/channels-page')).ChannelsPage }),
  channel: async () => ({ Component: (await import('./channels/channel-page')).ChannelPage }),
  connections: async () => ({ Component: (await import('./connections/connections-page')).ConnectionsPage }),
  connection: async () => ({ Component: (await import('./connections/connection-page')).ConnectionPage }),
  users: async () => ({ Component: (await import('./users/users-page')).UsersPage }),
  user: async () => ({ Component: (await import('./users/user-page')).UserPage }),
  keys: async () => ({ Component: (await import('./keys/keys-page')).KeysPage }),
  webhooks: async () => ({ Component: (await import('./webhooks/list/webhooks-page')).WebhooksPage }),
  createWebhook: async () => ({ Component: (await import('./webhooks/form/create-webhook-page')).CreateWebhookPage }),
  webhook: async () => ({ Component: (await import('./webhooks/endpoint/webhook-layout')).WebhookLayout }),
  deliveries: async () => ({ Component: (await import('./webhooks/deliveries/deliveries-tab')).DeliveriesTab }),
  deadLetters: async () => ({ Component: (await import('./webhooks/dead-letters/dead-letters-tab')).DeadLettersTab }),
  queue: async () => ({ Component: (await import('./webhooks/queue/queue-tab')).QueueTab }),
  verify: async () => ({ Component: (await import('./webhooks/verify/verify-tab')).VerifyTab }),
  webhookSettings: async () => ({ Component: (await import('./webhooks/endpoint/settings-tab')).SettingsTab }),
  tenantUsage: async () => ({ Component: (await import('./usage/tenant-usage-page')).TenantUsagePage }),
  usage: async () => ({ Component: (await import('./usage/app-usage-page')).AppUsagePage }),
  authTester: async () => ({ Component: (await import('./auth-tester/auth-tester-page')).AuthTesterPage }),
  overview: async () => ({ Component: (await import('./overview/overview-page')).OverviewPage }),
  settings: async () => ({ Component: (await import('./settings/settings-page')).SettingsPage }),
};

const webhookSections: RouteObject[] = [
  { index: true, element: <Navigate to="deliveries" replace /> },
  { path: 'deliveries/:deliveryId?', lazy: lazyPage.deliveries },
  { path: 'dead-letters/:deliveryId?', lazy: lazyPage.deadLetters },
  { path: 'queue', lazy: lazyPage.queue },
  { path: 'verify', lazy: lazyPage.verify },
  { path: 'settings', lazy: lazyPage.webhookSettings },
  { path: '*', element: <NotFound /> },
];

const appSections: RouteObject[] = [
  { index: true, lazy: lazyPage.overview },
  { path: 'usage', lazy: lazyPage.usage },
  { path: 'auth-tester', lazy: lazyPage.authTester },
  { path: 'console', lazy: lazyPage.console },
  { path: 'send', lazy: lazyPage.send },
  { path: 'channels', lazy: lazyPage.channels },
  { path: 'channels/:channel', lazy: lazyPage.channel },
  { path: 'connections', lazy: lazyPage.connections },
  { path: 'connections/:socketId', lazy: lazyPage.connection },
  { path: 'users', lazy: lazyPage.users },
  { path: 'users/:userId', lazy: lazyPage.user },
  { path: 'keys', lazy: lazyPage.keys },
  { path: 'webhooks', lazy: lazyPage.webhooks },
  { path: 'webhooks/new', lazy: lazyPage.createWebhook },
  { path: 'webhooks/:webhookId', lazy: lazyPage.webhook, children: webhookSections },
  { path: 'settings', lazy: lazyPage.settings },
  { path: '*', element: <NotFound /> },
];

const organisationSections: RouteObject[] = [
  { index: true, element: <Navigate to="team" replace /> },
  { path: 'team', lazy: lazyPage.team },
  { path: 'tokens', lazy: lazyPage.tokens },
  { path: 'usage', lazy: lazyPage.tenantUsage },
  { path: 'audit', lazy: lazyPage.audit },
  { path: 'settings', lazy: lazyPage.organisationSettings },
  { path: '*', element: <NotFound /> },
];

const operatorSections: RouteObject[] = [
  { index: true, element: <Navigate to="tenants" replace /> },
  { path: 'tenants', lazy: lazyPage.operatorTenants },
  { path: 'tenants/:tenantId', lazy: lazyPage.operatorTenant },
  { path: 'neighbours', lazy: lazyPage.operatorNeighbours },
  { path: 'nodes', lazy: lazyPage.operatorNodes },
  { path: 'queues', lazy: lazyPage.operatorQueues },
  { path: 'log', lazy: lazyPage.operatorLog },
  { path: '*', element: <NotFound /> },
];

export const routes: RouteObject[] = [
  {
    errorElement: <main><RouteError /></main>,
    // Shown until the first page's code is here; the canvas alone is calmer than a flash of something.
    hydrateFallbackElement: <></>,
    children: [
      {
        lazy: lazyPage.guest,
        children: [
          { path: 'login', lazy: lazyPage.logIn },
          { path: 'signup', lazy: lazyPage.signUp },
        ],
      },
      {
        lazy: lazyPage.link,
        children: [
          { path: 'forgot-password', lazy: lazyPage.forgotPassword },
          { path: 'reset-password', lazy: lazyPage.resetPassword },
          { path: 'verify-email', lazy: lazyPage.verifyEmail },
          { path: 'accept-invitation', lazy: lazyPage.acceptInvitation },
        ],
      },
      {
        element: <SignedInLayout />,
        children: [
          {
            // Inside the layout, so that a fault in one page leaves the header usable.
            errorElement: <RouteError />,
            children: [
              { index: true, element: <Navigate to="/apps" replace /> },
              { path: 'account', lazy: lazyPage.account },
              { path: 'organisation/new', lazy: lazyPage.createOrganisation },
              { path: 'operator', lazy: lazyPage.operator, children: operatorSections },
            ],
          },
          {
            element: <TenantGate />,
            errorElement: <RouteError />,
            children: [
              { path: 'organisation', lazy: lazyPage.organisation, children: organisationSections },
              { path: 'apps', lazy: lazyPage.apps, children: [{ path: 'new', lazy: lazyPage.createApp }] },
              { path: 'apps/:appId', lazy: lazyPage.app, children: appSections },
            ],
          },
        ],
      },
      { path: '*', element: <main><NotFound /></main> },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes, { basename: basePath });
