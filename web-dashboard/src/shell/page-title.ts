import { useDocumentTitle } from '@mantine/hooks';

/** The most specific part comes first: it is what a narrow browser tab shows. */
export function usePageTitle(...parts: (string | undefined)[]): void {
  const known = parts.filter((part) => part !== undefined && part !== '');
  useDocumentTitle([...known, 'Campanile'].join(' · '));
}
