import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type Observable, throwError, timeout } from 'rxjs';
import { tooSlow } from '../database/failure.js';
import { ANSWER_WITHIN_MS } from '../realtime/deadlines.js';

/** Answers UNAVAILABLE to a request that nothing has answered within the bound that sockets have too. */
export class DeadlineInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(timeout({ first: ANSWER_WITHIN_MS, with: () => throwError(() => tooSlow()) }));
  }
}
