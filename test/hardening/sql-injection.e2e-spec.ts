import { z } from 'zod';
import { type CommandDefinition, commandNames, definitionOf } from '../../src/contract/index.js';
import { exampleOf, type Scene } from '../support/examples.js';
import { RawHttp } from '../support/raw-http.js';
import { answerIn, RawSocket } from '../support/raw-socket.js';
import { type Client, World } from '../support/world.js';

jest.setTimeout(90_000);

/** Seconds that a payload would make PostgreSQL sleep: more than a statement may take, so it would end UNAVAILABLE. */
const SLEEP = 20;

/** What sqlmap tries first, by technique, for PostgreSQL; each in the forms that end a number or a text. */
const payloads = [
  // boolean-based
  "1' OR '1'='1",
  '1 OR 1=1',
  "1') OR ('1'='1' -- ",
  "1' AND 7231=7231 AND 'a'='a",
  '1)) AND (SELECT 1)=(SELECT 1)-- -',
  // error-based
  "1' AND 5231=CAST((CHR(113)||(SELECT version())::text||CHR(113)) AS NUMERIC) AND 'x'='x",
  "1' AND 1=CAST(current_database() AS INT)-- ",
  '1 AND 1=CAST((SELECT usename FROM pg_user LIMIT 1) AS INT)',
  // union
  "1' UNION ALL SELECT NULL,NULL,NULL,current_user-- ",
  '-1 UNION SELECT id, content FROM messages-- ',
  '1 ORDER BY 10-- ',
  // stacked
  '1; DROP TABLE messages; --',
  "1'; DROP TABLE messages CASCADE; SELECT '",
  "1'; UPDATE messages SET content = 'pwned'; -- ",
  "1'; CREATE TABLE pwned (id int); -- ",
  "1'; COPY users TO PROGRAM 'true'; -- ",
  // time
  `1; SELECT pg_sleep(${SLEEP})--`,
  `1' AND 4321=(SELECT 4321 FROM pg_sleep(${SLEEP})) AND 'a'='a`,
  `1'||(SELECT pg_sleep(${SLEEP}))||'`,
  `(SELECT pg_sleep(${SLEEP}))`,
  // out of what quotes and escapes make of it
  "\\'; DROP TABLE users; --",
  '$$; DROP TABLE users; $$',
  '$1; DROP TABLE users',
  "{1,2}'::bigint[]); DROP TABLE users; --",
  '{"a":"\\"}; DROP TABLE users"}',
  '%27%20OR%201=1--',
  "' /*!50000UNION*/ /**/SELECT/**/1",
];

/** A third of the payloads for each field, in turn: every technique reaches every command. */
const payloadsFor = (turn: number) => payloads.filter((_, index) => (index + turn) % 3 === 0);

/** The names of a command's fields that take text or an id, at any depth of one. */
function fieldsOf(definition: CommandDefinition): string[] {
  const { properties = {} } = z.toJSONSchema(definition.input, { io: 'output', unrepresentable: 'any' });
  return Object.keys(properties);
}

describe('SQL in a parameter', () => {
  let world: World;
  let http: RawHttp;
  let canary: number;
  let scene: Scene;
  let alice: Client;

  beforeAll(async () => {
    world = await World.start({ DATABASE_TIMEOUT_MS: '3000' });
    http = new RawHttp(world.app.httpPort);
    const others = await world.pair();
    canary = others.chatId;
    for (let i = 0; i < 5; i++)
      await others.alice.ok('sendMessage', { chatId: canary, content: `canary ${i}` });
    await setScene();
  });
  afterAll(() => world.stop());

  // Some commands delete what is there.
  const setScene = async () => {
    const pair = await world.pair();
    alice = pair.alice;
    const { id } = await alice.ok<{ id: number }>('sendMessage', { chatId: pair.chatId, content: 'plain' });
    scene = {
      userId: alice.userId,
      otherId: pair.bob.userId,
      thirdId: world.newId(),
      chatId: pair.chatId,
      messageId: id,
    };
  };

  /** All that must stay as it is, whoever asks for what. */
  const untouched = async () => ({
    tables:
      await world.sql(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                             ORDER BY relname`),
    canary: await world.sql('SELECT * FROM messages WHERE "chatId" = $1 ORDER BY seq', [canary]),
    chat: await world.sql('SELECT * FROM chats WHERE id = $1', [canary]),
    functions: await world.sql(`SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace`),
    roles: await world.sql('SELECT rolname FROM pg_roles ORDER BY rolname'),
  });

  const expectHarmless = (sent: object, code: string | null, ms: number) => {
    expect({ ...sent, code }).not.toMatchObject({ code: expect.stringMatching(/^(INTERNAL|UNAVAILABLE)$/) });
    expect({ ...sent, late: ms > 2_500 }).toEqual({ ...sent, late: false });
  };

  it('has no effect in any field of any command over Socket.IO', async () => {
    const before = await untouched();
    for (const name of commandNames.filter((one) => definitionOf(one).socket)) {
      await setScene();
      const raw = await RawSocket.connect(world.socketUrl);
      for (const [turn, field] of fieldsOf(definitionOf(name)).entries()) {
        for (const payload of payloadsFor(turn)) {
          for (const value of [payload, [payload], { [payload]: payload }]) {
            const input = { ...exampleOf(definitionOf(name), scene), [field]: value };
            const began = performance.now();
            const answer = answerIn(await raw.askFrame(name, JSON.stringify(input)));
            expectHarmless(
              { name, field, payload },
              answer.ok ? null : answer.error.code,
              performance.now() - began,
            );
          }
        }
      }
      raw.close();
    }
    expect(await untouched()).toEqual(before);
  });

  it('has no effect in any parameter, query, body field or header over REST', async () => {
    const before = await untouched();
    for (const name of commandNames.filter((one) => definitionOf(one).rest)) {
      await setScene();
      const { rest } = definitionOf(name);
      for (const [turn, field] of [
        ...fieldsOf(definitionOf(name)),
        'X-User-Id',
        'Idempotency-Key',
      ].entries()) {
        await Promise.all(
          payloadsFor(turn).map(async (payload) => {
            const input: Record<string, unknown> = { ...exampleOf(definitionOf(name), scene) };
            const inHeader = field.includes('-');
            if (!inHeader) input[field] = payload;
            const path = rest!.path.replaceAll(/:(\w+)/g, (_, parameter: string) => {
              const value = String(input[parameter]);
              delete input[parameter];
              return encodeURIComponent(value);
            });
            const inQuery = rest!.method === 'GET' || rest!.method === 'DELETE';
            const query = new URLSearchParams(input as Record<string, string>).toString();
            const began = performance.now();
            const reply = await http.ask({
              method: rest!.method,
              path: inQuery && query ? `${path}?${query}` : path,
              body: inQuery ? undefined : JSON.stringify(input),
              headers: inHeader ? { [field]: payload } : { 'X-User-Id': String(scene.userId) },
            });
            const code = reply.status < 400 ? null : reply.error().code;
            expectHarmless({ name, field, payload }, code, performance.now() - began);
          }),
        );
      }
    }
    expect(await untouched()).toEqual(before);
  });

  it('is stored as plain text', async () => {
    await setScene();
    for (const content of payloads) {
      const { id } = await alice.ok<{ id: number }>('sendMessage', { chatId: scene.chatId, content });
      const [row] = await world.sql<{ content: string }>('SELECT content FROM messages WHERE id = $1', [id]);
      expect(row?.content).toBe(content);
    }
  });
});
