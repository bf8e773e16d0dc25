import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costsOf, documented, drawing, type Sources, usual } from './report.js';

const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
const sources = JSON.parse(read('tools/sim/unit-costs.json')) as Sources;

/** `npm run simulate -- --docs` writes them. */
describe('Past one machine', () => {
  it('has the unit costs and the figures of the simulation', () => {
    const document = read('docs/reference/scaling.md');
    expect(document).toBe(documented(document, sources));
  });

  it('has its chart', () => {
    expect(read('docs/reference/scaling.svg')).toBe(drawing(usual, costsOf(sources)));
  });
});
