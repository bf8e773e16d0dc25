import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from '@swc/core';
import { projectRoot } from '../../src/common/project-root.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { World } from '../support/world.js';

/** What the application of the guide has already. */
const OWN = {
  'package.json': '{ "private": true, "type": "module" }',
  'session.js': `export const currentUser = async (request) => {
    const id = request.headers.get('x-login');
    return id === null ? null : { id };
  };`,
  'serve.js': `import express from 'express';
    import { NestFactory } from '@nestjs/core';
    import { addChat } from './express.js';
    import { ChatTokenController } from './nest.js';
    import { GET } from './next.js';

    const login = (request, response, next) => {
      const id = request.get('x-login');
      if (id !== undefined) request.user = { id };
      next();
    };
    const app = express().use(login);
    addChat(app);
    const inExpress = app.listen(0, '127.0.0.1');

    class AppModule {}
    Reflect.defineMetadata('controllers', [ChatTokenController], AppModule);
    const nest = await NestFactory.create(AppModule, { logger: false });
    nest.use(login);
    await nest.listen(0, '127.0.0.1');

    const ask = async (port, headers) => {
      const answer = await fetch(\`http://127.0.0.1:\${port}/chat-token\`, { headers });
      return { status: answer.status, text: await answer.text(), cache: answer.headers.get('cache-control') };
    };
    const inNext = async (headers) => {
      const answer = await GET(new Request('http://127.0.0.1/chat-token', { headers }));
      return { status: answer.status, text: await answer.text(), cache: answer.headers.get('cache-control') };
    };
    const answers = {};
    for (const [name, headers] of [['anybody', {}], ['ann', { 'x-login': 'ann' }]]) {
      answers[name] = [
        await ask(inExpress.address().port, headers),
        await ask(nest.getHttpServer().address().port, headers),
        await inNext(headers),
      ];
    }
    console.log(JSON.stringify(answers));
    process.exit(0);`,
  'calls.js': `import { addToChat, chatAbout, endChatSessions } from './chat.js';
    const people = [{ id: 'ann', name: 'Ann' }, { id: 'bob/2', name: 'Bob', avatarUrl: 'https://example.com/bob.png' }];
    const ids = [];
    for (let turn = 0; turn < 2; turn++) ids.push(await chatAbout('order-7', 'Order 7', people));
    for (let turn = 0; turn < 2; turn++) await addToChat('order-7', [{ id: 3, name: 'Eve' }]);
    await endChatSessions({ id: 'bob/2' });
    console.log(JSON.stringify(ids));`,
};

interface Told {
  status: number;
  text: string;
  cache: string | null;
}

/** The samples of docs/guides/existing-app.md, in an application of its own. */
describe('The guide into an application that is there', () => {
  const key = newApiKey();
  let world: World;
  let folder: string;

  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-existing-')));
    await mkdir(join(folder, 'node_modules'));
    for (const name of ['express', '@nestjs', 'reflect-metadata'])
      await symlink(join(projectRoot(), 'node_modules', name), join(folder, 'node_modules', name));
    const guide = await readFile(join(projectRoot(), 'docs/guides/existing-app.md'), 'utf8');
    const samples = [...guide.matchAll(/^```(js|ts) not-run=elsewhere\n\/\/ (\S+)\n(.*?)^```$/gms)];
    expect(samples.map(([, , name]) => name)).toEqual([
      'chat.js',
      'express.js',
      'nest.ts',
      'next.js',
      'app.js',
    ]);
    for (const [, language, name, code] of samples) {
      const file = join(folder, name!.replace(/ts$/, 'js'));
      await writeFile(file, language === 'js' ? code! : await inJavaScript(code!));
    }
    for (const [name, code] of Object.entries(OWN)) await writeFile(join(folder, name), code);
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const inJavaScript = async (code: string) => {
    const { code: made } = await transform(code, {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
      },
    });
    return made;
  };

  /** What it prints, as JSON. */
  const run = async <T>(name: string): Promise<T> => {
    const child = spawn(process.execPath, [name], {
      cwd: folder,
      env: { ...process.env, CHAT_URL: `http://127.0.0.1:${world.app.httpPort}`, CHAT_API_KEY: key },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return JSON.parse(output) as T;
  };

  it('hands a token to who is logged in, and none to others, in Express, Nest and Next', async () => {
    const { anybody, ann } = await run<Record<'anybody' | 'ann', Told[]>>('serve.js');
    expect(anybody.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(ann.map(({ status, cache }) => [status, cache])).toEqual(Array(3).fill([200, 'no-store']));
    for (const { text } of ann) {
      const { body } = await world.http.get('/auth/me').set('Authorization', `Bearer ${text}`).expect(200);
      expect(body).toMatchObject({ externalId: 'ann' });
    }
    expect(await world.sql('SELECT 1 FROM users')).toHaveLength(1);
  });

  it('names people by the ids of the application, and makes a chat once', async () => {
    const [first, second] = await run<number[]>('calls.js');
    expect(second).toBe(first);
    const { body } = await world.http
      .get('/chats/external:order-7/members')
      .set('X-Api-Key', key)
      .expect(200);
    expect(body.members).toMatchObject([
      { externalId: 'ann', name: 'Ann' },
      { externalId: 'bob/2', name: 'Bob' },
      { externalId: '3', name: 'Eve' },
    ]);
  });

  it('says why and until when to somebody who is deactivated', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await world.http
      .post('/users/external:ann/deactivate')
      .set('X-Api-Key', key)
      .send({ reason: 'spam', until })
      .expect(200);
    await writeFile(
      join(folder, 'deactivated.js'),
      `import { chatToken } from './chat.js';
      chatToken({ id: 'ann' }).catch(({ code, details }) => console.log(JSON.stringify({ code, details })));`,
    );
    expect(await run('deactivated.js')).toEqual({ code: 'DEACTIVATED', details: { reason: 'spam', until } });
  });
});
