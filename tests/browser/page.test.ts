import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import {
  collectErrors,
  findBarriers,
  focusedName,
  looks,
  openBrowser,
  setLook,
  sidewaysPixels,
  tabTo,
} from '../fixtures/browser.ts';
import {
  buildNodeProgram,
  type RunningProgram,
  startProgram,
} from '../fixtures/testbed-program.ts';

/** The page against the real server, with a real run on the process runtime: in the order of a visit. */

const limitMs = 80_000;
let home = '';
let server: RunningProgram;
let url = '';
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-page-'));
  buildNodeProgram();
  server = startProgram(home, ['serve', '--port', '0', '--json']);
  [url, browser] = await Promise.all([whenServing(server), openBrowser()]);
  page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  errors = collectErrors(page);
  await setLook(page, { width: 1280, scheme: 'light' });
}, limitMs);

afterAll(async () => {
  await browser?.close();
  server?.child.kill('SIGTERM');
  await server?.ended;
  await rm(home, { recursive: true, force: true });
}, limitMs);

async function whenServing({ output, ended }: RunningProgram): Promise<string> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (;;) {
    const told = /"url":\s*"([^"]+)"/.exec(output.stdout)?.[1];
    if (told !== undefined) return told;
    if (isOver) throw new Error(`the server ended:\n${output.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const says = (text: string): Promise<unknown> => page.waitForSelector(`::-p-text(${text})`);
const go = (query: string): Promise<unknown> =>
  page.goto(`${url}/${query}`.replace(/(?<!:)\/\//, '/'));

/** Types into what has the focus, in place of what it held. */
async function retype(text: string): Promise<void> {
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type(text);
}

async function expectNoBarriers(): Promise<void> {
  for (const look of looks) {
    await setLook(page, look);
    expect({
      look,
      barriers: await findBarriers(page),
      sideways: await sidewaysPixels(page),
    }).toEqual({ look, barriers: [], sideways: 0 });
  }
  await setLook(page, { width: 1280, scheme: 'light' });
}

/** As somebody else would, meanwhile. */
async function submit(name: string): Promise<void> {
  const text = `{ name: ${name}, nodes: [4], runtime: process, repetitions: 1, phases: { measure: 60s } }`;
  const response = await fetch(`${url}/api/v1/runs`.replace(/(?<!:)\/\//, '/'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  expect(response.status).toBe(202);
}

/** Until the queue shows these, in this order. */
async function waiting(names: readonly string[]): Promise<void> {
  await page.waitForFunction(
    `[...document.querySelectorAll('ol.entries strong')].map((e) => e.textContent).join() === '${names.join()}'`,
  );
}

describe('the page', () => {
  it(
    'says what to run while nothing does',
    async () => {
      await go('');
      await says('Nothing runs');
      expect(await page.title()).toBe('Now · testbed');
      await expectNoBarriers();
      await go('?view=runs');
      await says('No run is stored yet');
      await expectNoBarriers();
    },
    limitMs,
  );

  it(
    'takes a scenario by keyboard alone, and says what is wrong with it while one types',
    async () => {
      await go('');
      await says('Nothing runs');
      await page.keyboard.press('Tab');
      expect(await focusedName(page)).toBe('Skip to the content');
      await tabTo(page, /^Start a run$/);
      await page.keyboard.press('Enter');
      await says('Ready scenarios');
      await says('Transactions per second offered');
      expect(await focusedName(page)).toBe('Start a run');
      await tabTo(page, /^name/);
      await retype('by keyboard');
      await page.waitForSelector('#field-name[aria-invalid="true"]');
      await expectNoBarriers();
      await retype('by-keyboard');
      await page.waitForSelector('#field-name[aria-invalid="false"]');
      for (const [name, value] of [
        [/^nodes/, '4'],
        [/^repetitions/, '1'],
        [/^runtime/, 'process'],
        [/^rate/, '60'],
        [/^warmup/, '1s'],
        [/^measure/, '4s'],
      ] as const) {
        await tabTo(page, name);
        if (name.source === '^runtime') await page.keyboard.type(value);
        else await retype(value);
      }
      await says('no mistakes');
      await says('What would run here');
      await tabTo(page, /^Start the run$/);
      await page.keyboard.press('Enter');
    },
    limitMs,
  );

  it(
    'shows the run live, to its end',
    async () => {
      await says('by-keyboard');
      await page.waitForSelector('.phases .current');
      await page.waitForSelector('.plot[aria-label*="tx/s now"]');
      await page.waitForFunction('document.querySelectorAll(".nodes tbody tr").length === 4');
      await page.waitForSelector('.topology svg[aria-label*="4 nodes"]');
      await expectNoBarriers();
      await page.waitForFunction(
        'document.querySelector("[aria-live]")?.textContent?.includes("repetition 1:")',
        { timeout: 60_000 },
      );
      await page.waitForSelector('::-p-text(Nothing runs)', { timeout: 60_000 });
    },
    limitMs,
  );

  it(
    'has the run in its list, and its report',
    async () => {
      await page.locator('nav a::-p-text(Runs)').click();
      await page.waitForSelector('.runs a::-p-text(by-keyboard)');
      await page.type('input[type=search]', 'by-key');
      await page.waitForFunction('location.search.includes("search=by-key")');
      await page.waitForSelector('.runs a::-p-text(by-keyboard)');
      await expectNoBarriers();
      await page.locator('.runs a::-p-text(by-keyboard)').click();
      await page.waitForSelector('.headline');
      await expectNoBarriers();
      await page.locator('a::-p-text(Open the report)').click();
      await page.waitForFunction('document.title.includes("by-keyboard")');
      await page.goBack();
      await page.waitForSelector('.headline');
    },
    limitMs,
  );

  it(
    'changes the order of what waits, takes out, and stops what runs',
    async () => {
      await go('');
      for (const name of ['long', 'second', 'third', 'fourth']) await submit(name);
      await waiting(['second', 'third', 'fourth']);
      await page.locator('button[aria-label="Move third ahead"]').click();
      await waiting(['third', 'second', 'fourth']);
      for (const name of ['second', 'fourth', 'third']) {
        await page.locator(`button[aria-label="Take ${name} out of the queue"]`).click();
        await page.waitForFunction(`!document.querySelector('[aria-label="Move ${name} ahead"]')`);
      }
      await page.waitForSelector('.phases .current');
      await page.locator('.banner .button.danger').click();
      await page.locator('dialog[open] .button.danger').click();
      await page.waitForSelector('::-p-text(Nothing runs)', { timeout: 60_000 });
      await page.waitForSelector('.entries ::-p-text(interrupted)');
    },
    limitMs,
  );

  it(
    'puts two runs side by side',
    async () => {
      await page.locator('nav a::-p-text(Runs)').click();
      await page.waitForFunction('document.querySelectorAll(".runs tbody tr").length === 2');
      for (const name of ['by-keyboard', 'long']) {
        await page.locator(`input[aria-label^="Compare ${name},"]`).click();
      }
      await page.locator('.compare-bar a').click();
      await page.waitForSelector('.sides ::-p-text(by-keyboard)');
      await page.waitForSelector('.sides ::-p-text(long)');
      await says('What else is not the same');
      await expectNoBarriers();
    },
    limitMs,
  );

  it('has said nothing wrong on its console', () => {
    expect(errors).toEqual([]);
  });

  it(
    'says so when the server is away, and keeps what it knows',
    async () => {
      await go('');
      await says('Nothing runs');
      server.child.kill('SIGTERM');
      await server.ended;
      await page.waitForSelector('.connection.away');
      await says('Runs go on without this page');
      await says('by-keyboard');
    },
    limitMs,
  );

  it(
    'asks who one is where there is a token, and forgets it on demand',
    async () => {
      const token = 'of-a-test-and-long-enough-for-the-server';
      const file = join(home, 'tokens');
      await writeFile(file, `tester: ${token}\n`, { mode: 0o600 });
      server = startProgram(home, ['serve', '--port', '0', '--json', '--token-file', file]);
      url = await whenServing(server);
      await go('');
      await says('This server asks who you are');
      await expectNoBarriers();
      await page.type('#token', 'a-wrong-one-that-nobody-has-been-given');
      await page.locator('button::-p-text(Sign in)').click();
      await says('This token is not one of this server');
      await page.locator('#token').fill(token);
      await page.locator('button::-p-text(Sign in)').click();
      await says('Nothing runs');
      await page.reload();
      await says('Nothing runs');
      await page.locator('button::-p-text(Sign out)').click();
      await says('This server asks who you are');
      expect(await page.$('button::-p-text(Sign out)')).toBeNull();
    },
    limitMs,
  );
});
