import { request } from 'node:http';
import type { ExportLine } from '../../src/contract/index.js';
import type { World } from './world.js';

/** The lines of a text. The last one ends with a line break, too. */
export function linesIn(text: string): ExportLine[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine);
}

/** The data of the lines of a type. */
export function dataOf<T extends ExportLine['type']>(
  lines: readonly ExportLine[],
  type: T,
): Extract<ExportLine, { type: T }>['data'][] {
  return lines.filter((line) => line.type === type).map((line) => line.data) as never;
}

/** A whole export, as the application. */
export async function exported(
  world: World,
  path: string,
  headers: Record<string, string>,
): Promise<ExportLine[]> {
  const response = await fetch(`http://127.0.0.1:${world.app.httpPort}${path}`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  return linesIn(await response.text());
}

/** Asks for an export, and reads nothing of it once the first bytes are there. `close` goes away. */
export function unreadExport(url: string, headers: Record<string, string>): Promise<{ close(): void }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers, agent: false }, (response) => {
      response.once('readable', () => resolve({ close: () => asking.destroy() }));
      response.on('error', () => undefined);
    });
    asking.on('error', reject);
    asking.end();
  });
}
