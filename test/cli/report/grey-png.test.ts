import { encode } from "fast-png";
import { expect, it } from "vitest";
import { greyPng } from "../../../src/cli/report/grey-png.js";
import { readPng } from "../../../src/digits/png.js";

it.each([
  [1, 1],
  [28, 28],
  [3, 70],
  [300, 2],
])("writes %i × %i grey pixels as another encoder does", (width, height) => {
  const pixels = Uint8Array.from({ length: width * height }, (_, index) => (index * index * 7) % 256);
  const png = greyPng(width, height, pixels);
  expect(Buffer.from(png)).toEqual(Buffer.from(encode({ width, height, data: pixels, depth: 8, channels: 1 })));
  expect(readPng(png)).toMatchObject({ width, height, data: pixels });
});
