import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { holdersOf, useMay, type Right } from '../session/rights';

interface OnlyWithProps {
  right: Right;
  /** For example "changing settings". */
  what: string;
  children: ReactNode;
}

/** Forms that whoever lacks the right may read but not use: every field and button in them is disabled. */
export function OnlyWith({ right, what, children }: OnlyWithProps) {
  const may = useMay(right);
  return (
    <>
      {!may && (
        <Text fz="sm">
          Your role only looks: {what} takes {holdersOf(right)}.
        </Text>
      )}
      {/* Without a box of its own, for the sake of the layout around it. */}
      <fieldset disabled={!may} style={{ display: 'contents' }}>
        {children}
      </fieldset>
    </>
  );
}
