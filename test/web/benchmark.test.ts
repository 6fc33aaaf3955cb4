import { describe, expect, it } from "vitest";
import type { PageResult } from "../../src/app/benchmark/page.js";
import { nameBrowser } from "../../web/benchmark/browser-name.js";
import { tableOf, toMarkdown } from "../../web/benchmark/columns.js";

describe("the browser's name", () => {
  const webKit = "AppleWebKit/537.36 (KHTML, like Gecko)";

  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${webKit} HeadlessChrome/142.0.0.0 Safari/537.36`, "Chrome 142.0.0.0", "V8"],
    [`Mozilla/5.0 (Windows NT 10.0) ${webKit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.1.2`, "Edge 142.0.1.2", "V8"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140.0", "SpiderMonkey"],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15", "Safari 18.1", "JavaScriptCore"],
    ["Mozilla/5.0 (iPad) AppleWebKit/605.1.15 EdgiOS/142.0 Version/18.0 Safari/604.1", "Edge 142.0", "JavaScriptCore"],
    ["curl/8", "Unknown browser", "unknown engine"],
  ])("of %s", (agent, browser, engine) => expect(nameBrowser(agent)).toEqual({ browser, engine }));

  it("is the brand's, but for the made-up one", () => {
    const brands = [
      { brand: "Not=A?Brand", version: "24" },
      { brand: "Chromium", version: "142" },
    ];
    expect(nameBrowser("", brands).browser).toBe("Chromium 142");
    expect(nameBrowser("", [...brands, { brand: "Google Chrome", version: "142" }]).browser).toBe("Google Chrome 142");
  });
});

describe("the benchmark's tables", () => {
  const results: PageResult[] = [
    {
      bench: "gemm",
      trans: "NT",
      m: 32,
      n: 100,
      k: 784,
      variant: "relaxed",
      threads: 2,
      gflops: 41.234,
      spread: 0.031,
      peakGflops: 30,
      limitShare: 0.687,
    },
  ];

  it("have a column for each head, and limits of all threads", () => {
    const table = tableOf("gemm", results);
    expect(table.rows).toEqual([["A·Bᵀ", "32 × 100 × 784", "2", "41.2", "60.0", "69 %", "3 %"]]);
    expect(table.heads).toHaveLength(7);
    expect(tableOf("train", results).rows).toEqual([]);
  });

  it("are Markdown, the empty ones left out", () => {
    const text = toMarkdown({ Browser: "X 1" }, [tableOf("train", results), tableOf("gemm", results)]);
    expect(text).toBe(`## simdgrad

- Browser: X 1

### Matrix products

| Product | m × n × k | Threads | GFLOP/s | Limit | Of the limit | Spread |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
| A·Bᵀ | 32 × 100 × 784 | 2 | 41.2 | 60.0 | 69 % | 3 % |
`);
  });
});
