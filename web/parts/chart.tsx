import "uplot/dist/uPlot.min.css";
import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Curve } from "../page/curve.js";
import { queueDrawing } from "../page/draw-queue.js";
import { theme, themeColour } from "../page/theme.js";

/** A line of a chart. */
export interface Series {
  readonly name: string;
  /** The custom property with its colour. */
  readonly colour: string;
  readonly points?: boolean;
}

interface Props {
  readonly title: string;
  readonly series: readonly Series[];
  readonly curve: Curve;
  /** The right end of the x axis, unless the curve is longer. */
  readonly end: ReadonlySignal<number>;
  readonly range?: uPlot.Range.Function;
  readonly format: (value: number) => string;
  /** The chart in words, for screen readers. */
  readonly summary: ReadonlySignal<string>;
}

const HEIGHT = 240;
/** Time between two drawings: a chart takes a few milliseconds to draw, and a run's curve moves slowly. */
const MILLISECONDS = 200;

/** A curve over the epochs. The component renders once; the chart then draws each change itself. */
export function Chart(props: Props) {
  const { title, series, curve, end, range, format, summary } = props;
  const box = useRef<HTMLDivElement>(null);
  const colours = theme.value;

  useEffect(() => {
    let stop = () => {};
    const cancel = queueDrawing(() => {
      stop = mount(props, box.current as HTMLDivElement);
    });
    return () => {
      cancel();
      stop();
    };
  }, [colours, series, curve, end, range, format]);

  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={summary} />
    </figure>
  );
}

/** Draws the chart now and whenever it changes. @returns a function that removes it */
function mount(props: Props, parent: HTMLElement): () => void {
  const { curve, end } = props;
  const plot = new uPlot(plotOptions(props, parent.clientWidth), curve.data, parent);
  const resizing = new ResizeObserver(() => {
    // The observer also reports the first size.
    if (parent.clientWidth !== plot.width) plot.setSize({ width: parent.clientWidth, height: HEIGHT });
  });
  resizing.observe(parent);
  const stop = drawWhenChanged(plot, curve, end);
  return () => {
    stop();
    resizing.disconnect();
    plot.destroy();
  };
}

function drawWhenChanged(plot: uPlot, curve: Curve, end: ReadonlySignal<number>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cancel = () => {};
  let drawn = performance.now();
  let made = true;
  const draw = () => {
    timer = undefined;
    drawn = performance.now();
    plot.setData(curve.data);
  };
  const stop = effect(() => {
    curve.version.value;
    end.value;
    // The plot has already drawn its first data.
    if (made) {
      made = false;
      return;
    }
    timer ??= setTimeout(
      () => {
        cancel = queueDrawing(draw);
      },
      Math.max(0, drawn + MILLISECONDS - performance.now()),
    );
  });
  return () => {
    stop();
    clearTimeout(timer);
    cancel();
  };
}

function plotOptions({ series, end, range, format }: Props, width: number): uPlot.Options {
  const axis = {
    stroke: themeColour("--muted"),
    font: `12px ${themeColour("--font")}`,
    grid: { stroke: themeColour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    legend: { live: true, markers: { width: 0, fill: (_, i) => themeColour(series[i - 1]?.colour ?? "--ink") } },
    scales: {
      x: { time: false, range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(end.peek(), high ?? 0)] },
      y: range ? { range } : {},
    },
    axes: [
      { ...axis, size: 28 },
      { ...axis, size: 56, values: (_, splits) => splits.map(format) },
    ],
    series: [
      { label: "epoch", value: (_, value) => (value === null ? "–" : value.toFixed(value % 1 ? 2 : 0)) },
      ...series.map(
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
  };
}
