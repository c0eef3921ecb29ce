import type { Webhook } from '../../api/webhook-types';
import { count } from '../../format/count';
import { formatRelative, formatUtc } from '../../format/time';

/** After how long of nothing but failures the server disables an endpoint. */
const GIVE_UP_MS = 5 * 86_400_000;

export interface NoticeText {
  tone: 'red' | 'orange' | 'gray';
  title: string;
  detail: string;
}

/** What its owner must know about an endpoint, and what to do; null when all is well. */
export function noticeText(webhook: Webhook, nowMs: number): NoticeText | null {
  if (webhook.state === 'disabled') return { tone: 'red', ...disabledText(webhook, nowMs) };
  if (webhook.state === 'paused') {
    const detail = `Events are still recorded and wait. ${keptText(webhook)} Resume to deliver them in order.`;
    return { tone: 'gray', title: `Paused since ${moment(webhook.state_changed_at, nowMs)}`, detail };
  }
  if (webhook.failing_since === null) return null;
  return {
    tone: 'orange',
    title: `Failing since ${moment(webhook.failing_since, nowMs)}`,
    detail: failingText(webhook, webhook.failing_since, nowMs),
  };
}

function disabledText(webhook: Webhook, nowMs: number): { title: string; detail: string } {
  const at = moment(webhook.state_changed_at, nowMs);
  const rest = `Nothing is recorded meanwhile. ${keptText(webhook)} Resume to enable it again from then on.`;
  switch (webhook.disabled_reason) {
    case 'gone':
      return { title: 'Disabled: your server answered 410 Gone', detail: `It did so at ${at}. ${rest}` };
    case 'failing': {
      const since = webhook.failing_since === null ? '' : ` Every attempt since ${formatUtc(webhook.failing_since)} failed.`;
      return { title: 'Disabled after 5 days of nothing but failures', detail: `It was disabled at ${at}.${since} ${rest}` };
    }
    case null:
      return { title: 'Disabled', detail: `It was disabled at ${at}. ${rest}` };
  }
}

function failingText({ last_status, next_attempt_at }: Webhook, since: string, nowMs: number): string {
  const answer = last_status === null ? 'The last attempt got no answer.' : `The last answer was ${last_status}.`;
  const due = next_attempt_at !== null && Date.parse(next_attempt_at) <= nowMs;
  const next =
    next_attempt_at === null ? '' : due ? ' The next attempt is due now.' : ` Next attempt ${formatRelative(next_attempt_at, nowMs)}.`;
  const end = new Date(Date.parse(since) + GIVE_UP_MS).toISOString();
  return `${answer}${next} If nothing succeeds before ${formatUtc(end)}, it is disabled.`;
}

function keptText({ pending }: Webhook): string {
  if (pending === 0) return 'Nothing is waiting.';
  return `${count(pending, 'event')} ${pending === 1 ? 'is' : 'are'} kept.`;
}

const moment = (iso: string, nowMs: number) => `${formatUtc(iso)} (${formatRelative(iso, nowMs)})`;
