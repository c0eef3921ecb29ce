/** Why a text is no JSON, in the browser's words; null when it is. */
export function jsonFault(text: string): string | null {
  if (text.trim() === '') return 'Write JSON: {} for nothing, quotation marks around a text.';
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`;
  }
}
