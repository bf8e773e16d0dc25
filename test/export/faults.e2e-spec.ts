import pg from 'pg';
import type { ExportLine } from '../../src/contract/index.js';
import { longChat } from '../support/bulk.js';
import { dataOf, linesIn } from '../support/exports.js';
import { type Node, ownNodes } from '../support/programs.js';
import { eventually } from '../support/world.js';

jest.setTimeout(180_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

/** More than fits into the buffers between a server and a reader who waits. */
const MESSAGES = 6_000;

posixOnly('An export that is cut', () => {
  const nodes = ownNodes();
  let chatId: number;

  beforeAll(async () => {
    chatId = await longChat(nodes.url, MESSAGES);
  });

  const ask = ({ rest }: Node) => fetch(`${rest}/chats/${chatId}/export`);

  async function expectWhole(node: Node): Promise<ExportLine[]> {
    const lines = linesIn(await (await ask(node)).text());
    expect(lines.at(-1)!.type).toBe('end');
    expect(dataOf(lines, 'message').map(({ seq }) => seq)).toEqual(
      Array.from({ length: MESSAGES }, (_, at) => at + 1),
    );
    return lines;
  }

  /** Begins to read, cuts, and reads on. */
  async function cutBy(node: Node, cut: () => Promise<unknown>): Promise<void> {
    const { status, body } = await ask(node);
    expect(status).toBe(200);
    const reader = body!.getReader();
    const first = await reader.read();
    expect(Buffer.from(first.value as Uint8Array).toString()).toContain('"type":"header"');
    await cut();
    const rest = (async () => {
      for (let done = false; !done;) done = (await reader.read()).done;
    })();
    // Never an answer that looks whole.
    await expect(rest).rejects.toThrow('terminated');
  }

  it('by the end of the process fails at the reader, and is whole from another node', async () => {
    const [one, other] = await Promise.all([nodes.start(), nodes.start()]);
    // Both at once give the same, but for the moment in the first line.
    const [ofOne, ofOther] = await Promise.all([expectWhole(one), expectWhole(other)]);
    expect(ofOne.slice(1)).toEqual(ofOther.slice(1));
    await cutBy(one, () => nodes.kill(one));
    await expectWhole(other);
    await nodes.kill(other);
  });

  it('by PostgreSQL fails at the reader, and is whole when it is asked for again', async () => {
    const node = await nodes.start();
    const beside = new URL(nodes.url);
    const name = beside.pathname.slice(1);
    beside.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: beside.href });
    await admin.connect();
    await cutBy(node, async () => {
      await admin.query(`ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS false`);
      await nodes.cutConnections();
    });
    await admin.query(`ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS true`);
    await admin.end();
    await eventually(async () => (await fetch(`${node.rest}/health`)).ok);
    await expectWhole(node);
    await nodes.kill(node);
  });
});
