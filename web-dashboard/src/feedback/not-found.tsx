import { usePageTitle } from '../shell/page-title';
import { MessagePage } from './message-page';

const TEXTS = {
  page: 'The address may be mistyped, or the page may have moved.',
  app: 'It may have been deleted, or it belongs to another organisation.',
  endpoint: 'It may have been deleted, or it belongs to another app.',
};

export function NotFound({ what = 'page' }: { what?: keyof typeof TEXTS }) {
  usePageTitle('Not found');
  return (
    <MessagePage title={`There is no such ${what}`} action={{ label: 'Go to your apps', href: '/apps' }}>
      {TEXTS[what]}
    </MessagePage>
  );
}
