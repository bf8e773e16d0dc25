import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Faults, Refusal } from '../faults/faults.js';
import { type FaultsProxy, startFaultsProxy } from '../faults/proxy.js';
import { reasonOf, type Terminal, UsageError, wholeNumber } from './terminal.js';

const USAGE = `Stands between clients and a server, and does to the frames of Socket.IO what networks do.

  chat-faults --server http://localhost:3000 --port 3100 --seed 7 --drop 0.1 --double 0.05 --delay 0.1 --delay-ms 0-200

  --server     where the server is
  --port       where clients connect, on 127.0.0.1; left out: a free one
  --seed       the same seed gives the same faults
  --drop       how many events never arrive, from 0 to 1
  --double     how many events arrive twice
  --delay      how many events arrive late; --delay-ms 0-200 says by how many milliseconds
  --lose-acks  how many answers never arrive, although the command was executed
  --refuse     RATE_LIMITED:0.05: that part of the commands is not executed, but answered so; can be given again
  --events     newMessage,reactionsChanged: only these events are dropped, doubled and delayed
  --commands   sendMessage: only answers to these commands are lost
  --cut-every  breaks all connections every so many milliseconds
  --polling    pass: long polling passes untouched; refuse (left out): it is refused
  --log        prints what is done, as JSON, one in a line

The first line that it prints is the address for clients. On standard input it takes, a line each: cut, cut 7, offline 7,
online 7, freeze, freeze 7, resume, resume 7 (7 is a user id), calm (nothing goes wrong from now on), faults (it does
again), settled (answers "settled" when nothing is under way). It ends by SIGINT or SIGTERM.
`;

const OPTIONS = {
  server: { type: 'string' },
  port: { type: 'string' },
  seed: { type: 'string' },
  drop: { type: 'string' },
  double: { type: 'string' },
  delay: { type: 'string' },
  'delay-ms': { type: 'string' },
  'lose-acks': { type: 'string' },
  refuse: { type: 'string', multiple: true },
  events: { type: 'string' },
  commands: { type: 'string' },
  'cut-every': { type: 'string' },
  polling: { type: 'string' },
  log: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof valuesOf>;

const valuesOf = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS }).values;

/** @returns the exit code, when the signal says that it shall end */
export async function faultsCommand(
  args: readonly string[],
  { input, output, errors }: Terminal,
  end: AbortSignal,
): Promise<number> {
  let proxy: FaultsProxy | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const values = valuesOf(args);
    if (values.help) {
      output.write(USAGE);
      return 0;
    }
    const faults = faultsOf(values);
    const cutEvery = values['cut-every'] === undefined ? 0 : wholeNumber('cut-every', values['cut-every']);
    proxy = await startFaultsProxy({
      target: targetOf(values.server),
      port: values.port === undefined ? 0 : wholeNumber('port', values.port),
      polling: pollingOf(values.polling),
    });
    proxy.faults(faults);
    output.write(`${proxy.url}\n`);
    const running = new Running(proxy, faults, (line) => output.write(`${line}\n`));
    if (values.log) proxy.onHappening((happening) => output.write(`${JSON.stringify(happening)}\n`));
    if (cutEvery > 0) timer = setInterval(() => running.cutAll(), cutEvery);
    createInterface({ input }).on('line', (line) => {
      running.obey(line).catch((error: unknown) => errors.write(`chat-faults: ${reasonOf(error)}\n`));
    });
    if (!end.aborted) await once(end, 'abort');
    return 0;
  } catch (error) {
    errors.write(`chat-faults: ${reasonOf(error)}\nchat-faults --help says how it is called.\n`);
    return 2;
  } finally {
    clearInterval(timer);
    await proxy?.stop();
  }
}

/** A proxy that is told what to do, a line each. */
class Running {
  private calm = false;

  constructor(
    private readonly proxy: FaultsProxy,
    private readonly faults: Faults,
    private readonly say: (line: string) => void,
  ) {}

  cutAll(): void {
    if (!this.calm) this.proxy.cut();
  }

  /** @throws UsageError when there is no such word */
  async obey(line: string): Promise<void> {
    const [word = '', id] = line.trim().split(/\s+/);
    const who = id === undefined ? undefined : wholeNumber(word, id);
    switch (word) {
      case '':
        return;
      case 'cut':
        this.proxy.cut(who);
        return;
      case 'freeze':
        this.proxy.freeze(who);
        return;
      case 'resume':
        this.proxy.resume(who);
        return;
      case 'offline':
      case 'online':
        if (who === undefined) throw new UsageError(`${word}: say who, such as: ${word} 7`);
        this.proxy[word](who);
        return;
      case 'calm':
      case 'faults':
        this.calm = word === 'calm';
        this.proxy.faults(this.calm ? null : this.faults);
        return;
      case 'settled':
        await this.proxy.settled();
        this.say('settled');
        return;
      default:
        throw new UsageError(`${word}: unknown`);
    }
  }
}

function targetOf(server: string | undefined): string {
  if (server === undefined || !URL.canParse(server))
    throw new UsageError('--server: say where the server is, such as http://localhost:3000');
  return server;
}

function pollingOf(polling: string | undefined): 'refuse' | 'pass' {
  if (polling === undefined || polling === 'refuse') return 'refuse';
  if (polling === 'pass') return polling;
  throw new UsageError(`--polling: expected pass or refuse, got ${polling}`);
}

function faultsOf(values: Values): Faults {
  const faults: Faults = {};
  if (values.seed !== undefined) faults.seed = wholeNumber('seed', values.seed);
  for (const name of ['drop', 'double', 'delay'] as const)
    if (values[name] !== undefined) faults[name] = rateOf(name, values[name]);
  if (values['lose-acks'] !== undefined) faults.loseAcks = rateOf('lose-acks', values['lose-acks']);
  const late = values['delay-ms'];
  if (late !== undefined) {
    const [, least, most] = /^(\d+)-(\d+)$/.exec(late) ?? [];
    if (least === undefined || most === undefined)
      throw new UsageError(`--delay-ms: expected milliseconds such as 0-200, got ${late}`);
    faults.delayMs = [Number(least), Number(most)];
  }
  if (values.refuse) faults.refuse = values.refuse.map(refusalOf);
  if (values.events !== undefined) faults.events = values.events.split(',');
  if (values.commands !== undefined) faults.commands = values.commands.split(',');
  return faults;
}

function rateOf(name: string, text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !(rate >= 0 && rate <= 1))
    throw new UsageError(`--${name}: expected a number from 0 to 1, got ${text}`);
  return rate;
}

function refusalOf(text: string): Refusal {
  const [code = '', rate = ''] = text.split(':');
  if (!/^[A-Z_]+$/.test(code)) throw new UsageError(`--refuse: expected CODE:rate, got ${text}`);
  return { code, rate: rateOf('refuse', rate) };
}
