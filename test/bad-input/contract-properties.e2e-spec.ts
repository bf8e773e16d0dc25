import fc from 'fast-check';
import {
  type CommandDefinition,
  type CommandName,
  commandNames,
  definitionOf,
  errorCatalogue,
  repliesOf,
} from '../../src/contract/index.js';
import type { Answer } from '../../src/contract/index.js';
import { MARKER } from '../support/bad-values.js';
import { AWKWARD } from '../support/external-names.js';
import { type Known, payloadsOf, routeInputsOf, toJson } from '../support/generate.js';
import { type CommandParam, RawHttp, type Reply } from '../support/raw-http.js';
import { answerIn, RawSocket } from '../support/raw-socket.js';
import { eventually, World } from '../support/world.js';

/** The same inputs at each run of CI, others at each run elsewhere. A failure names its seed: put it here. */
const SEED = process.env.CI === 'true' ? 20_261_122 : undefined;

const RUNS = 100;
const PEOPLE = [1, 2, 3];
const INVITER = 4;

/** `isEnough`: whether what was generated so far shows what it should; else there is more of it, up to five times. */
async function check<T>(property: fc.IAsyncProperty<T>, isEnough = () => true): Promise<void> {
  for (let round = 0; round === 0 || (round < 5 && !isEnough()); round++) {
    await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: SEED + round }) });
  }
}

/** They take a code that nobody guesses. */
const byCode: CommandName[] = ['getInvite', 'joinByInvite'];

/** They go on with a stream: no message here is one. */
const ofStreams: CommandName[] = ['sendDelta'];

/** They are about the socket of somebody who is online. */
const online: CommandName[] = ['setActive'];

/** Done, or of a form that would be, were this server set up for it, the code that of an invitation, or the message a stream. */
const isTaken = (name: CommandName, answer: Answer) =>
  answer.ok ||
  answer.error.code === 'NOT_CONFIGURED' ||
  (byCode.includes(name) && answer.error.code === 'NOT_FOUND') ||
  (ofStreams.includes(name) && answer.error.code === 'CONFLICT');

