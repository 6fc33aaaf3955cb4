import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch } from "node:os";
import { fileURLToPath } from "node:url";
import binaryen from "assemblyscript/binaryen";
import { describe, expect, it } from "vitest";

/** Rows and vectors of each tile: 1 to 6 rows of eight columns, 1 to 4 of sixteen. */
const TILES = [1, 2, 3, 4, 5, 6].flatMap((rows) => [[rows, 2] as const, ...(rows <= 4 ? [[rows, 4] as const] : [])]);
const BINARIES = ["simd", "relaxed", "simd-shared", "relaxed-shared"];
const path = (binary: string) => fileURLToPath(new URL(`../../build/${binary}.wasm`, import.meta.url));

interface Body {
  readonly index: number;
  readonly loops: number;
  readonly splats: number;
  readonly products: number;
  readonly calls: readonly number[];
}

/** What each function of a binary is made of. */
function bodies(binary: string): Body[] {
  const module = binaryen.readBinary(new Uint8Array(readFileSync(path(binary))));
  const all = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  );
  const indices = new Map(all.map(({ name }, index) => [name, index]));
  const found = all.map(({ body }, index) => {
    const text = body ? binaryen.emitText(body) : "";
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    return {
      index,
      loops: count(/\(loop /g),
      splats: count(/\(v128\.load32_splat/g),
      products: count(binary.startsWith("relaxed") ? /\(f32x4\.relaxed_madd/g : /\(f32x4\.mul/g),
      calls: [...text.matchAll(/\(call \$(\S+)/g)].map(([, name]) => indices.get(name as string) as number),
    };
  });
  module.dispose();
  return found;
}

/** A tile's function: one loop with all of its products, as many after it, and no call. */
const microKernels = (all: readonly Body[], rows: number, vectors: number) =>
  all.filter(
    ({ loops, splats, products, calls }) =>
      loops === 1 && splats === rows && products === 2 * rows * vectors && calls.length === 0,
  );

describe.each(BINARIES)("the micro-kernels of %s.wasm", (binary) => {
  const all = bodies(binary);
  const kernels = TILES.map(([rows, vectors]) => microKernels(all, rows, vectors));

  it.each(TILES.map(([rows, vectors], i) => [`${rows}x${vectors * 4}`, i] as const))("%s is one function", (_, i) => {
    expect(kernels[i]?.length).toBe(1);
  });

  it("are called, and not merged into what calls them", () => {
    const indices = kernels.flat().map(({ index }) => index);
    const callers = all.filter(({ calls }) => calls.some((index) => indices.includes(index)));
    expect(new Set(callers.flatMap(({ calls }) => calls.filter((index) => indices.includes(index)))).size).toBe(10);
    // The macro-kernel, and the one for tiles that reach beyond the last column.
    expect(callers.length).toBe(2);
    for (const { products } of callers) expect(products).toBe(0);
  });
});

/** Runs tiles 4x8, 6x8, 2x16 and 4x16 with whole tiles and edges until V8 has optimised them. Argument: a binary's path. */
const EXERCISE = `
  const memory = new WebAssembly.Memory({ initial: 128 });
  const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
  const { exports: kernels } = new WebAssembly.Instance(module, { env: { memory }, host: { awaitParts() {} } });
  const team = Math.ceil(kernels.heapBase() / 64) * 64, x = 1 << 22, end = Date.now() + 2000;
  (function run() {
    for (const tile of [4, 6, 18, 20]) {
      kernels.initTeam(team, 1, tile, team + 1024);
      for (let i = 0; i < 50; ++i) {
        kernels.denseForward(24, 64, 48, x, x + 65536, x + 131072, x + 196608, team);
        kernels.denseForward(22, 64, 45, x, x + 65536, x + 131072, x + 196608, team);
      }
    }
    if (Date.now() < end) setTimeout(run, 1);
  })();`;

// V8's own inlining, which goes by how often a call is taken: Node 26 does it.
describe.runIf(arch() === "x64")("V8's optimised code", () => {
  it("keeps the micro-kernels apart from what calls them", () => {
    const flags = process.version.startsWith("v20.") ? ["--experimental-wasm-relaxed-simd"] : [];
    const output = execFileSync(process.execPath, [...flags, "--print-wasm-code", "-e", EXERCISE, path("relaxed")], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    const optimised = new Map(
      output
        .split("--- WebAssembly code ---")
        .filter((code) => /^compiler: TurboFan$/m.test(code))
        .map((code) => [Number(/^index: (\d+)$/m.exec(code)?.[1]), code.split("--- End code ---")[0] as string]),
    );
    // Functions that are imported have the first numbers.
    const all = bodies("relaxed");
    /** Multiplications in the optimised code of a function; −1 where there is none. */
    const products = (index: number) => {
      const code = optimised.get(index);
      return code === undefined ? -1 : (code.match(/\bv(?:fn?madd\d+|mul)ps\b/g) ?? []).length;
    };
    const kernel = (rows: number, vectors: number) => microKernels(all, rows, vectors)[0]?.index as number;
    for (const [rows, vectors] of [
      [4, 2],
      [6, 2],
      [2, 4],
      [4, 4],
    ] as const) {
      expect(products(kernel(rows, vectors)), `${rows}x${vectors * 4}`).toBeGreaterThanOrEqual(2 * rows * vectors);
    }
    const indices = TILES.map(([rows, vectors]) => kernel(rows, vectors));
    const callers = all.filter(({ calls }) => calls.some((index) => indices.includes(index)));
    // One of them may be part of the other by then.
    expect(Math.max(...callers.map(({ index }) => products(index)))).toBe(0);
  }, 30_000);
});
