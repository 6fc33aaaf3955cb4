import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../bench/chromium.js";
import { makeProject, type Project } from "./project.js";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** A project of what the README prints: page, program and configuration. */
function printedProject(): Project {
  const project = makeProject();
  const [, page] = /`(<!doctype html>[^`]*)`/.exec(readme) ?? [];
  writeFileSync(join(project.folder, "index.html"), page as string);
  for (const [, text, name] of readme.matchAll(/```ts\n(\/\/ ([\w.]+\.m?ts)\b.*?)```/gs)) {
    writeFileSync(join(project.folder, name as string), text as string);
  }
  symlinkSync(join(modules, "vite"), join(project.folder, "node_modules", "vite"), "dir");
  return project;
}

/** Vite's command, in a process of its own: in this one Vite would take the page for a test's. */
function startVite(folder: string, ...args: string[]): ChildProcess {
  const env = { ...process.env, NODE_ENV: "", NO_COLOR: "1" };
  const command = [join(modules, "vite", "bin", "vite.js"), ...args];
  return spawn(process.execPath, command, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
}

/** Where a server that was just started says that it serves. @throws Error when it ends before that */
async function servedAt({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error("the server ended before it said where it serves");
}

describe("README: its page with Vite, as printed, learns with two threads", () => {
  let browser: Browser;
  let project: Project;
  beforeAll(async () => {
    browser = await launchChromium();
    project = printedProject();
  });
  afterAll(async () => {
    await browser?.close();
    project?.remove();
  });

  it("while developing", () => expectLearning());

  it("when built", async () => {
    expect(await once(startVite(project.folder, "build", "--logLevel", "warn"), "exit")).toEqual([0, null]);
    await expectLearning("preview");
  });

  async function expectLearning(...command: string[]): Promise<void> {
    const server = startVite(project.folder, ...command, "--host", "127.0.0.1", "--port", "0");
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    try {
      await page.goto(await servedAt(server));
      await Promise.race([failed, page.getByText("accuracy").waitFor({ timeout: 20_000 })]);
      const text = await page.innerText("body");
      const losses = [...text.matchAll(/^epoch \d+: loss (\S+)$/gm)].map(([, loss]) => Number(loss));
      expect(losses).toHaveLength(10);
      expect(losses[9]).toBeLessThan(0.5 * (losses[0] as number));
      const [, accuracy, threads] = /^accuracy (\S+) with threads: (\d)$/m.exec(text) ?? [];
      expect(Number(accuracy)).toBeGreaterThan(0.95);
      expect(Number(threads)).toBeGreaterThan(1);
    } finally {
      await page.close();
      server.kill();
    }
  }
});