describe('Whatever JSON is sent, by the contract or not', () => {
  let world: World;
  let http: RawHttp;
  const known = {
    users: PEOPLE,
    chats: [] as number[],
    messages: [] as number[],
    webhooks: [] as number[],
    names: { users: AWKWARD.slice(-PEOPLE.length), chats: [...AWKWARD] },
  } satisfies Known;

  beforeAll(async () => {
    world = await World.start();
    http = new RawHttp(world.app.httpPort);
  });
  afterAll(() => world.stop());

  // Properties delete and change what is there: each begins with chats of all pairs, and messages in them.
  beforeEach(async () => {
    for (const userId of [...PEOPLE, INVITER])
      await world.http.post(`/users/${userId}/reactivate`).expect(200);
    await eventually(async () => {
      const underWay = await world.sql(
        'SELECT 1 FROM chats WHERE closed UNION ALL SELECT 1 FROM erasures WHERE "doneAt" IS NULL',
      );
      return underWay.length === 0;
    });
    // What the ones before made: lists of hundreds of chats would be most of the time.
    await world.sql('TRUNCATE chats CASCADE');
    await world.sql('DELETE FROM user_blocks');
    const client = await world.stranger();
    for (const senderId of PEOPLE) {
      for (const receiverId of PEOPLE.filter((other) => other !== senderId)) {
        for (const content of ['one', 'two', 'three'])
          await client.ok('sendMessage', { senderId, receiverId, content });
      }
    }
    // Groups of somebody else, to which they are invited.
    const invitations = PEOPLE.map((userId) => ({ userId, groupAdds: 'invited' }));
    for (const setting of invitations) await client.ok('setGroupAdds', setting);
    for (let i = 0; i < 5; i++) {
      await client.ok('createGroup', { userId: INVITER, title: 'of another', memberIds: PEOPLE });
    }
    for (const setting of invitations) await client.ok('setGroupAdds', { ...setting, groupAdds: null });
    // Groups of all, of which properties may leave little; nobody in particular may do all with them.
    for (const userId of PEOPLE) {
      await client.ok('createGroup', { userId, title: `of ${userId}`, memberIds: PEOPLE });
    }
    known.chats.splice(0, Infinity, ...(await ids('chats')));
    // Who was erased has none any more: then somebody else comes to be by it.
    for (const [i, userId] of PEOPLE.entries())
      await world.sql(
        `UPDATE users SET "externalId" = $2
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users WHERE "externalId" = $2)`,
        [userId, known.names.users[i]],
      );
    known.names.chats = AWKWARD.slice(0, known.chats.length);
    for (const [i, externalId] of known.names.chats.entries())
      await world.sql('UPDATE chats SET "externalId" = $2 WHERE id = $1', [known.chats[i], externalId]);
    known.messages.splice(0, Infinity, ...(await ids('messages')));
    await world.sql('DELETE FROM webhooks');
    await world.sql(
      `INSERT INTO webhooks (url, events, secrets) VALUES ('http://127.0.0.1:1/', '{*}', '[]')`,
    );
    known.webhooks.splice(0, Infinity, ...(await ids('webhooks')));
    await client.ok('reportMessage', { messageId: known.messages[0], userId: PEOPLE.at(-1) });
    client.close();
  });

  const ids = async (table: string): Promise<number[]> =>
    (await world.sql<{ id: string }>(`SELECT id FROM ${table} ORDER BY id DESC LIMIT 30`)).map(({ id }) =>
      Number(id),
    );

  /** An ok answer has the result of the contract, another one a code of the catalogue that is no fault of ours. */
  const expectByContract = (definition: CommandDefinition, answer: Answer): void => {
    if (answer.ok) {
      for (const result of definition.lines ? (answer.data as unknown[]) : [answer.data])
        expect(definition.result.safeParse(result).error?.issues ?? []).toEqual([]);
    } else {
      expect(Object.keys(errorCatalogue)).toContain(answer.error.code);
      expect(['INTERNAL', 'UNAVAILABLE']).not.toContain(answer.error.code);
      expect(JSON.stringify(answer.error)).not.toContain(MARKER);
    }
  };

  /** A socket; of a person where the input can't say who asks. */
  const connected = async (name: CommandName): Promise<RawSocket> => {
    const raw = await RawSocket.connect(world.socketUrl);
    if (definitionOf(name).actor.length === 0 || online.includes(name))
      await raw.ask('userOnline', String(PEOPLE[0]));
    return raw;
  };

  describe.each(commandNames.filter((name) => definitionOf(name).socket))('to the command %s', (name) => {
    const definition = definitionOf(name);

    it('there is one answer, by the contract', async () => {
      const raw = await connected(name);
      let fine = 0;
      await check(
        fc.asyncProperty(payloadsOf(definition, known), async (json) => {
          const answer = answerIn(await raw.askFrame(name, json));
          expectByContract(definition, answer);
          if (isTaken(name, answer)) fine++;
        }),
        () => fine > 0,
      );
      await raw.ask('getOnlineUsers');
      expect([...raw.answers.values()].filter((count) => count !== 1)).toEqual([]);
      expect(raw.unread.filter((frame) => frame.startsWith('42["exception"'))).toEqual([]);
      expect(fine).toBeGreaterThan(0);
      raw.close();
    });

    it('without a callback there is one event: its reply, or an exception', async () => {
      const raw = await connected(name);
      let sent = 0;
      let told = 0;
      await check(
        fc.asyncProperty(payloadsOf(definition, known), async (json) => {
          raw.send(`42["${name}",${json}]`);
          const own: [string, Record<string, unknown>][] = [];
          const hear = (frame: string) => {
            const heard = JSON.parse(frame.slice(2)) as [string, Record<string, unknown>];
            if ((repliesOf(definition) as string[]).includes(heard[0]) || heard[0] === 'exception')
              own.push(heard);
          };
          while (definition.reply !== null && own.length === 0) hear(await raw.next());
          (await raw.heardUntil('getOnlineUsers')).forEach(hear);
          // Of a read the exception may come after the answer to the next read.
          told += own.length;
          // Somebody becomes the owner: the former one's new role is told beside the answer.
          if (name === 'setRole' && /"role":"owner"/.test(json) && own.length === 2) told--;
          expect(told).toBeLessThanOrEqual(++sent);
          for (const [event, payload] of own) {
            if (event === 'exception') {
              expect(payload).toMatchObject({ command: name, code: expect.any(String) });
              expectByContract(definition, { ok: false, error: payload as never });
            } else expectByContract(definition, { ok: true, data: payload });
          }
        }),
      );
      raw.close();
    });
  });

  const asked = (
    name: CommandName,
    input: Record<string, unknown>,
    headers: Record<string, string>,
  ): CommandParam => {
    const { method, path } = definitionOf(name).rest!;
    const plain = (value: unknown): string =>
      Array.isArray(value)
        ? value.map(plain).join(',')
        : encodeURIComponent((typeof value === 'string' ? value : toJson(value ?? null)).toWellFormed());
    const rest = { ...input };
    const filled = path.replaceAll(/:(\w+)/g, (_, field: string) => {
      const value = rest[field];
      delete rest[field];
      // An empty part would make it the path of another route.
      return plain(value) || '%20';
    });
    const inQuery = method === 'GET' || method === 'DELETE';
    const query = Object.entries(rest).map(([key, value]) => `${plain(key)}=${plain(value)}`);
    return {
      method,
      path: inQuery && query.length > 0 ? `${filled}?${query.join('&')}` : filled,
      body: inQuery ? undefined : toJson(rest),
      headers,
    };
  };

  const answerOf = (definition: CommandDefinition, reply: Reply): Answer => {
    if (reply.status >= 400) return { ok: false, error: reply.error() as never };
    expect(reply.status).toBe(definition.rest!.status);
    const parsed = (text: string) => JSON.parse(text) as unknown;
    return {
      ok: true,
      data: definition.lines ? reply.text.trim().split('\n').map(parsed) : parsed(reply.text),
    };
  };

  describe.each(commandNames.filter((name) => definitionOf(name).rest))('to the route of %s', (name) => {
    const definition = definitionOf(name);

    it('there is an answer by the contract', async () => {
      let fine = 0;
      const inputs = routeInputsOf(definition, known);
      const headers = fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        { weight: 3, arbitrary: fc.constantFrom(...PEOPLE).map((id) => ({ 'x-user-id': String(id) })) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom(...known.names.users)
            .map((name) => ({ 'x-user-id': `external:${encodeURIComponent(name)}` })),
        },
        { weight: 1, arbitrary: fc.constantFrom('0', 'x', MARKER).map((id) => ({ 'x-user-id': id })) },
      );
      await check(
        fc.asyncProperty(inputs, headers, async (input, header) => {
          const answer = answerOf(definition, await http.ask(asked(name, input, header)));
          expectByContract(definition, answer);
          if (isTaken(name, answer)) fine++;
        }),
        () => fine > 0,
      );
      expect(fine).toBeGreaterThan(0);
    });
  });
});
