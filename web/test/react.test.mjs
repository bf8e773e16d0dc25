import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { startWorld } from './browser.mjs';
import { serve } from './serve.mjs';

/** Whoever copies components of the page may use React itself: the same sources, built with it. */
let world;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chat-react-'));
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  const config = join(import.meta.dirname, '..', 'vite.config.ts');
  const { status, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', '--config', config, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'],
    { env: { ...process.env, WEB_REACT: '1' }, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  world = await startWorld();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await world?.stop();
});

test('built with React itself it does the same', async () => {
  const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
  const code = scripts.map((name) => readFileSync(join(folder, 'assets', name), 'utf8')).join('\n');
  assert.match(code, /react\.transitional\.element/);
  const { ann, ben, chat } = await world.server.people('ann', 'ben');
  const at = await serve(world.server.directUrl, folder);
  try {
    const page = await world.pageOf(ann.id, { hash: `/c/${chat.id}`, at });
    const bens = await world.pageOf(ben.id, { hash: `/c/${chat.id}`, at });
    const say = async (one, text) => {
      await one.locator('.composer textarea').pressSequentially(text);
      await one.keyboard.press('Enter');
    };
    const row = (one, text) => one.locator('article', { hasText: text });
    await say(page, 'Hello, *Ben*');
    await row(bens, 'Hello, Ben').waitFor();
    await row(bens, 'Hello, Ben').press('r');
    await say(bens, 'Hello, Ann');
    await row(page, 'Hello, Ann').locator('.quote').waitFor();
    await row(page, 'Hello, Ann').press('Enter');
    await page.locator('.quick button').first().click();
    await bens.getByRole('button', { name: '👍 1' }).waitFor();
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await page.getByRole('heading', { name: 'Details' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.me').click();
    await page.getByRole('dialog', { name: 'Settings' }).getByLabel('Quiet hours').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    world.nothingWrong();
    for (const one of [page, bens]) await one.context().close();
  } finally {
    await at.close();
  }
});
