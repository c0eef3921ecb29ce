import { Table } from '@mantine/core';
import classes from './chart.module.css';
import { formatValue } from './legend';
import type { ChartData } from './series';
import { formatPointTime } from './ticks';

/** A chart's figures, newest first. */
export function ChartTable({ caption, data: { times, series, format } }: { caption: string; data: ChartData }) {
  const places = times.map((_, index) => index).reverse();
  return (
    <div className={classes.table} tabIndex={0} role="region" aria-label={`${caption}: table`}>
      <Table stickyHeader fz="xs" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">From (UTC)</Table.Th>
            {series.map(({ label }) => (
              <Table.Th key={label} scope="col" ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {places.map((place) => (
            <Table.Tr key={times[place]}>
              <Table.Th scope="row" fw={400} className={classes.time}>
                {formatPointTime(times[place] ?? 0)}
              </Table.Th>
              {series.map(({ label, values }) => (
                <Table.Td key={label} ta="right">
                  {formatValue(values[place], format)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
