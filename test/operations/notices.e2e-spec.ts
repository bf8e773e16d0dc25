import { request } from 'node:http';
import { io } from 'socket.io-client';
import { ownInstallation, serving } from '../support/process.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(90_000);

describe('A server says in its log', () => {
  const own = ownInstallation();

  it('which variable is misspelt, and that a proxy is not trusted: once; ready says both', async () => {
    const program = own.installed.start({
      HOST: '127.0.0.1',
      DATABASE_URL: own.database.url,
      ALOWED_ORIGINS: 'https://a-value.example',
      DATABASE_URLL: 'postgres://chat:a-secret@db/chat',
    });
    const { rest } = await serving(program);
    const get = () =>
      new Promise<void>((resolve, reject) => {
        const url = new URL('/users', rest.replace('localhost', '127.0.0.1'));
        request(url, { headers: { 'X-Forwarded-For': '192.0.2.7', host: 'localhost' } }, (response) => {
          response.resume().once('end', resolve);
        })
          .once('error', reject)
          .end();
      });
    const ready = async () =>
      (await fetch(`${rest.replace('localhost', '127.0.0.1')}/health/ready`)).json() as Promise<object>;
    expect(await ready()).toMatchObject({ status: 'degraded', degraded: ['variables'] });
    for (let i = 0; i < 3; i++) await get();
    expect(await ready()).toMatchObject({
      status: 'degraded',
      degraded: expect.arrayContaining(['proxy', 'variables']),
    });
    await eventually(() => program.output.includes('TRUST_PROXY'));
    const { output } = program;
    expect(output).toContain(
      'There is no variable ALOWED_ORIGINS: it has no effect. Did you mean ALLOWED_ORIGINS?',
    );
    expect(output).not.toContain('a-value');
    expect(output).not.toContain('a-secret');
    expect(output).not.toContain('192.0.2.7');
    expect(output.split('X-Forwarded-For').length - 1).toBe(1);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  it.each(['polling', 'websocket'])(
    'that a handshake over %s came through a proxy, as long as none is trusted',
    async (transport) => {
      for (const proxies of ['0', '1']) {
        const world = await World.start({ TRUST_PROXY: proxies });
        const socket = io(world.socketUrl, {
          transports: [transport],
          forceNew: true,
          extraHeaders: { 'X-Forwarded-For': '192.0.2.7' },
        });
        await eventually(() => socket.connected);
        const { body } = await world.http.get('/health/ready').expect(200);
        const { degraded } = body as { degraded?: string[] };
        if (proxies === '0') expect(degraded).toEqual(expect.arrayContaining(['proxy']));
        else expect(degraded ?? []).not.toContain('proxy');
        socket.disconnect();
        await world.stop();
      }
    },
  );

  it('that a password was not escaped, and nothing of it', async () => {
    for (const password of ['1234/abcdefgh', '1234?abcdefgh', '1234#abcdefgh', '1234%abzzefgh']) {
      const program = own.installed.start({ DATABASE_URL: `postgres://chat:${password}@127.0.0.1:1/chat` });
      expect(await program.exited).toBe(1);
      expect(program.output).toMatch(/^DATABASE_URL: expected postgres:.* has to be escaped/);
      for (const part of ['1234', 'abcdefgh', 'zzefgh']) expect(program.output).not.toContain(part);
    }
  });
});
