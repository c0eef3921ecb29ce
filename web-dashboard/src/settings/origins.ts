/** As the server has them (`AllowedOrigin` and `limits::ALLOWED_ORIGINS`). */
const MOST = 100;
const MOST_BYTES = 300;

const LABELS = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** The lines of what people typed, each once. */
export function readOrigins(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** What is wrong with such a text, or null. */
export function originsError(text: string): string | null {
  const origins = readOrigins(text);
  if (origins.length > MOST) return `Enter at most ${MOST} origins.`;
  const wrong = origins.find((origin) => !isOrigin(origin.toLowerCase()));
  if (wrong === undefined) return null;
  return `“${wrong}” is not an origin such as https://www.example.com or https://*.example.com.`;
}

function isOrigin(origin: string): boolean {
  const [, host, port] = /^[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/*$/.exec(origin) ?? [];
  if (host === undefined || origin.length > MOST_BYTES || Number(port ?? 0) > 65_535) return false;
  return host.startsWith('[') ? URL.canParse(`http://${host}`) : LABELS.test(host);
}
