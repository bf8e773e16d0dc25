import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  type CommandInput,
  type CommandName,
  commandNames,
  type CommandResult,
  definitionOf,
} from '../../contract/index.js';
import type { Actor } from '../identity/actor.js';
import { isWordless } from './wordless.js';

/** How the answer of a command is read again. */
export interface Repeat<C extends CommandName> {
  /** The ids of what the command made or changed. */
  ids(answer: CommandResult<C>): number[];
  /**
   * The answer as it is now, for who may see it now. The input is that of the repeat, which is the same.
   *
   * @throws AppError NOT_FOUND when it was deleted, or is no longer visible to the actor.
   */
  again(actor: Actor, ids: readonly number[], input: CommandInput<C>): Promise<CommandResult<C>>;
}

/** What is kept with a key. */
export type Kept = { ids: readonly number[] } | { answer: unknown };

/**
 * What is stored of an answer, so that a repeat can be answered: never text that people wrote, because deleted text
 * must not stay anywhere.
 *
 * An answer that has only ids, numbers and times is stored as it is. Features whose answers contain text that people
 * wrote register here how to read them again; the server does not start when one is missing.
 */
@Injectable()
export class Repeats implements OnApplicationBootstrap {
  private readonly known = new Map<CommandName, Repeat<CommandName>>();

  onApplicationBootstrap(): void {
    const missing = commandNames.filter(
      (name) => !this.known.has(name) && !isWordless(definitionOf(name).result),
    );
    const faulty = missing.filter(takesKey);
    if (faulty.length > 0) {
      throw new Error(
        `Register these commands with Repeats, because their answers contain text that people wrote: ${faulty.join(', ')}`,
      );
    }
  }

  /** Called by features while they start. */
  add<C extends CommandName>(names: readonly C[], repeat: Repeat<C>): void {
    for (const name of names) this.known.set(name, repeat);
  }

  keep(name: CommandName, answer: unknown): Kept {
    const repeat = this.known.get(name);
    return repeat ? { ids: repeat.ids(answer as never) } : { answer: answer ?? null };
  }

  /** @throws AppError NOT_FOUND */
  again(name: CommandName, actor: Actor, kept: Kept, input: unknown): Promise<unknown> {
    if ('answer' in kept) return Promise.resolve(kept.answer);
    const repeat = this.known.get(name);
    if (!repeat) throw new Error(`No way to find the answer of ${name} again`);
    return repeat.again(actor, kept.ids, input as never);
  }
}

function takesKey(name: CommandName): boolean {
  const { order, input } = definitionOf(name);
  const { shape = {} } = input as { shape?: Record<string, unknown> };
  return order === 'write' && 'clientId' in shape;
}
