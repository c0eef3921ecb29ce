import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCompact } from '../format/count';
import type { ChartData } from './series';
import { formatTick } from './ticks';

const GAP_X = 64;
const GAP_Y = 30;
const AXIS_X = 26;
const AXIS_Y = 46;
const LINE = 1.75;

export type Plot = uPlot;

/**
 * Draws on a canvas in `host`, or not at all where the browser has none to give: the same figures are there as a
 * table. `onPoint` gets the place of the point that is pointed at.
 */
export function createPlot(host: HTMLElement, data: ChartData, onPoint: (index: number | null) => void): Plot | null {
  if (document.createElement('canvas').getContext('2d') === null) return null;
  const color = (name: string) => getComputedStyle(host).getPropertyValue(name).trim() || 'gray';
  const axis = {
    stroke: color('--mantine-color-dimmed'),
    grid: { stroke: color('--cp-line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const options: uPlot.Options = {
    width: host.clientWidth,
    height: host.clientHeight,
    // UTC, as all figures are counted.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      {
        ...axis,
        space: GAP_X,
        size: AXIS_X,
        grid: { show: false },
        values: (_plot, ticks, _axis, _space, step) => ticks.map((at) => formatTick(at, step)),
      },
      { ...axis, space: GAP_Y, size: AXIS_Y, values: (_plot, ticks) => ticks.map(formatCompact) },
    ],
    series: [
      {},
      ...data.series.map((series, index) => ({
        label: series.label,
        stroke: color(series.color),
        width: LINE,
        ...(series.dashed && { dash: [5, 4] }),
        ...(index === 0 && { fill: `color-mix(in srgb, ${color(series.color)} 12%, transparent)` }),
        points: { show: data.times.length < 2 },
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
  return new uPlot(options, toAligned(data), host);
}

export function updatePlot(plot: Plot, data: ChartData) {
  plot.setData(toAligned(data));
}

const toAligned = ({ times, series }: ChartData): uPlot.AlignedData => [[...times], ...series.map(({ values }) => [...values])];
