import { clusterUrl } from '../../../test/support/cluster.js';
import { PassThrough } from 'node:stream';
import { faultsCommand } from '../src/bin/faults-command.js';
import { type ChatServer, type People, startChatServer } from '../src/index.js';
import { Client, eventually } from './client.js';

describe('The faults proxy as a program', () => {
  let server: ChatServer;
  let people: People<readonly ['alice', 'bob']>;
  beforeAll(async () => {
    server = await startChatServer({ databaseUrl: clusterUrl() });
    people = await server.people('alice', 'bob');
  }, 60_000);
  afterAll(() => server.stop(), 30_000);

  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** Runs it until the test ends. */
  const start = async (...args: string[]) => {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const said = { output: '', errors: '' };
    output.on('data', (chunk: Buffer) => void (said.output += chunk.toString()));
    errors.on('data', (chunk: Buffer) => void (said.errors += chunk.toString()));
    const end = new AbortController();
    const code = faultsCommand(args, { input, output, errors }, end.signal);
    ends.push(async () => {
      end.abort();
      await code;
    });
    await eventually(() => said.output.includes('\n') || said.errors !== '');
    const say = (line: string) => input.write(`${line}\n`);
    return { said, code, end, say, url: said.output.split('\n')[0]! };
  };
  const connect = async (url: string, { auth }: People<readonly ['bob']>['bob']) => {
    const client = await Client.of({ url, auth });
    ends.push(async () => client.close());
    return client;
  };
  const send = (content: string) =>
    server.rest('POST', `/chats/${people.chat.id}/messages`, { content }, people.alice);

  it('prints its address, makes the faults, and says what it has done', async () => {
    const { said, url, code, end } = await start(
      ...['--server', server.directUrl, '--seed', '7', '--drop', '1', '--events', 'newMessage', '--log'],
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const bob = await connect(url, people.bob);
    await send('lost');
    await eventually(() => said.output.includes('"fault":"dropped"'));
    expect(bob.contents).toEqual([]);
    end.abort();
    expect(await code).toBe(0);
  });

  it('does what it is told on its standard input', async () => {
    const { said, url, say } = await start(
      '--server',
      server.directUrl,
      '--double',
      '1',
      '--events',
      'newMessage',
    );
    const bob = await connect(url, people.bob);
    await send('twice');
    await eventually(() => bob.contents.length === 2);
    say('calm');
    say('settled');
    await eventually(() => said.output.includes('settled\n'));
    await send('once');
    await eventually(() => bob.contents.includes('once'));
    say(`cut ${people.bob.id}`);
    await eventually(() => bob.events('ready').length === 2);
    say(`offline ${people.bob.id}`);
    await eventually(() => !bob.socket.connected);
    say(`online ${people.bob.id}`);
    await eventually(() => bob.events('ready').length === 3);
    expect(bob.contents).toEqual(['twice', 'twice', 'once']);
    say('jump');
    await eventually(() => said.errors === 'chat-faults: jump: unknown\n');
  });

  it('breaks all connections every so often', async () => {
    const { url, say } = await start('--server', server.directUrl, '--cut-every', '200');
    const bob = await connect(url, people.bob);
    await eventually(() => bob.events('ready').length > 2);
    say('calm');
  });

  it.each<[string, string[], RegExp]>([
    ['no server', [], /--server: say where the server is/],
    ['what is no rate', ['--drop', '10%'], /--drop: expected a number from 0 to 1, got 10%/],
    ['what is no time', ['--delay-ms', '200'], /--delay-ms: expected milliseconds such as 0-200, got 200/],
    ['a delay without a time', ['--delay', '0.1'], /delay: say how late as well/],
    ['what is no refusal', ['--refuse', '0.1'], /--refuse: expected CODE:rate/],
    ['an unknown option', ['--drops', '0.1'], /--drops/],
  ])('ends with 2 and says why, given %s', async (_, args, says) => {
    const where = args.length === 0 ? [] : ['--server', server.directUrl];
    const { said, code } = await start(...where, ...args);
    expect(await code).toBe(2);
    expect(said.errors).toMatch(says);
    expect(said.output).toBe('');
  });
});
