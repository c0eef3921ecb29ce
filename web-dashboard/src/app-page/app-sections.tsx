import classes from './app-page.module.css';
import { SectionLinks } from './section-links';

const SECTIONS = [
  { path: '', label: 'Overview' },
  { path: '/console', label: 'Console' },
  { path: '/send', label: 'Send event' },
  { path: '/channels', label: 'Channels' },
  { path: '/connections', label: 'Connections' },
  { path: '/users', label: 'Users' },
  { path: '/keys', label: 'Keys' },
  { path: '/webhooks', label: 'Webhooks' },
  { path: '/auth-tester', label: 'Auth tester' },
  { path: '/usage', label: 'Usage' },
  { path: '/settings', label: 'Settings' },
];

export function AppSections({ appId }: { appId: string }) {
  const links = SECTIONS.map(({ path, label }) => ({ to: `/apps/${appId}${path}`, label, end: path === '' }));
  return (
    <div className={classes.sections}>
      <SectionLinks label="Sections of this app" links={links} />
    </div>
  );
}
