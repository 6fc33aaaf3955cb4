/** The browser by its user agent: name, version, and the engine that runs WebAssembly in it. */

export interface BrowserName {
  /** "Chromium 142", "Firefox 140.0". */
  readonly browser: string;
  /** "V8", "SpiderMonkey", "JavaScriptCore", or "unknown engine". */
  readonly engine: string;
}

/** Client hints, where the browser has them: `navigator.userAgentData.brands`. */
export type Brands = readonly { readonly brand: string; readonly version: string }[];

const AGENTS = [
  { name: "Edge", pattern: /Edg(?:A|iOS)?\/([\d.]+)/, engine: "V8" },
  { name: "Opera", pattern: /OPR\/([\d.]+)/, engine: "V8" },
  { name: "Firefox", pattern: /Firefox\/([\d.]+)/, engine: "SpiderMonkey" },
  { name: "Chrome", pattern: /(?:Headless)?Chrome\/([\d.]+)/, engine: "V8" },
  { name: "Safari", pattern: /Version\/([\d.]+).*Safari\//, engine: "JavaScriptCore" },
] as const;

/** All browsers on iOS use Safari's engine. */
const IOS = /\b(?:iPhone|iPad|iPod)\b/;

/** @param brands preferred, because they distinguish Chromium from Chrome */
export function nameBrowser(userAgent: string, brands: Brands = []): BrowserName {
  // Chromium browsers add an invented brand, such as "Not=A?Brand".
  const real = brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand.replace(/[^\w]/g, " ")));
  const own = real.find(({ brand }) => brand !== "Chromium") ?? real[0];
  if (own) return { browser: `${own.brand} ${own.version}`, engine: "V8" };
  for (const { name, pattern, engine } of AGENTS) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return { browser: `${name} ${version}`, engine: IOS.test(userAgent) ? "JavaScriptCore" : engine };
  }
  return { browser: "Unknown browser", engine: "unknown engine" };
}
