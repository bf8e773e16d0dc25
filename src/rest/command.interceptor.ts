import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { firstValueFrom, from, type Observable, throwError, timeout } from 'rxjs';
import { Limits } from '../commands/limits/limits.js';
import { CommandPipeline } from '../commands/pipeline.js';
import { tooSlow } from '../common/errors/failure.js';
import { CommandMetrics } from '../common/metrics/command-metrics.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { type CommandName, definitionOf } from '../contract/index.js';
import { asLines } from './lines-answer.js';
import { type CommandHttpRequest, RestCall } from './rest-call.js';
import { ROUTE_COMMANDS } from './route.decorator.js';

/** Passes every request of a command's route to the pipeline; other routes (health, documents) only get a deadline. */
@Injectable()
export class CommandInterceptor implements NestInterceptor {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly limits: Limits,
    private readonly metrics: CommandMetrics,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const names = Reflect.getMetadata(ROUTE_COMMANDS, context.getHandler()) as CommandName[] | undefined;
    const handle = () => firstValueFrom(next.handle());
    if (names === undefined) {
      return from(handle()).pipe(
        timeout({ first: ANSWER_WITHIN_MS, with: () => throwError(() => tooSlow()) }),
      );
    }
    const http = context.switchToHttp();
    const request = http.getRequest<CommandHttpRequest>();
    const response = http.getResponse<Response>();
    const name = commandOf(request, names);
    const command = { name, definition: definitionOf(name) };
    const call = new RestCall(
      command,
      { request, response },
      handle,
      this.limits,
      this.metrics.of('rest', name),
    );
    this.pipeline.handle(call);
    return from(command.definition.lines ? call.answer.then(asLines) : call.answer);
  }
}

/** Finds which of the commands on a shared route the request means. */
function commandOf(request: Request, names: CommandName[]): CommandName {
  const body: unknown = request.body;
  const has = (field: string) =>
    typeof body === 'object' &&
    body !== null &&
    Object.hasOwn(body, field) &&
    (body as Record<string, unknown>)[field] !== null;
  return names.find((name) => definitionOf(name).rest?.when?.some(has)) ?? names[0]!;
}
