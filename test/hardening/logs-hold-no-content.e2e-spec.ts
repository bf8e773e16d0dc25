import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import pg from 'pg';
import { z } from 'zod';
import {
  type CommandDefinition,
  type CommandName,
  commandNames,
  definitionOf,
} from '../../src/contract/index.js';
import type { Answer } from '../../src/contract/index.js';
import { exampleOf, ofAccounts, type Scene } from '../support/examples.js';
import { type Addresses, ownInstallation, type Program, serving } from '../support/process.js';

jest.setTimeout(120_000);

/** Of open mode, but for what would take away what the rest is about. */
const served = commandNames.filter(
  (name) => !ofAccounts.includes(name) && !['deleteChat', 'deleteMessage', 'leaveChat'].includes(name),
);

/** Found in nothing that the server writes, though it is in all that is sent. */
const MARKER = 'Zq7xLoGmArKeR';

/** An input of a command whose every text is the marker, where the contract lets it be. */
function markedInput(definition: CommandDefinition, scene: Scene): Record<string, unknown> {
  const input = exampleOf(definition, scene);
  const { properties = {} } = z.toJSONSchema(definition.input, { io: 'output', unrepresentable: 'any' });
  for (const [field, property] of Object.entries(properties)) {
    const schema = property as {
      type?: string | string[];
      format?: string;
      anyOf?: { type?: string }[];
      enum?: unknown[];
    };
    const types = [schema.type, ...(schema.anyOf ?? []).map(({ type }) => type)].flat();
    // The server tries to reach it: a name that every machine knows by itself.
    if (/url/i.test(field)) input[field] = `https://localhost/${MARKER}`;
    else if (field === 'metadata') input[field] = { [MARKER]: [MARKER] };
    else if (field === 'clientId') input[field] = `${MARKER}-${Math.random()}`;
    else if (types.includes('string') && !schema.enum && !['before', 'for', 'emoji'].includes(field))
      input[field] = MARKER;
  }
  return input;
}

describe('The log at LOG_LEVEL=debug', () => {
  const own = ownInstallation();

  /** Sends every command with the marker over both edges; the codes that came back. */
  async function driveAll({ rest, sockets }: Addresses, scene: Scene): Promise<string[]> {
    const socket: Socket = io(`${sockets}?token=${MARKER}`, {
      transports: ['websocket'],
      forceNew: true,
      auth: { token: MARKER, password: MARKER },
      extraHeaders: { authorization: `Bearer ${MARKER}`, cookie: `sid=${MARKER}` },
    });
    await once(socket as never, 'connect');
    const codes: string[] = [];
    const ask = async (command: string, payload: unknown) => {
      const answer = (await socket.timeout(10_000).emitWithAck(command, payload)) as Answer;
      codes.push(answer.ok ? 'ok' : answer.error.code);
      socket.emit(command, payload);
    };
    const fetchOne = async (name: CommandName, input: Record<string, unknown>) => {
      const { method, path } = definitionOf(name).rest!;
      const left = { ...input };
      const filled = path.replaceAll(/:(\w+)/g, (_, field: string) => {
        const value = String(left[field]);
        delete left[field];
        return encodeURIComponent(value);
      });
      const response = await fetch(`${rest}${filled}?token=${MARKER}`, {
        method,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${MARKER}`,
          'x-api-key': MARKER,
          'idempotency-key': `${MARKER}-${Math.random()}`,
        },
        ...(method === 'GET' ? {} : { body: JSON.stringify(left) }),
      });
      // Of an answer of lines the first.
      const [first = ''] = (await response.text()).split('\n', 1);
      const body = JSON.parse(first) as { error?: { code: string } };
      codes.push(body.error?.code ?? 'ok');
    };
    for (const name of served) {
      const definition = definitionOf(name);
      const input = markedInput(definition, scene);
      if (definition.socket) await ask(name, input);
      if (definition.rest) await fetchOne(name, input);
      if (definition.socket) await ask(name, { ...input, [MARKER]: MARKER, chatId: MARKER });
    }
    await ask(MARKER, { [MARKER]: MARKER });
    await ask('sendMessage', MARKER);
    await fetch(`${rest}/chats`, {
      method: 'POST',
      body: `{"${MARKER}`,
      headers: { 'content-type': 'application/json' },
    });
    await fetch(`${rest}/${MARKER}/%`);
    socket.close();
    return codes;
  }

  const messageTo = async ({ rest }: Addresses, receiverId: number): Promise<Scene> => {
    const post = async (path: string, body: object) =>
      (await (
        await fetch(`${rest}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json()) as { id: number };
    const chat = await post('/chats', { user1Id: 1, user2Id: receiverId });
    const message = await post(`/chats/${chat.id}/messages`, { senderId: 1, content: 'plain' });
    return { userId: 1, otherId: receiverId, thirdId: 3, chatId: chat.id, messageId: message.id };
  };

  it.each([
    ['JSON, in production', { NODE_ENV: 'production', AUTH: 'open' }],
    ['for people, in development', {}],
  ])('holds no content of messages and no token, whatever fails: %s', async (_name, variables) => {
    const program: Program = own.installed.start({
      LOG_LEVEL: 'debug',
      DATABASE_URL: own.database.url,
      ...variables,
    });
    const addresses = await serving(program);
    const scene = await messageTo(addresses, 2);
    expect(await driveAll(addresses, scene)).toContain('ok');

    // From now on rows with the marker fail in PostgreSQL, whose errors repeat them whole.
    const client = new pg.Client({ connectionString: own.database.url });
    await client.connect();
    await client.query(`
      ALTER TABLE messages ADD CONSTRAINT no_marker CHECK (content IS NULL OR content NOT LIKE '%${MARKER}%') NOT VALID;
      ALTER TABLE users ADD CONSTRAINT no_marker CHECK (name IS NULL OR name NOT LIKE '%${MARKER}%') NOT VALID`);
    expect(await driveAll(addresses, scene)).toContain('INTERNAL');
    await program.says(/no_marker/);
    // And with whatever a statement says of a value that is not of its type.
    await client.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM NEW.content::bigint; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse();
      ALTER TABLE messages DROP CONSTRAINT no_marker`);
    expect(await driveAll(addresses, scene)).toContain('INTERNAL');
    await program.says(/22P02|invalid input syntax for type bigint/);
    await client.query(
      'DROP TRIGGER refuse ON messages; DROP FUNCTION refuse; ALTER TABLE users DROP CONSTRAINT no_marker',
    );
    await client.end();

    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).not.toContain(MARKER);
  });
});
