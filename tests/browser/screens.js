// Every screen: its name, its address, and what is there once it is ready.

export const heading = (name) => (page) => page.getByRole('heading', { name, exact: true });
const text = (words) => (page) => page.getByText(words, { exact: true }).first();
/** A chart is drawn once its code is there. */
export const chart = (page) => page.locator('canvas').last();
const button = (name) => (page) => page.getByRole('button', { name, exact: true }).first();
export const link = (name) => (page) => page.getByRole('link', { name, exact: true }).first();

/** Open to everyone; `tokens` are what mails link to. */
export const guestScreens = (tokens) => [
  ['log-in', '/dashboard/login', heading('Log in')],
  ['sign-up', '/dashboard/signup', heading('Create your account')],
  ['forgot-password', '/dashboard/forgot-password', heading('Forgot your password?')],
  ['reset-password', tokens.reset, heading('Choose a new password')],
  ['verify-email', `/dashboard/verify-email#${'0'.repeat(64)}`, heading('Verify your e-mail address')],
  ['accept-invitation', tokens.invitation, heading('Join Town Square')],
  ['broken-link', '/dashboard/accept-invitation', heading('This link does not work')],
  ['not-found', '/dashboard/nowhere', heading('There is no such page')],
];

export const memberScreens = ({ path }, webhook, socketId) => [
  ['apps', '/dashboard/apps', link(/Market/)],
  ['create-app', '/dashboard/apps/new', (page) => page.getByRole('dialog').getByLabel('Name')],
  ['account', '/dashboard/account', (page) => page.getByRole('list', { name: 'Sessions' })],
  ['create-organisation', '/dashboard/organisation/new', heading('Create an organisation')],
  ['team', '/dashboard/organisation/team', text('hedy@example.com')],
  ['tokens', '/dashboard/organisation/tokens', text('Deployment')],
  ['organisation-usage', '/dashboard/organisation/usage', chart],
  ['audit-log', '/dashboard/organisation/audit', text('That is all.')],
  ['organisation-settings', '/dashboard/organisation/settings', heading('Delete this organisation')],
  ['overview', path, chart],
  ['console', `${path}/console`, text('Live')],
  ['send-event', `${path}/send?channel=news`, heading('Result')],
  ['channels', `${path}/channels`, link('presence-lobby')],
  ['channel', `${path}/channels/presence-lobby`, (page) => page.getByRole('table', { name: 'Members' })],
  ['cache-channel', `${path}/channels/cache-weather`, heading('Remembered event')],
  ['connections', `${path}/connections`, link(socketId)],
  ['connection', `${path}/connections/${socketId}`, heading('Timeline')],
  ['users', `${path}/users`, link('ada')],
  ['user', `${path}/users/ada`, link(socketId)],
  ['keys', `${path}/keys`, text('Being replaced')],
  ['webhooks', `${path}/webhooks`, (page) => page.getByRole('article', { name: 'Ledger' })],
  ['create-webhook', `${path}/webhooks/new`, (page) => page.getByLabel('URL')],
  ['deliveries', `${path}/webhooks/${webhook.id}/deliveries`, (page) => page.getByRole('row').nth(1)],
  ['dead-letters', `${path}/webhooks/${webhook.id}/dead-letters`, heading('No dead letters')],
  ['queue', `${path}/webhooks/${webhook.id}/queue`, heading('Nothing is waiting')],
  ['verify', `${path}/webhooks/${webhook.id}/verify`, (page) => page.getByRole('textbox', { name: 'Headers' })],
  ['webhook-settings', `${path}/webhooks/${webhook.id}/settings`, (page) => page.getByRole('switch', { name: 'Batching' })],
  ['auth-tester', `${path}/auth-tester`, heading('Auth endpoint tester')],
  ['usage', `${path}/usage`, chart],
  ['settings', `${path}/settings`, heading('Delete this app')],
];

/** For who looks after the installation. */
export const operatorScreens = (tenantId) => [
  ['operator-tenants', '/dashboard/operator/tenants', link('Town Square')],
  ['operator-tenant', `/dashboard/operator/tenants/${tenantId}`, heading('Plan and own limits')],
  ['operator-neighbours', '/dashboard/operator/neighbours', link('Town Square')],
  ['operator-nodes', '/dashboard/operator/nodes', button('Drain this node')],
  ['operator-queues', '/dashboard/operator/queues', heading('Occurrences')],
  ['operator-log', '/dashboard/operator/log', text('Organisation suspended')],
];

/** While a node sends its clients away. */
export const drainScreen = ['operator-drain', '/dashboard/operator/nodes', button(/^(Cancel|Take clients again)$/)];
