/** What a page loads, minified and gzipped. A browser loads one binary; relaxed.wasm is the one that most take. */

const library = (name, imports, limit, more = {}) => ({
  name,
  path: "build/index.js",
  import: imports,
  gzip: true,
  limit,
  modifyEsbuildConfig: (config) => ({ ...config, format: "esm", ...more }),
});

const withBinary = (name, imports, limit) => {
  const check = library(name, imports, limit);
  return {
    ...check,
    modifyEsbuildConfig: (config) => ({
      ...check.modifyEsbuildConfig(config),
      entryPoints: [...config.entryPoints, "build/relaxed.wasm"],
      loader: { ".wasm": "copy" },
    }),
  };
};

export default [
  withBinary("engine, with its binary", "{ createEngine }", "30 kB"),
  withBinary("a network and its training, with its binary", "{ createEngine, Dense, Network, ReLU, fit }", "51 kB"),
  library("every export, without a binary", "*", "68 kB"),
  {
    name: "simdgrad/inline: every export and all binaries",
    path: "build/inline.js",
    import: "*",
    gzip: true,
    limit: "136 kB",
  },
];
