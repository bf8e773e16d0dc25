/**
 * `npm run pictures`: the pictures of the page in docs/images, as it looks now: a real server, the people of the tests, a
 * real Chromium on a machine with a font for emoji. Build first.
 *
 * The drawings are text: docs/message-path.svg is changed by hand, docs/reference/scaling.svg is written by
 * `npm run simulate -- --docs`.
 */
/* global document, requestAnimationFrame */
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { startWorld } from '../test/browser.mjs';
import { furnish } from '../test/people.mjs';

const images = join(import.meta.dirname, '..', '..', 'docs', 'images');
const MOST_COLOURS = 256;

/** In a page: a PNG, as `[width, height, its pixels as 0xrrggbb]`. */
async function pixelsOf(png) {
  const bytes = Uint8Array.from(globalThis.atob(png), (one) => one.charCodeAt(0));
  const image = await globalThis.createImageBitmap(new globalThis.Blob([bytes], { type: 'image/png' }));
  const canvas = new globalThis.OffscreenCanvas(image.width, image.height).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  const pixels = [];
  for (let at = 0; at < data.length; at += 4)
    pixels.push((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return [image.width, image.height, pixels];
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** The colours that are used most, far enough from each other; every other one becomes the nearest of them. */
function paletteOf(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const far = (one, other) => {
    const [from, to] = [channels(one), channels(other)];
    return from.reduce((sum, value, index) => sum + (value - to[index]) ** 2, 0);
  };
  const byUse = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
  let palette = [];
  for (let least = 1; palette.length === 0 || palette.length > MOST_COLOURS; least *= 2) {
    palette = [];
    for (const colour of byUse)
      if (palette.length <= MOST_COLOURS && palette.every((one) => far(one, colour) >= least))
        palette.push(colour);
  }
  const index = new Map(
    byUse.map((colour) => {
      const distances = palette.map((one) => far(one, colour));
      return [colour, distances.indexOf(Math.min(...distances))];
    }),
  );
  return { palette, index };
}

/** A PNG of at most 256 colours: a third of the size of the browser's. */
function pngOf([width, height, pixels]) {
  const { palette, index } = paletteOf(pixels);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) lines[y * (width + 1) + x + 1] = index.get(pixels[y * width + x]);
  const chunk = (type, content) => {
    const named = Buffer.concat([Buffer.from(type), content]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([size, named, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, by palette.
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const world = await startWorld();
try {
  const people = await furnish(world.server.directUrl);
  const at = await world.site();
  for (const dark of [false, true]) {
    const page = await world.pageOf(people.alice, { hash: `/c/${people.hike}`, dark, at });
    await page.locator('.reactions').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('.connection'));
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const shot = (await page.screenshot()).toString('base64');
    const file = join(images, `web-${dark ? 'dark' : 'light'}.png`);
    const png = pngOf(await page.evaluate(pixelsOf, shot));
    writeFileSync(file, png);
    console.log(`${file}: ${png.length} bytes`);
    await page.context().close();
  }
  world.nothingWrong();
} finally {
  await world.stop();
}
