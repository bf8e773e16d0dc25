import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printState } from '../../test/print.js';
import { account } from '../../test/views.js';
import type { Commands, Events } from '../contract.gen.js';
import { eventsOf } from '../events.js';
import { Store } from './store.js';

/** The vectors of the conformance kit, for clients in any language. */
const FOLDER = join(import.meta.dirname, '../../../testing/conformance');

type Step =
  | { event: keyof Events; body: never }
  | { ask: keyof Commands; input: object; id?: string; answer?: unknown }
  | { to: string; answer: unknown };

interface Vector {
  name: string;
  rule: string;
  me: number;
  steps: Step[];
  expect: object;
  wantsSync?: boolean;
}

/** A store that is told what a vector says, as the client tells it. */
class Player {
  private missing = false;
  private readonly asked = new Map<string, { command: keyof Commands; input: object }>();
  readonly store = new Store({
    missing: () => (this.missing = true),
    stored: () => undefined,
    gap: () => undefined,
    applied: () => undefined,
    gone: () => undefined,
    reset: () => undefined,
    changed: () => undefined,
    arrived: () => undefined,
  });

  constructor(me: number) {
    this.store.state.me = account(me);
  }

  /** Whether it would call `sync`, at once or when a gap stays. */
  get wantsSync(): boolean {
    return this.missing || [...this.store.state.chats.values()].some(({ ahead }) => ahead.size > 0);
  }

  play(step: Step): void {
    if ('event' in step) this.store.apply.hear(step.event, step.body);
    else if ('to' in step) {
      const { command, input } = this.asked.get(step.to)!;
      this.answered(command, input, step.answer);
    } else {
      this.asks(step.ask, step.input);
      if (step.id !== undefined) this.asked.set(step.id, { command: step.ask, input: step.input });
      else this.answered(step.ask, step.input, step.answer);
    }
  }

  private asks(command: keyof Commands, input: object): void {
    const { apply } = this.store;
    if (command === 'sync') apply.hold();
    if (command === 'getMessages') apply.reads(this.store.chat((input as { chatId: number }).chatId)!);
  }

  private answered(command: keyof Commands, input: object, answer: unknown): void {
    const { apply } = this.store;
    if (command === 'sync') {
      const synced = answer as Events['synced'];
      this.missing = false;
      apply.sync(synced);
      if (!synced.more) apply.release();
    } else if (command === 'getMessages') {
      const { chatId, ...asked } = input as { chatId: number };
      apply.page(this.store.chat(chatId)!, answer as Events['messagesList'], asked);
    } else if (command === 'getMembers') {
      const { chatId, members, membersVersion } = answer as Events['membersList'];
      apply.members(this.store.chat(chatId)!, members, membersVersion);
    } else if (command === 'getChats') apply.list((answer as { chats: [] }).chats);
    else for (const [name, body] of eventsOf(command, answer)) apply.hear(name, body as never);
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

describe.each(files)('The vectors of %s', (file) => {
  const vectors = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Vector[];

  it.each(vectors)('$name: $rule', ({ me, steps, expect: expected, wantsSync }) => {
    const player = new Player(me);
    for (const step of steps) player.play(step);
    expect(printState(player.store)).toMatchObject(expected);
    if (wantsSync !== undefined) expect(player.wantsSync).toBe(wantsSync);
  });
});
