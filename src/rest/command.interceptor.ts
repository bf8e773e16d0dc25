import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, from, type Observable, tap, throwError, timeout } from 'rxjs';
import { Identity } from '../commands/identity/identity.js';
import { AppError, type CommandName, countedBy, definitionOf, id, parseInput } from '../contract/index.js';
import { toAppError, tooSlow } from '../common/errors/failure.js';
import { Idempotency } from '../commands/idempotency/idempotency.js';
import { Limits } from '../commands/limits/limits.js';
import { CommandMeters } from '../common/metrics/command-meters.js';
import type { CommandRequest } from '../sockets/command.decorator.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { limitRequest } from './request-limits.js';
import { credentialsOf } from './credentials.js';
import { ROUTE_COMMANDS } from './route.decorator.js';

/** A request whose command has been read. */
export interface CommandHttpRequest extends Request {
  command: CommandRequest<CommandName>;
}

/**
 * Around every route of a command what the dispatcher is around every command of a socket: input validated,
 * asker identified, repeated commands answered once, an answer within the bound.
 */
@Injectable()
export class CommandInterceptor implements NestInterceptor {
  constructor(
    private readonly identity: Identity,
    private readonly idempotency: Idempotency,
    private readonly limits: Limits,
    private readonly meters: CommandMeters,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const names = Reflect.getMetadata(ROUTE_COMMANDS, context.getHandler()) as CommandName[] | undefined;
    const handle = () => firstValueFrom(next.handle());
    if (names === undefined) return bounded(handle());
    const name = commandOf(context.switchToHttp().getRequest<CommandHttpRequest>(), names);
    const meter = this.meters.of('rest', name);
    const since = performance.now();
    return bounded(this.run(context, name, handle)).pipe(
      tap({
        next: () => meter.succeeded(since),
        error: (error: unknown) => meter.failed(toAppError(error).code, since),
      }),
    );
  }

  private async run(
    context: ExecutionContext,
    name: CommandName,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    const request = context.switchToHttp().getRequest<CommandHttpRequest>();
    // Who nobody knows is told so before anything is said about the input.
    const caller = this.identity.open ? null : await this.identity.callerOf(name, credentialsOf(request));
    const input = parseInput(name, inputOf(request, name));
    const actor = this.identity.actorOf(name, input, { userId: claimedUser(request), origin: null, caller });
    if (caller?.by !== 'application') {
      const by = actor.userId ?? countedBy(definitionOf(name), input);
      limitRequest(this.limits, name, by, request, context.switchToHttp().getResponse<Response>());
    }
    request.command = { actor, input };
    return this.idempotency.run(name, actor, input, handle);
  }
}

/** Which of the commands that share a route it is. */
function commandOf(request: Request, names: CommandName[]): CommandName {
  const body: unknown = request.body;
  const has = (field: string) => typeof body === 'object' && body !== null && Object.hasOwn(body, field);
  return names.find((name) => definitionOf(name).rest?.when?.some(has)) ?? names[0]!;
}

/** An answer within the bound, UNAVAILABLE at worst. */
function bounded(answer: Promise<unknown>): Observable<unknown> {
  return from(answer).pipe(timeout({ first: ANSWER_WITHIN_MS, with: () => throwError(() => tooSlow()) }));
}

/**
 * Path parameters, body and, of GET and DELETE, query in one; the path wins, so that a body can't point
 * elsewhere.
 */
function inputOf(request: Request, command: CommandName): Record<string, unknown> {
  const body: unknown = request.body;
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'expected a JSON object' }] });
  }
  const method = definitionOf(command).rest?.method;
  const query = method === 'GET' || method === 'DELETE' ? request.query : {};
  const input: Record<string, unknown> = { ...query, ...(method === 'GET' ? {} : body), ...request.params };
  const key = request.get('idempotency-key');
  if (key !== undefined && input.clientId === undefined) input.clientId = key;
  return input;
}

function claimedUser(request: Request): number | null {
  const header = request.get('x-user-id');
  if (header === undefined) return null;
  const parsed = id.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: 'X-User-Id', message: 'expected an id: an integer from 1 to 9007199254740991' }],
  });
}
