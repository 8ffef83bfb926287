import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import { clock } from '../format.js';
import { onThemeChange } from '../theme.js';

export interface ChartProps {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly format: (value: number) => string;
}

const HEIGHT = 72;
const MINUTE = 60;

/** One figure over the last five minutes. All charts of a page show the moment that is pointed at in one of them. */
export function Chart({ title, times, values, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const [pointed, setPointed] = useState<number>();
  useEffect(() => {
    const target = place.current;
    if (target === null) return;
    const drawn = new UPlot(optionsFor(target, setPointed), [[], []], target);
    plot.current = drawn;
    const resized = new ResizeObserver(() => drawn.setSize({ width: target.clientWidth, height: HEIGHT }));
    resized.observe(target);
    const ignore = onThemeChange(() => drawn.redraw());
    return () => {
      ignore();
      resized.disconnect();
      drawn.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData([[...times], [...values]]), [times, values]);
  const now = values.at(-1);
  const at = pointed === undefined ? undefined : times[pointed];
  const shown = (pointed === undefined ? undefined : values[pointed]) ?? now;
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-value">{shown === undefined ? '–' : format(shown)}</span>
        <span class="quiet chart-time">
          {at === undefined ? highestText(values, format) : clock(at * 1_000)}
        </span>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={summary(title, values, format)} />
    </figure>
  );
}

function highestText(values: readonly number[], format: ChartProps['format']): string {
  return values.length === 0 ? '' : `max ${format(Math.max(...values))}`;
}

function summary(title: string, values: readonly number[], format: ChartProps['format']): string {
  const last = values.at(-1);
  if (last === undefined) return `${title}: nothing yet`;
  const [lowest, highest] = [Math.min(...values), Math.max(...values)].map(format);
  return `${title}: now ${format(last)}, between ${lowest} and ${highest} in the last five minutes`;
}

function optionsFor(target: HTMLElement, point: (index: number | undefined) => void): UPlot.Options {
  // A canvas knows no variables of style sheets: the colours are read from borders that are not drawn.
  const colour = () => getComputedStyle(target).color;
  const line = () => getComputedStyle(target).borderTopColor;
  const fill = () => getComputedStyle(target).borderBottomColor;
  return {
    width: target.clientWidth,
    height: HEIGHT,
    padding: [6, 2, 2, 2],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { setScale: false, x: false, y: false },
      sync: { key: 'moment' },
      points: { size: 6 },
    },
    scales: {
      x: { time: true, range: (_, __, max) => [max - 5 * MINUTE, max] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        show: true,
        size: 0,
        ticks: { show: false },
        grid: { stroke: line, width: 1 },
        splits: minutes,
        values: unnamed,
      },
      {
        show: true,
        size: 0,
        ticks: { show: false },
        grid: { stroke: line, width: 1 },
        splits: bounds,
        values: unnamed,
      },
    ],
    series: [{}, { stroke: colour, width: 1.5, fill, points: { show: false } }],
    hooks: { setCursor: [({ cursor: { idx } }) => point(idx ?? undefined)] },
  };
}

function minutes(_: UPlot, __: number, min: number, max: number): number[] {
  const first = Math.ceil(min / MINUTE) * MINUTE;
  return Array.from(
    { length: Math.max(0, Math.floor((max - first) / MINUTE) + 1) },
    (_each, i) => first + i * MINUTE,
  );
}

function bounds(_: UPlot, __: number, min: number): number[] {
  return [min];
}

function unnamed(_: UPlot, splits: number[]): string[] {
  return splits.map(() => '');
}
