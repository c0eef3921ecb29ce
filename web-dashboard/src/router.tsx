import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { CreateAppModal } from './apps-list/create-app-modal';
import { NotFound } from './feedback/not-found';
import { RouteError } from './feedback/route-error';
import { AppsPage } from './pages/apps-page';
import { SignedInLayout } from './session/signed-in-layout';
import { basePath } from './base-path';

/** Loaded when first opened: who logs in needs none of the app page's code, and the other way round. */
const lazyPage = {
  guest: async () => ({ Component: (await import('./session/guest-layout')).GuestLayout }),
  logIn: async () => ({ Component: (await import('./pages/log-in-page')).LogInPage }),
  signUp: async () => ({ Component: (await import('./pages/sign-up-page')).SignUpPage }),
  app: async () => ({ Component: (await import('./app-page/app-layout')).AppLayout }),
  gettingStarted: async () => ({ Component: (await import('./getting-started/getting-started-page')).GettingStartedPage }),
  keys: async () => ({ Component: (await import('./keys/keys-page')).KeysPage }),
  webhooks: async () => ({ Component: (await import('./webhooks/list/webhooks-page')).WebhooksPage }),
  createWebhook: async () => ({ Component: (await import('./webhooks/form/create-webhook-page')).CreateWebhookPage }),
  webhook: async () => ({ Component: (await import('./webhooks/endpoint/webhook-layout')).WebhookLayout }),
  deliveries: async () => ({ Component: (await import('./webhooks/deliveries/deliveries-tab')).DeliveriesTab }),
  deadLetters: async () => ({ Component: (await import('./webhooks/dead-letters/dead-letters-tab')).DeadLettersTab }),
  queue: async () => ({ Component: (await import('./webhooks/queue/queue-tab')).QueueTab }),
  verify: async () => ({ Component: (await import('./webhooks/verify/verify-tab')).VerifyTab }),
  webhookSettings: async () => ({ Component: (await import('./webhooks/endpoint/settings-tab')).SettingsTab }),
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
  { index: true, lazy: lazyPage.gettingStarted },
  { path: 'keys', lazy: lazyPage.keys },
  { path: 'webhooks', lazy: lazyPage.webhooks },
  { path: 'webhooks/new', lazy: lazyPage.createWebhook },
  { path: 'webhooks/:webhookId', lazy: lazyPage.webhook, children: webhookSections },
  { path: 'settings', lazy: lazyPage.settings },
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
        element: <SignedInLayout />,
        children: [
          {
            // Inside the layout, so that a fault in one page leaves the header usable.
            errorElement: <RouteError />,
            children: [
              { index: true, element: <Navigate to="/apps" replace /> },
              { path: 'apps', element: <AppsPage />, children: [{ path: 'new', element: <CreateAppModal /> }] },
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
