// Checks assembly/ with TypeScript and Biome. AssemblyScript's compiler declares its types and decorators, but neither tool accepts
// decorators on functions. TypeScript reports where they are (TS1206). This script ignores the report for AssemblyScript's own
// decorators and replaces them with blanks in the copies that Biome reads.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const NOT_VALID_HERE = 1206;
const ON_FUNCTIONS = /^@(inline|unsafe|lazy|global|external)\b(\([^)]*\))?/;

/** Biome's rules that do not apply to AssemblyScript or to kernels. */
const RULES = {
  suspicious: {
    noDoubleEquals: "off", // the same as ===
    noSelfCompare: "off", // asks for NaN
    noConstEnum: "off", // no bundler reads it
    noApproximativeNumericConstant: "off", // 0.6931… is a polynomial's coefficient
  },
  style: { useImportType: "off" }, // asc has no `import type`
  correctness: {
    noVoidTypeReturn: "off", // a call as the last statement
    noUnusedFunctionParameters: "off", // all parts of a job have one signature
  },
};

const config = ts.getParsedCommandLineOfConfigFile("assembly/tsconfig.json", undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  },
});
if (!config || config.fileNames.length === 0) throw new Error("assembly/tsconfig.json names no files");
const program = ts.createProgram(config.fileNames, config.options);
const [decorators, others] = [[], []];
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  const [text] =
    (diagnostic.code === NOT_VALID_HERE && diagnostic.file?.text.slice(diagnostic.start).match(ON_FUNCTIONS)) || [];
  if (text) decorators.push({ file: diagnostic.file.fileName, start: diagnostic.start, length: text.length });
  else others.push(diagnostic);
}
if (others.length > 0) {
  const host = {
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (file) => file,
    getNewLine: () => "\n",
  };
  console.error(ts.formatDiagnostics(others, host));
}

const folder = mkdtempSync(join(tmpdir(), "lint-assembly-"));
try {
  writeFileSync(
    join(folder, "biome.json"),
    JSON.stringify({ formatter: { enabled: false }, linter: { rules: RULES } }),
  );
  for (const file of config.fileNames) {
    let text = readFileSync(file, "utf8");
    for (const { file: source, start, length } of decorators) {
      if (source === file) text = text.slice(0, start) + " ".repeat(length) + text.slice(start + length);
    }
    const copy = join(folder, relative(".", file));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, text);
  }
  const biome = join(process.cwd(), "node_modules/@biomejs/biome/bin/biome");
  const { status } = spawnSync(process.execPath, [biome, "lint", "--error-on-warnings", "."], {
    cwd: folder,
    stdio: "inherit",
  });
  process.exitCode = others.length > 0 || status !== 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
