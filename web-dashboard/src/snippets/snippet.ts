import type { Language } from './highlight';

export interface Snippet {
  id: string;
  /** The tab's label. */
  label: string;
  language: Language;
  /** The file to save it as. */
  file: string;
  /** Shell commands to run once before. */
  install?: string;
  /** Shell command that runs the file. */
  run?: string;
  code: string;
  usesSecret: boolean;
}
