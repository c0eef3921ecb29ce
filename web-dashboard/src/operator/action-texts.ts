const ACTIONS: Record<string, string> = {
  'operator.granted': 'Operator made',
  'operator.revoked': 'Operator unmade',
  'tenant.updated': 'Limits changed',
  'node.drain_started': 'Drain started',
  'node.drain_cancelled': 'Drain ended',
  'mail.retried': 'Mail tried again',
};

/** "Organisation suspended". One that is not known here is shown as the log has it. */
export function operatorActionText(action: string, after: Record<string, unknown> | null): string {
  if (action === 'tenant.updated' && after !== null && 'suspended_at' in after) {
    return after.suspended_at === null ? 'Organisation resumed' : 'Organisation suspended';
  }
  return ACTIONS[action] ?? action;
}
