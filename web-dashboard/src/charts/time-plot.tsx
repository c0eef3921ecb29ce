import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './chart.module.css';
import { createPlot, updatePlot, type Plot } from './plot';
import type { ChartData } from './series';

interface TimePlotProps {
  /** What the picture is of, for who does not see it. */
  label: string;
  data: ChartData;
  onPoint: (index: number | null) => void;
}

/** A chart over time. The library and its canvas are loaded with it, so it is to be imported when first shown. */
export default function TimePlot({ label, data, onPoint }: TimePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef({ data, onPoint });
  const scheme = useComputedColorScheme();
  const shape = data.series.map((series) => series.label).join();

  useEffect(() => {
    latest.current = { data, onPoint };
    if (plot.current !== null) updatePlot(plot.current, data);
  }, [data, onPoint]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    plot.current = createPlot(element, latest.current.data, (index) => latest.current.onPoint(index));
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // Colours are drawn, so another scheme needs another drawing.
  }, [shape, scheme]);

  return <div ref={host} className={classes.plot} role="img" aria-label={label} />;
}
