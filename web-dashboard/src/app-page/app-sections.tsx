import { NavLink } from 'react-router';
import classes from './app-page.module.css';

const SECTIONS = [
  { path: '', label: 'Getting started' },
  { path: '/keys', label: 'Keys' },
  { path: '/webhooks', label: 'Webhooks' },
  { path: '/settings', label: 'Settings' },
];

/** Links that look like tabs: each section has its own address. */
export function AppSections({ appId }: { appId: string }) {
  return (
    <nav aria-label="Sections of this app" className={classes.sections}>
      {SECTIONS.map(({ path, label }) => (
        <NavLink key={path} to={`/apps/${appId}${path}`} end={path === ''} className={classes.section ?? ''}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
