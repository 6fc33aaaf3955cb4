/** Learning curves as standalone SVG, drawn by ECharts without a browser. */

/** One curve: `values[i]` belongs to epoch i + 1. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

const WIDTH = 720;
const HEIGHT = 400;
/** Up to this many epochs each one gets a symbol; beyond, symbols would hide the line. */
const MOST_SYMBOLS = 30;
const FONT = "system-ui, sans-serif";
const INK = "#1f2328";
const GRID_LINE = "#d8dee4";
/** Curves differ in colour, symbol and dash, so that they can be told apart without colour. */
const COLORS = ["#0b62c4", "#c2410c", "#15803d", "#7e22ce"];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const DASHES = ["solid", "dashed", "dotted"] as const;

/**
 * A line chart of `series` over epochs 1…n, n the longest series' length, as a standalone SVG of 720 × 400 on white. Values
 * that are not finite leave a gap.
 */
export async function curvesSvg(
  title: string,
  yLabel: string,
  series: readonly { name: string; values: readonly number[] }[],
): Promise<string> {
  return renderSvg(chartOption(title, yLabel, series));
}

/**
 * Predicted against true values as a standalone SVG of 720 × 400, with the line on which they are equal. Of many points every
 * n-th is drawn, so that at most 2000 are.
 */
export async function scatterSvg(
  title: string,
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Promise<string> {
  return renderSvg(scatterOption(title, actual, predicted));
}

/** Loads ECharts: other commands should not wait for a chart library. */
async function renderSvg(option: Record<string, unknown>): Promise<string> {
  const [
    { init, use },
    { LineChart, ScatterChart },
    { GridComponent, LegendComponent, TitleComponent },
    { SVGRenderer },
  ] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

const MOST_POINTS = 2000;

function scatterOption(title: string, actual: ArrayLike<number>, predicted: ArrayLike<number>) {
  const every = Math.max(1, Math.ceil(actual.length / MOST_POINTS));
  const points: [number, number][] = [];
  for (let row = 0; row < actual.length; row += every) {
    const point: [number, number] = [actual[row] as number, predicted[row] as number];
    if (point.every(Number.isFinite)) points.push(point);
  }
  const values = points.flat();
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const text = { color: INK, fontFamily: FONT, fontSize: 14 };
  const axis = {
    type: "value",
    nameLocation: "middle",
    nameTextStyle: text,
    axisLabel: text,
    scale: true,
    splitLine: { lineStyle: { color: GRID_LINE } },
    axisLine: { onZero: false, lineStyle: { color: INK } },
  };
  return {
    animation: false,
    backgroundColor: "#ffffff",
    color: COLORS,
    title: { text: title, left: "center", top: 12, textStyle: { ...text, fontSize: 18, fontWeight: 600 } },
    grid: { left: 84, right: 28, top: 56, bottom: 60 },
    xAxis: { ...axis, name: "true", nameGap: 30 },
    yAxis: { ...axis, name: "predicted", nameGap: 62 },
    series: [
      { type: "scatter", data: points, symbolSize: 7, itemStyle: { opacity: 0.6 }, silent: true },
      {
        type: "line",
        data:
          points.length === 0
            ? []
            : [
                [least, least],
                [most, most],
              ],
        showSymbol: false,
        silent: true,
        lineStyle: { width: 2, type: "dashed", color: COLORS[1] },
      },
    ],
  };
}

function chartOption(title: string, yLabel: string, series: readonly Curve[]) {
  const epochs = series.reduce((most, { values }) => Math.max(most, values.length), 0);
  const text = { color: INK, fontFamily: FONT, fontSize: 14 };
  const axisName = { nameLocation: "middle", nameTextStyle: text, axisLabel: text } as const;
  return {
    // A static picture: ECharts would otherwise write the opening animation into the SVG.
    animation: false,
    backgroundColor: "#ffffff",
    color: COLORS,
    title: { text: title, left: "center", top: 12, textStyle: { ...text, fontSize: 18, fontWeight: 600 } },
    legend: {
      bottom: 10,
      itemWidth: 40,
      itemGap: 32,
      selectedMode: false,
      textStyle: text,
      data: series.map(({ name }) => name),
    },
    grid: { left: 76, right: 28, top: 56, bottom: 92 },
    xAxis: {
      ...axisName,
      type: "category",
      name: "epoch",
      nameGap: 30,
      boundaryGap: epochs <= 1,
      axisLine: { onZero: false, lineStyle: { color: INK } },
      data: Array.from({ length: epochs }, (_, index) => String(index + 1)),
    },
    yAxis: {
      ...axisName,
      type: "value",
      name: yLabel,
      nameGap: 54,
      scale: true,
      splitLine: { lineStyle: { color: GRID_LINE } },
    },
    series: series.map(({ name, values }, index) => ({
      type: "line",
      name,
      data: values.map((value) => (Number.isFinite(value) ? value : null)),
      silent: true,
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: 7,
      showSymbol: epochs <= MOST_SYMBOLS,
      showAllSymbol: true,
      lineStyle: { width: 2, type: DASHES[index % DASHES.length] },
    })),
  };
}
