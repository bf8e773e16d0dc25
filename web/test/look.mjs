import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const pictures = process.env.WEB_PICTURES ?? join(import.meta.dirname, 'pictures');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(pictures, { recursive: true });

/** Structure is the same in both themes: in the dark one only its colours are looked at. */
const optionsOf = (dark) => ({
  resultTypes: ['violations'],
  ...(dark ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {}),
});

/** A picture of a page, when it is drawn. */
export async function picture(page, name) {
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** A picture of a page, and what axe finds that is serious. */
export async function look(page, name, dark) {
  await picture(page, name);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (options) => globalThis.axe.run(document, options),
    optionsOf(dark),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, impact, nodes }) =>
        `${name}: ${impact} ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join('\n')}`,
    );
}
