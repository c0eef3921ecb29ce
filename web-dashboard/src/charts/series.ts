/** One line of a chart. */
export interface Series {
  label: string;
  /** A CSS variable, so that it follows the colour scheme. */
  color: string;
  dashed?: boolean;
  /** One for each time; null for none. */
  values: readonly (number | null)[];
  /** What all of them come to, as the legend tells it while nothing is pointed at. */
  summary: string;
}

export interface ChartData {
  /** In seconds since 1970, oldest first. */
  times: readonly number[];
  series: readonly Series[];
  /** A value as text. */
  format: (value: number) => string;
}

/** Different in both schemes from each other and from the page; lines that may be mixed up are dashed besides. */
export const COLORS = {
  green: '--mantine-color-verdigris-5',
  bronze: '--cp-bronze',
  blue: '--cp-code-name',
  purple: '--cp-code-keyword',
  gray: '--mantine-color-dimmed',
} as const;
