import { Readable } from 'node:stream';
import { Logger, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';

const logger = new Logger('Lines');

/**
 * An answer of JSON Lines, from pages of them. The next page is asked for when the reader has taken the one before, and at
 * most one waits: so a slow reader holds a page or two. When the reader goes away the pages are ended (`return`), also while
 * one is being read. Where they fail the connection is closed in the middle of the answer, so that it never looks whole.
 */
export function asLines(pages: unknown): StreamableFile {
  const texts = Readable.from(textsOf(pages as AsyncIterable<readonly unknown[]>), { highWaterMark: 1 });
  const note = (error: Error) => logger.warn({ err: error }, 'An answer of lines was cut');
  return new StreamableFile(texts, { type: 'application/x-ndjson' })
    .setErrorLogger(note)
    .setErrorHandler((error, response) => {
      note(error);
      (response as unknown as Response).destroy();
    });
}

async function* textsOf(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    if (page.length > 0) yield `${page.map((line) => JSON.stringify(line)).join('\n')}\n`;
  }
}
