import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme, themeColour } from "../page/theme.js";

/** A curve of a chart. */
export interface Curve {
  readonly name: string;
  /** Custom property with its colour. */
  readonly colour: string;
  readonly points?: boolean;
}

interface Props {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Shared x values, then one array a curve; null where it has no point. */
  readonly data: uPlot.AlignedData;
  /** Right end of the x axis, if it is known. */
  readonly end?: number | undefined;
  readonly range?: uPlot.Range.Function;
  readonly format: (value: number) => string;
  /** What the chart says, for those who do not see it. */
  readonly summary: string;
}

const HEIGHT = 240;

/** Curves over the epochs. Drawn once a frame at most, however often the data change. */
export function Chart({ title, curves, data, end, range, format, summary }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(data);
  const frame = useRef(0);
  newest.current = data;
  const colours = theme.value;

  useEffect(() => {
    const parent = box.current as HTMLDivElement;
    const axis = {
      stroke: themeColour("--muted"),
      font: `12px ${themeColour("--font")}`,
      grid: { stroke: themeColour("--line"), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: parent.clientWidth,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        cursor: { y: false, points: { size: 7 } },
        legend: { live: true, markers: { width: 0, fill: (_, i) => themeColour(curves[i - 1]?.colour ?? "--ink") } },
        scales: {
          x: { time: false, range: (_, low, high) => [Math.min(0, low), Math.max(end ?? 1, high)] },
          y: range ? { range } : {},
        },
        axes: [
          { ...axis, size: 28 },
          { ...axis, size: 56, values: (_, splits) => splits.map(format) },
        ],
        series: [
          { label: "epoch", value: (_, value) => (value === null ? "–" : value.toFixed(value % 1 ? 2 : 0)) },
          ...curves.map(
            ({ name, colour, points = false }): uPlot.Series => ({
              label: name,
              stroke: themeColour(colour),
              width: 2,
              spanGaps: true,
              points: { show: points, size: 6, fill: themeColour(colour) },
              value: (_, value) => (value === null ? "–" : format(value)),
            }),
          ),
        ],
      },
      newest.current,
      parent,
    );
    plot.current = made;
    const resizing = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: HEIGHT }));
    resizing.observe(parent);
    return () => {
      resizing.disconnect();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      made.destroy();
    };
  }, [colours, end, range, format, curves]);

  useEffect(() => {
    if (frame.current) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      plot.current?.setData(newest.current);
    });
  }, [data]);

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={summary} />
    </figure>
  );
}
