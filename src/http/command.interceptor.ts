import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { firstValueFrom, from, type Observable, tap, throwError, timeout } from 'rxjs';
import { Identity } from '../auth/identity.js';
import { AppError, type CommandName, definitionOf, id, parseInput } from '../contract/index.js';
import { toAppError, tooSlow } from '../database/failure.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { CommandMeters } from '../metrics/command-meters.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { ANSWER_WITHIN_MS } from '../realtime/deadlines.js';
import { ROUTE_COMMAND } from './route.decorator.js';

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
    private readonly meters: CommandMeters,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const name = Reflect.getMetadata(ROUTE_COMMAND, context.getHandler()) as CommandName | undefined;
    const answer = from(this.run(context, next, name)).pipe(
      timeout({ first: ANSWER_WITHIN_MS, with: () => throwError(() => tooSlow()) }),
    );
    if (name === undefined) return answer;
    const meter = this.meters.of('rest', name);
    const since = performance.now();
    return answer.pipe(
      tap({
        next: () => meter.succeeded(since),
        error: (error: unknown) => meter.failed(toAppError(error).code, since),
      }),
    );
  }

  private async run(
    context: ExecutionContext,
    next: CallHandler,
    name: CommandName | undefined,
  ): Promise<unknown> {
    const handle = () => firstValueFrom(next.handle());
    if (name === undefined) return handle();
    const request = context.switchToHttp().getRequest<CommandHttpRequest>();
    const input = parseInput(name, inputOf(request, name));
    const actor = this.identity.actorOf(name, input, { userId: claimedUser(request), origin: null });
    request.command = { actor, input };
    return this.idempotency.run(name, actor, input, handle);
  }
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
