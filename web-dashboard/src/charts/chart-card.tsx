import { Button, Group, Paper, Skeleton, Title } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useId, useState, type ReactNode } from 'react';
import classes from './chart.module.css';
import { ChartTable } from './chart-table';
import { Legend } from './legend';
import type { ChartData } from './series';

/** Apart from the page's code: figures can be read before the drawing is there. */
const TimePlot = lazy(() => import('./time-plot'));

interface ChartCardProps {
  title: string;
  /** How deep its heading lies. */
  order?: 2 | 3;
  /** Absent while it is not known. */
  data: ChartData | undefined;
  /** Said below the title. */
  children?: ReactNode;
}

/** A chart with its legend, or the same figures as a table. */
export function ChartCard({ title, order = 2, data, children }: ChartCardProps) {
  const id = useId();
  const [isTable, setTable] = useState(false);
  const [point, setPoint] = useState<number | null>(null);
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id} className={classes.card}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={order} id={id}>
          {title}
        </Title>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={isTable ? <IconChartLine size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
          aria-pressed={isTable}
          aria-label={`${title} as a table`}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? 'Chart' : 'Table'}
        </Button>
      </Group>
      {children}
      {data === undefined ? (
        <Skeleton className={classes.loading} />
      ) : isTable ? (
        <ChartTable caption={title} data={data} />
      ) : (
        <>
          <Legend data={data} point={point} />
          <Suspense fallback={<div className={classes.plot} />}>
            <TimePlot label={`${title}: ${describe(data)}`} data={data} onPoint={setPoint} />
          </Suspense>
        </>
      )}
    </Paper>
  );
}

const describe = ({ series }: ChartData) => series.map(({ label, summary }) => `${label} ${summary}`).join(', ');
