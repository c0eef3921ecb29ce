import { usePageTitle } from '../shell/page-title';
import { MessagePage } from './message-page';

export function NotFound({ what = 'page' }: { what?: 'page' | 'app' }) {
  usePageTitle('Not found');
  const text =
    what === 'app'
      ? 'It may have been deleted, or it belongs to another organisation.'
      : 'The address may be mistyped, or the page may have moved.';
  return (
    <MessagePage title={`There is no such ${what}`} action={{ label: 'Go to your apps', href: '/apps' }}>
      {text}
    </MessagePage>
  );
}
