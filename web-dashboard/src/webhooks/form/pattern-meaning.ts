/** A channel pattern in words: `room-*` starts with “room-”. A star stands for any run of characters. */
export function patternMeaning(pattern: string): string {
  const parts = pattern.split(/\*+/);
  if (parts.length === 1) return `is exactly “${pattern}”`;
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const words = [
    first !== '' && `starts with “${first}”`,
    ...parts.slice(1, -1).map((part) => `contains “${part}”`),
    last !== '' && `ends with “${last}”`,
  ].filter((word) => word !== false);
  return words.length === 0 ? 'is any channel' : words.join(', then ');
}
