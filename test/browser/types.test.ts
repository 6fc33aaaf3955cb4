/** The declarations of the packed package, by the compilers that users have, with and without the platform's own types. */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProject, type Project } from "./project.js";

const installed = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const manifest = new URL("../../package.json", import.meta.url);
const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
/** What programs import: every entry that has types. */
const entries = Object.entries(exports)
  .filter(([, entry]) => typeof entry !== "string")
  .map(([name]) => name.replace(/^\./, "simdgrad"));

const STRICT = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false };
/** How modules are found, with the kind of modules that it needs. */
const RESOLUTIONS = { nodenext: "nodenext", bundler: "esnext" } as const;

/** A page's program: what the browser has is taken, and what only looks like it is not. */
const PAGE = `
import { createEngine, Dense, fit, Network } from "simdgrad";
import { readCsv } from "simdgrad/csv";
import { readParquet } from "simdgrad/parquet";

export async function page(module: WebAssembly.Module, program: URL, response: Response, file: Blob) {
  await createEngine({ wasmUrl: new URL("https://example.com/") });
  await createEngine({ wasmUrl: (name) => new URL(name + ".wasm", location.href) });
  await createEngine({ wasmBinary: { simd: await response.arrayBuffer(), relaxed: new Uint8Array(8) } });
  await createEngine({ wasmModule: { simd: module } });
  await createEngine({ wasmModule: async () => WebAssembly.compileStreaming(response) });
  const engine = await createEngine({ createWorker: () => new Worker(program, { type: "module" }) });
  const network = new Network(engine, [new Dense(2, 2)]);
  const data = engine.dataset({ inputs: new Float32Array(8), shape: [4, 2], targets: new Int32Array(4) });
  const { signal } = new AbortController();
  await fit(network, data, { epochs: 1, batchSize: 1, signal });
  await network.evaluateAsync(data, { signal: AbortSignal.timeout(1000) });
  await readCsv(() => [new TextEncoder().encode("a,b")]);
  await readParquet(await file.arrayBuffer());
  using matrix = engine.matrix(1, 2, new Float32Array(2));
  // @ts-expect-error: no signal
  await network.predictAsync(matrix, { signal: { throwIfAborted() {} } });
  // @ts-expect-error: a Location is no URL
  await createEngine({ wasmUrl: location });
  // @ts-expect-error: a URL is no file
  await readParquet(program);
}
`;

/** The same in Node, whose types know no page. */
const PROGRAM = `
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pathToFileURL, URL as NodeURL } from "node:url";
import { Worker } from "node:worker_threads";
import { createEngine, Dense, fit, Network } from "simdgrad";
import { readCsv } from "simdgrad/csv";
import { loadMnist } from "simdgrad/mnist";

export async function program(path: string) {
  await createEngine({ wasmUrl: pathToFileURL(path) });
  await createEngine({ wasmUrl: { simd: new URL("file:///simd.wasm"), relaxed: new NodeURL("file:///relaxed.wasm") } });
  await createEngine({ wasmBinary: (name) => readFile(path + name) });
  const engine = await createEngine({ createWorker: () => new Worker(path) });
  const { train } = await loadMnist({ resolveFrom: new URL("file:///folder/") });
  const signal = AbortSignal.timeout(1000);
  await fit(new Network(engine, [new Dense(784, 10)]), engine.dataset(train), { epochs: 1, batchSize: 1, signal });
  await readCsv(() => createReadStream(path));
  // @ts-expect-error: a stream is no worker
  await createEngine({ createWorker: () => createReadStream(path) });
}
`;

let project: Project;
beforeAll(() => {
  project = makeProject();
  const types = join(project.folder, "node_modules", "@types");
  mkdirSync(types);
  symlinkSync(join(installed, "@types", "node"), join(types, "node"));
  writeFileSync(join(project.folder, "package.json"), '{ "type": "module" }');
  const imports = entries.map((name, index) => `import * as entry${index} from "${name}";`);
  const all = `export const all = [${entries.map((_, index) => `entry${index}`).join(", ")}];`;
  writeFileSync(join(project.folder, "entries.ts"), [...imports, all].join("\n"));
  writeFileSync(join(project.folder, "page.ts"), PAGE);
  writeFileSync(join(project.folder, "program.ts"), PROGRAM);
  for (const [index, name] of entries.entries()) {
    writeFileSync(join(project.folder, `entry${index}.ts`), `export * from "${name}";`);
  }
});
afterAll(() => project?.remove());

/** With what each program is compiled. */
const PLATFORMS = {
  "entries.ts": { lib: ["es2022"], types: [] },
  "page.ts": { lib: ["es2022", "dom"], types: [] },
  "program.ts": { lib: ["es2022"], types: ["node"] },
};

/** What a compiler says about a program; nothing, if it is right. */
async function complaints(version: string, file: keyof typeof PLATFORMS, moduleResolution: keyof typeof RESOLUTIONS) {
  const modules = { module: RESOLUTIONS[moduleResolution], moduleResolution };
  const compilerOptions = { ...STRICT, target: "es2022", noEmit: true, ...modules, ...PLATFORMS[file] };
  const config = join(project.folder, `tsconfig.${version}.${file}.${moduleResolution}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
  const own = version === "installed";
  const [command, ...compiler] = own
    ? [process.execPath, join(installed, "typescript", "bin", "tsc")]
    : ["npx", "-y", "-p", `typescript@${version}`, "tsc"];
  const run = promisify(execFile)(command as string, [...compiler, "-p", config], { cwd: project.folder });
  return run.then(
    ({ stdout }) => stdout,
    (error) => `${error.stdout}${error.stderr}`,
  );
}

describe("declarations hold without the DOM's types and Node's", () => {
  const versions = ["5.4", "5.6", "5.9", "installed", "latest"] as const;
  it.each(
    versions.flatMap((version) =>
      (["nodenext", "bundler"] as const).map((resolution) => [version, resolution] as const),
    ),
  )(
    "TypeScript %s, %s",
    async (version, resolution) => {
      expect(await complaints(version, "entries.ts", resolution)).toBe("");
    },
    120_000,
  );

  it("each entry alone, too: none leans on what another one brings", () => {
    const module = ts.ModuleKind.NodeNext;
    const target = ts.ScriptTarget.ES2022;
    const options = { ...STRICT, target, module, noEmit: true, lib: ["lib.es2022.d.ts"], types: [] };
    const host = ts.createCompilerHost(options);
    const files = new Map<string, ts.SourceFile | undefined>();
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) => {
      if (!files.has(name)) files.set(name, read(name, ...rest));
      return files.get(name);
    };
    const found = entries.flatMap((name, index) => {
      const program = ts.createProgram([join(project.folder, `entry${index}.ts`)], options, host);
      return ts.getPreEmitDiagnostics(program).map(({ messageText }) => {
        return `${name}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
      });
    });
    expect(found).toEqual([]);
  }, 60_000);
});

describe("declarations take what the platform has", () => {
  it.each([
    ["5.4", "page.ts"],
    ["installed", "page.ts"],
    ["latest", "page.ts"],
    ["5.4", "program.ts"],
    ["installed", "program.ts"],
    ["latest", "program.ts"],
  ] as const)(
    "TypeScript %s, %s",
    async (version, file) => {
      expect(await complaints(version, file, "nodenext")).toBe("");
    },
    120_000,
  );
});
