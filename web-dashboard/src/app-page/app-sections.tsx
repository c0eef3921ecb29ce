import classes from './app-page.module.css';
import { SectionLinks } from './section-links';

const SECTIONS = [
  { path: '', label: 'Getting started' },
  { path: '/keys', label: 'Keys' },
  { path: '/webhooks', label: 'Webhooks' },
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
