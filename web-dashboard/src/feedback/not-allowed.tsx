import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { holdersOf, useRole, type Right } from '../session/rights';
import { EmptyState } from './empty-state';

/** In place of what one's role does not show: whose does, so that one knows whom to ask. */
export function NotAllowed({ right, title, children }: { right: Right; title: string; children?: ReactNode }) {
  const role = useRole();
  return (
    <EmptyState icon={<IconLock size={26} />} title={title}>
      Your role here is {role}; this takes {holdersOf(right)}. {children}
    </EmptyState>
  );
}
