import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type * as client from '../../packages/client/src/contract.gen.js';
import { projectRoot } from '../../src/common/project-root.js';
import type {
  CommandName,
  CommandResult,
  commands,
  ErrorCode,
  EventName,
  EventPayload,
} from '../../src/contract/index.js';

/** Each of the two can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The names for which two maps differ. */
type Differing<A, B extends Record<keyof A, unknown>> = {
  [K in keyof A]: Same<A[K], B[K]> extends true ? never : K;
}[keyof A];

type SocketCommand = {
  [C in CommandName]: (typeof commands)[C]['socket'] extends true ? C : never;
}[CommandName];

type Payloads = { [E in EventName]: EventPayload<E> };
type Results = { [C in SocketCommand]: CommandResult<C> };
type Inputs = { [C in SocketCommand]: z.input<(typeof commands)[C]['input']> };
type ClientResults = { [C in client.CommandName]: client.CommandResult<C> };
type ClientInputs = { [C in client.CommandName]: client.CommandInput<C> };

/** Where one of these differs, `npm run typecheck` names it here. */
const differing: {
  eventNames: Same<client.EventName, EventName>;
  commandNames: Same<client.CommandName, SocketCommand>;
  errorCodes: Same<client.ErrorCode, ErrorCode>;
  payloads: Differing<Payloads, client.Events>[];
  results: Differing<Results, ClientResults>[];
  inputs: Differing<Inputs, ClientInputs>[];
} = {
  eventNames: true,
  commandNames: true,
  errorCodes: true,
  payloads: [],
  results: [],
  inputs: [],
};
/** Only empty lists are lists of `never`. */
const none: Record<'payloads' | 'results' | 'inputs', never[]> = differing;

describe('The generated types of the client', () => {
  it('are the contract’s, in every event, command and error code', () => {
    expect(none).toEqual({
      eventNames: true,
      commandNames: true,
      errorCodes: true,
      payloads: [],
      results: [],
      inputs: [],
    });
  });

  it('need no package', () => {
    const text = readFileSync(join(projectRoot(), 'packages/client/src/contract.gen.ts'), 'utf8');
    expect(text).not.toMatch(/\b(import|require|from ['"])/);
  });
});
