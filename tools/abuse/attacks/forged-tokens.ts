import { createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { attackOf } from '../attack.js';
import { Budget, type Stage } from '../attacker/stage.js';
import { codeIn, ChatSocket } from '../wire/chat-socket.js';
import { rest } from '../wire/rest.js';

const LINES = 8;
const TRIES_PER_SECOND = 200;

interface Data {
  token: string;
  /** Whom the forger would like to be. */
  victimId: number;
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Tokens that were made from a good one without the secret it is signed with, by what is wrong with them. */
function forgeries({ token, victimId }: Data): [string, string][] {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const parsed = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const header = parsed(head);
  const wanted = encoded({ ...parsed(claims), sub: String(victimId) });
  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' });
  const hmac = (changes: object, secret: Buffer | string, hash = 'sha256') => {
    const signed = `${encoded({ ...header, ...changes })}.${wanted}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
  };
  const rsa = (changes: object) => {
    const signed = `${encoded({ ...header, alg: 'RS256', ...changes })}.${wanted}`;
    return `${signed}.${createSign('sha256').update(signed).sign(keys.privateKey, 'base64url')}`;
  };
  const unsigned = (alg: string, end: string) => `${encoded({ ...header, alg })}.${wanted}.${end}`;
  return [
    ['alg none', unsigned('none', '')],
    ['alg none with a signature', unsigned('none', signature)],
    ['alg NONE', unsigned('NONE', '')],
    ['alg nOnE', unsigned('nOnE', '')],
    ['no alg', unsigned('', signature)],
    ['the signature of another token', `${head}.${wanted}.${signature}`],
    ['no signature', `${head}.${wanted}.`],
    ['two parts', `${head}.${wanted}`],
    ['another secret', hmac({}, randomBytes(32))],
    ['an empty secret', hmac({}, '')],
    ['a secret of zeros', hmac({}, Buffer.alloc(32))],
    ['a guessed secret', hmac({}, 'secret')],
    ['HS512', hmac({ alg: 'HS512' }, randomBytes(64), 'sha512')],
    ['a public key as its secret', hmac({}, publicKey)],
    ['RS256', rsa({})],
    ['a key it brings along', rsa({ jwk: keys.publicKey.export({ format: 'jwk' }) })],
    ['a key it points to', rsa({ jku: 'http://127.0.0.1:9/keys', kid: 'own' })],
    ['a key that is a path', hmac({ kid: '../../../../dev/null' }, '')],
    ['a part that has to be understood', hmac({ crit: ['b64'], b64: false }, randomBytes(32))],
    ['a long tail', `${token}${'A'.repeat(20_000)}`],
    ['noise', randomBytes(300).toString('base64url')],
  ];
}

async function offer(stage: Stage<Data>, what: string, token: string, nth: number): Promise<void> {
  const { tally } = stage;
  if (nth % 2 === 0) {
    const reply = await stage.inTime(rest(stage.httpEndpoint(nth), 'GET', '/auth/me', { token }));
    tally.opened++;
    if (reply) tally.expect(reply.status >= 400, `a token with ${what} was believed over REST`);
    if (reply && reply.status >= 400) tally.refuse(codeIn(reply.text));
  } else {
    const socket = await stage.inTime(ChatSocket.connect(stage.socketEndpoint(nth), token, tally));
    tally.expect(socket === null, `a token with ${what} was believed by a socket`);
    socket?.close();
  }
}

export const attack = attackOf<Data>({
  title: 'forged tokens on both edges: alg none, swapped algorithms, other secrets, keys they bring along',
  expected: 'none of them is believed',
  fate: 'refused',
  prepare: async (scene) => {
    const { token } = await scene.person();
    const [victimId = 0] = await scene.people(1);
    return { token, victimId };
  },
  run: async (stage) => {
    const tokens = forgeries(stage.data);
    const budget = new Budget(stage, TRIES_PER_SECOND);
    let next = 0;
    const line = async (): Promise<void> => {
      while (!stage.isOver) {
        await budget.take(1);
        const nth = next++;
        const [what, token] = tokens[nth % tokens.length] ?? ['', ''];
        await offer(stage, what, token, nth);
      }
    };
    await Promise.all(Array.from({ length: LINES }, line));
  },
});
