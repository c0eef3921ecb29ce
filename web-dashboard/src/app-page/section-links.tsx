import { Badge } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import { formatNumber } from '../format/count';
import classes from './section-links.module.css';

export interface SectionLink {
  to: string;
  label: string;
  /** Only its very address counts as being there. */
  end?: boolean;
  /** How much is to be found there; 0 is not shown. */
  amount?: number;
  color?: string;
}

/** Links that look like tabs: each section has its own address. */
export function SectionLinks({ label, links }: { label: string; links: readonly SectionLink[] }) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();

  // On a phone the section one is in may lie beyond the edge.
  useLayoutEffect(() => {
    const here = nav.current?.querySelector('[aria-current="page"]');
    if (!nav.current || !here) return;
    const beyond = here.getBoundingClientRect().right - nav.current.getBoundingClientRect().right;
    if (beyond > 0) nav.current.scrollLeft += beyond;
  }, [pathname]);

  return (
    <nav ref={nav} aria-label={label} className={classes.sections}>
      {links.map(({ to, label: text, end = false, amount = 0, color = 'gray' }) => (
        <NavLink key={to} to={to} end={end} className={classes.section ?? ''}>
          {text}
          {amount > 0 && (
            <Badge size="sm" variant="light" color={color} ml={6}>
              {formatNumber(amount)}
            </Badge>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
