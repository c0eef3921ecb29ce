/** How a client is connected, as the server names it (`Transport`). */
const TRANSPORTS: Record<string, string> = {
  websocket: 'WebSocket',
  sockjs_websocket: 'SockJS over WebSocket',
  xhr_streaming: 'XHR streaming',
  xhr_polling: 'XHR polling',
  eventsource: 'SockJS event stream',
  htmlfile: 'SockJS streaming page',
  jsonp: 'JSONP polling',
  sse: 'server-sent events',
  long_polling: 'long polling',
};

/** A newer server may know ways that this page does not; its own name for them is better than none. */
export const transportName = (name: string) => TRANSPORTS[name] ?? name;

export const TRANSPORT_CHOICES = Object.entries(TRANSPORTS).map(([value, label]) => ({ value, label }));
