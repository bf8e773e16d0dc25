import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startChatServer } from '@chat-api/testing';
import { chromium } from 'playwright-core';
import { REFUSED } from '../../test/support/only-loopback.mjs';
import { serve } from './serve.mjs';

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };
/** What a page does takes so long at most, in milliseconds, on a machine that does much else. */
const WITHIN_MS = 30_000;

/**
 * Waits until it holds: what an action brings about comes when the page, the server and the machine are ready. `instead`:
 * what is so instead, for the error.
 */
export async function until(what, holds, instead = () => '') {
  const end = Date.now() + WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`not in time: ${what}; ${JSON.stringify(await instead())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Keeps a program of Node to this machine. */
const guard = join(import.meta.dirname, '..', '..', 'test', 'support', 'only-loopback-program.mjs');
export const onlyLoopback = `--import=${pathToFileURL(guard).href}`;

/** The same for the browser: of a name beyond this machine it learns no address. */
const NO_NAMES = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1';

/** The browser: CHROMIUM, else what PATH has; null: none. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = named ? [named] : folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return (
    found.find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}

/** A server, a browser, and pages of people in it. `options`: of the server. */
export async function startWorld(options = {}) {
  const server = await startChatServer({ ...options, env: { NODE_OPTIONS: onlyLoopback, ...options.env } });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    // Chromium refuses its sandbox to root.
    args: [NO_NAMES, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  const sites = [];
  const faults = [];
  const call = (method, path, body, as) =>
    server.rest(method, path, body, as === undefined ? undefined : { id: as });

  /** A way to the node that can be cut. */
  async function site() {
    const made = await serve(server.directUrl);
    sites.push(made);
    return made;
  }

  async function context(asked = {}) {
    const { phone = false, dark = false, bypassCSP = false, userId = null, worker = false } = asked;
    const { script = true } = asked;
    const made = await browser.newContext({
      viewport: phone ? PHONE : DESK,
      hasTouch: phone,
      isMobile: phone,
      colorScheme: dark ? 'dark' : 'light',
      locale: 'en-GB',
      bypassCSP,
      javaScriptEnabled: script,
      reducedMotion: 'reduce',
      // It reads the whole page once more: only for those who look at it.
      serviceWorkers: worker ? 'allow' : 'block',
    });
    await made.addInitScript((id) => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`violated: ${event.violatedDirective} ${event.sourceFile}:${event.lineNumber}`),
      );
      if (location.protocol !== 'about:' && id !== null && !sessionStorage.getItem('chat:user'))
        sessionStorage.setItem('chat:user', String(id));
    }, userId);
    made.setDefaultTimeout(WITHIN_MS);
    made.on('page', (page) => {
      page.on('pageerror', (error) => faults.push(`${error.message}\n${error.stack}`));
      page.on('console', (message) => {
        const text = message.text();
        // A server that is away is what some tests are about.
        if (message.type() === 'error' && !/net::|WebSocket connection/.test(text)) faults.push(text);
      });
    });
    return made;
  }

  /** The page of a user, at a place such as `/c/12`. */
  async function pageOf(userId, { hash = '/', at = null, ...options } = {}) {
    const made = await context({ userId, ...options });
    const page = await made.newPage();
    await page.goto(`${(at ?? (await site())).url}/#${hash}`);
    await page.locator('.list').waitFor({ state: 'attached' });
    return page;
  }

  return {
    server,
    browser,
    call,
    site,
    context,
    pageOf,
    /** What pages have complained of so far: nothing, it is hoped. */
    faults,
    /** The browser itself writes of each request that was refused, a moment after the page knows. */
    refused: async (status) => {
      await until(`the browser writes of ${status}`, () =>
        faults.some((fault) => fault.includes(`status of ${status}`)),
      );
      assert.deepEqual(
        faults.splice(0).filter((fault) => !fault.includes(`status of ${status}`)),
        [],
      );
    },
    nothingWrong: () => assert.deepEqual(faults.splice(0), []),
    stop: async () => {
      await browser.close();
      for (const one of sites) await one.close();
      const { log } = server;
      await server.stop();
      assert.ok(!log.includes(REFUSED), log);
    },
  };
}
