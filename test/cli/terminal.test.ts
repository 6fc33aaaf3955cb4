import { expect, it } from "vitest";
import { curveChart, drawDigits } from "../../src/cli/terminal.js";

const curve = (epochs: number) => Array.from({ length: epochs }, (_, epoch) => 1 - 0.5 / (epoch + 1));

it.each([
  [1, [1]],
  [3, [1, 2, 3]],
  [25, [1, 5, 10, 15, 20, 25]],
  [100, [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
  [250, [1, 50, 100, 150, 200, 250]],
])("a chart of %i epochs names the epochs %j, and even steps of the values", (epochs, named) => {
  const lines = curveChart({ title: "accuracy", train: curve(epochs), validation: [], most: 1 }, false, 100, 30)
    .trim()
    .split("\n");
  const axis = lines.findIndex((line) => line.includes("└"));
  expect(lines[axis + 1]?.trim().split(/ +/).map(Number)).toEqual(named);
  const values = lines.flatMap((line) => /^([\d.]+)┤/.exec(line)?.[1] ?? []).map(Number);
  expect(values).toEqual([1, 0.875, 0.75, 0.625, 0.5]);
  expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(100);
});

it.each([
  [120, [4]],
  [100, [2, 2]],
  [60, [2, 2]],
  [30, [1, 1, 1, 1]],
])("four digits in %i columns stand in even rows", (columns, expected) => {
  const image = new Uint8Array(784);
  const text = drawDigits([image, image, image, image], ["a5", "b0", "c4", "d1"], false, columns);
  const titles = text.split("\n").filter((line) => /[a-d]\d/.test(line));
  expect(titles.map((line) => line.split(/ +/).length)).toEqual(expected);
});

it("images of any size are drawn: odd heights, narrower than their titles, and not if they do not fit", () => {
  const image = Uint8Array.of(255, 0, 0, 255, 255, 255);
  expect(drawDigits([image, image], ["abcd", "ef"], false, 80, [3, 2]).split("\n")).toEqual([
    "abcd  ef",
    "==    ==",
    "==    ==",
  ]);
  const text = drawDigits([new Uint8Array(200 * 3)], ["a"], false, 80, [3, 200]);
  expect(text).toBe("images of 3x200 are too wide to draw in 80 characters");
});
