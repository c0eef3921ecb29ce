const THINGS: Record<string, string> = {
  app: 'App',
  key: 'Key',
  webhook: 'Webhook endpoint',
  member: 'Member',
  invitation: 'Invitation',
  token: 'Token',
  tenant: 'Organisation',
};

const VERBS: Record<string, string> = { created: 'created', updated: 'changed', deleted: 'deleted' };

/** What was done and changed nothing that is stored. */
const ACTS: Record<string, string> = {
  'event.sent': 'Event sent',
  'connection.managed': 'Connection managed',
  'key.revealed': 'Secret of a key revealed',
  'webhook.replayed': 'Webhook deliveries replayed',
  'webhook.verified': 'Webhook signature verified',
  'user.logged_in': 'Logged in',
  'user.second_factor_failed': 'Wrong second factor',
  'user.recovery_code_used': 'Recovery code used',
};

/** "App changed". One that is not known here is shown as the log has it. */
export function actionText(action: string): string {
  const [thing = '', verb = ''] = action.split('.');
  const [noun, done] = [THINGS[thing], VERBS[verb]];
  return ACTS[action] ?? (noun !== undefined && done !== undefined ? `${noun} ${done}` : action);
}

/** A thing's name alone stands for all that is done to it. */
export const ACTION_CHOICES = [
  ...Object.entries(THINGS).map(([value, label]) => ({ value, label: `${label}: any change` })),
  ...Object.entries(ACTS).map(([value, label]) => ({ value, label })),
];
