/**
 * What an update of the live page costs a browser: main-thread time of headless Chromium per message,
 * at 200 nodes and the server's pace, with every part of the page shown. Prints JSON.
 * usage: node scripts/bench/page.ts [nodes] [seconds]
 */
import { join } from 'node:path';
import { preparePage } from '../../controller/src/serve/prepare-page.ts';
import { openBrowser } from '../../tests/fixtures/browser.ts';
import { startPageServer } from '../../tests/fixtures/page-server.ts';

const [nodes = 200, seconds = 20] = process.argv.slice(2).map(Number);
const root = join(import.meta.dirname, '../..');
const limitMs = 60;

await using server = await startPageServer({
  folder: await preparePage(root, (text) => {
    throw new Error(text);
  }),
  shape: { size: nodes, degree: 6 },
  periodMs: 1_000,
});
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 2200 });
  await page.goto(server.url);
  await page.waitForSelector(`.nodes[aria-rowcount="${nodes + 1}"]`);
  // Processor time of the main thread, not wall time: what else runs on the machine is not in it.
  const devtools = await page.createCDPSession();
  await devtools.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
  await devtools.send('Performance.enable');
  const read = async (): Promise<ReadonlyMap<string, number>> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  };
  await pause(3_000);
  const before = await read();
  await pause(seconds * 1_000);
  const after = await read();
  const perUpdateMs = (name: string): number =>
    Math.round((10_000 * ((after.get(name) ?? 0) - (before.get(name) ?? 0))) / seconds) / 10;
  const mainThreadMs = perUpdateMs('ThreadTime');
  const parts = {
    tasksMs: perUpdateMs('TaskDuration'),
    scriptMs: perUpdateMs('ScriptDuration'),
    layoutMs: perUpdateMs('LayoutDuration'),
    styleMs: perUpdateMs('RecalcStyleDuration'),
  };
  process.stdout.write(
    `${JSON.stringify({ nodes, updates: seconds, mainThreadMs, ...parts, limitMs })}\n`,
  );
  if (!(mainThreadMs > 0 && mainThreadMs < limitMs)) process.exitCode = 1;
} finally {
  await browser.close();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
