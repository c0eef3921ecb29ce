import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MASKED_SECRET } from '../snippets/connection';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';
import { usage } from '../usage/test-usage';

/** An EventSource whose messages the test sends. */
class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeStream;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeStream.last = this;
  }
  close() {}
  send(type: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

const answers = {
  'GET /api/v1/me': { body: session },
  'GET /api/v1/apps/4821907': { body: app },
  'GET /api/v1/apps/4821907/usage?step=minute': {
    body: usage({ step: 'minute', amounts: [{ messages_out: 120 }], total: { connections_peak: 7, connections_average: 2.5 } }),
  },
  'GET /api/v1/apps/4821907/usage?step=hour': { body: usage({ total: { connections_peak: 40 } }) },
  'POST /api/v1/apps/4821907/keys/k1/reveal': { body: { key: 'a1b2c3', secret: 'open-sesame' } },
  'POST /api/v1/apps/4821907/events': { body: { subscribers: 2 } },
};

const snippet = async (id: string) => await screen.findByTestId(`snippet-${id}`);
const done = (step: string) => screen.getByTestId(`live-${step}`).dataset.done;

beforeEach(() => {
  vi.stubGlobal('EventSource', FakeStream);
});

describe('snippets', () => {
  it('hold the key and this address, and mask the secret until it is revealed', async () => {
    stubApi(answers);
    renderAt('/apps/4821907');
    expect((await snippet('browser')).textContent).toContain("new Pusher('a1b2c3'");
    expect((await snippet('browser')).textContent).toContain(`wsHost: '${window.location.hostname}'`);
    const node = await snippet('server-node');
    expect(node.textContent).toContain(`secret: '${MASKED_SECRET}'`);

    await userEvent.click(screen.getAllByRole('button', { name: 'Reveal secret' })[0]!);
    await waitFor(() => expect(node.textContent).toContain("secret: 'open-sesame'"));
    expect((await snippet('server-python')).textContent).toContain("secret='open-sesame'");
  });

  it('copy with the real secret although it stays masked on the page', async () => {
    stubApi(answers);
    const user = userEvent.setup();
    renderAt('/apps/4821907');
    const node = await snippet('server-node');
    await user.click(screen.getByRole('button', { name: 'Copy trigger.cjs' }));
    await waitFor(async () => expect(await navigator.clipboard.readText()).toContain("secret: 'open-sesame'"));
    expect(node.textContent).toContain(MASKED_SECRET);
    expect(node.textContent).not.toContain('open-sesame');
  });
});

describe('live panel', () => {
  it('says why it is empty, ticks by itself, and shows foreign text as text', async () => {
    stubApi(answers);
    renderAt('/apps/4821907');
    await snippet('browser');
    const stream = FakeStream.last;
    expect(stream.url).toBe('/api/v1/apps/4821907/live');
    act(() => {
      stream.onopen?.();
      stream.send('snapshot', { connections: 0, channels: 0 });
    });
    expect(screen.getByTestId('live-stream').textContent).toBe('Live');
    expect(screen.getByTestId('live-feed').textContent).toContain('0 connections. Run the browser snippet');
    expect([done('connected'), done('subscribed'), done('received')]).toEqual(['false', 'false', 'false']);

    const message = '<img src=x onerror=alert(1)>';
    stream.send('activity', { at: 1, kind: 'connected', socket_id: '1.1', client: null });
    stream.send('activity', { at: 2, kind: 'subscribed', socket_id: '1.1', channel: 'my-channel' });
    stream.send('activity', { at: 3, kind: 'refused', socket_id: '1.1', message });
    await waitFor(() => expect([done('connected'), done('subscribed'), done('received')]).toEqual(['true', 'true', 'false']));
    expect(screen.getByText(`Refused: ${message}`)).toBeTruthy();
    expect(document.querySelector('img')).toBeNull();

    act(() => stream.onerror?.());
    expect(screen.getByTestId('live-stream').textContent).toBe('Reconnecting');
  });

  it('reports how many subscribers a test event reached', async () => {
    const calls = stubApi(answers);
    renderAt('/apps/4821907');
    await userEvent.click(await screen.findByRole('button', { name: 'Send a test event' }));
    expect(await screen.findByText('Reached 2 subscribers.')).toBeTruthy();
    expect(calls.at(-1)?.body).toMatchObject({ channel: 'my-channel', name: 'my-event' });
  });
});

describe('graphs', () => {
  it('name peak and average, and tell the rate of messages', async () => {
    stubApi(answers);
    renderAt('/apps/4821907');
    const connections = await screen.findByRole('region', { name: 'Connections' });
    await waitFor(() => expect(connections.textContent).toContain('Peak7'));
    expect(connections.textContent).toContain('Average2.5');
    expect(screen.getByRole('region', { name: 'Messages per second' }).textContent).toContain('Out2 now');
  });

  it('show the time that the address names', async () => {
    stubApi(answers);
    const { router } = renderAt('/apps/4821907');
    await userEvent.click(await screen.findByRole('radio', { name: '24 hours' }));
    expect(router.state.location.search).toBe('?range=24h');
    const connections = screen.getByRole('region', { name: 'Connections' });
    await waitFor(() => expect(connections.textContent).toContain('Peak40'));
  });
});
