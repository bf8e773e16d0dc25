import type { Request, Response } from 'express';
import { Call, type Command } from '../commands/call.js';
import { namedInRaw } from '../commands/identity/identity.js';
import type { Credentials, Principal } from '../commands/identity/principal.js';
import type { Limits } from '../commands/limits/limits.js';
import type { LimitStatus } from '../commands/limits/rate-limiter.js';
import type { Client, CommandRequest } from '../commands/request.js';
import type { CommandMetric } from '../common/metrics/command-metrics.js';
import { isOwnPage } from '../common/http/own-page.js';
import { AppError, type CommandName, countedBy, externalIn, givenInQuery } from '../contract/index.js';
import { credentialsOf, userOf } from './credentials.js';
import { withLists } from './query-lists.js';
import { refreshCookieOf, requireOwnPage } from './refresh-cookie.js';
import { bytesOf, tellLimits } from './request-limits.js';

/** A request whose command has been read. */
export interface CommandHttpRequest extends Request {
  command: CommandRequest<CommandName>;
  client: Client;
}

/** One command that arrived as an HTTP request. */
export class RestCall extends Call {
  readonly credentials: Credentials;
  readonly origin = null;
  principal: Principal | null = null;
  /** Who has the externalId of the header. */
  private lookedUp: number | null = null;
  /** What the handler answers; rejects with what the handler, or a stage before it, threw. */
  readonly answer: Promise<unknown>;
  private resolve!: (result: unknown) => void;
  private reject!: (thrown: unknown) => void;

  constructor(
    override readonly command: Command,
    private readonly http: { request: CommandHttpRequest; response: Response },
    private readonly handle: () => Promise<unknown>,
    private readonly limits: Limits,
    metric: CommandMetric,
  ) {
    super(command, metric);
    this.credentials = credentialsOf(http.request);
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** The user that the header names, by an id or by the externalId that was looked up. @throws AppError VALIDATION_FAILED */
  override get namedUserId(): number | null {
    const user = userOf(this.http.request);
    return typeof user === 'number' ? user : this.lookedUp;
  }

  override get userNamedBy(): string | null {
    return externalIn(userOf(this.http.request));
  }

  override nameUser(userId: number): void {
    this.lookedUp = userId;
  }

  /** Counted already, when its headers arrived. */
  override arrive(): void {}

  override authenticated(principal: Principal | null): void {
    this.principal = principal;
  }

  /** The application is not limited: it is the operator's own backend. */
  override countedAs(): string | number | null {
    if (this.principal?.kind === 'application') return null;
    return this.userId() ?? this.byInput() ?? this.address;
  }

  override get address(): string {
    return this.limits.addressOf(this.http.request);
  }

  override get bytes(): number {
    return bytesOf(this.http.request);
  }

  override tellLimits(status: LimitStatus): void {
    tellLimits(this.http.response, status);
  }

  /**
   * Path parameters, body and, for GET and DELETE, query in one object. The path wins, so that a body cannot name
   * something else.
   */
  override rawInput(): Record<string, unknown> {
    const { request } = this.http;
    const body: unknown = request.body;
    if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
      throw new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'expected a JSON object' }] });
    }
    const method = this.command.definition.rest?.method;
    const inQuery = method === 'GET' || method === 'DELETE';
    const { name } = this.command;
    const query = inQuery ? withLists(name, givenInQuery(name, request.query), request.url) : {};
    const input: Record<string, unknown> = { ...query, ...(method === 'GET' ? {} : body), ...request.params };
    const key = request.get('idempotency-key');
    if (key !== undefined && (input.clientId ?? null) === null) input.clientId = key;
    this.takeCookie(input);
    return input;
  }

  /**
   * Takes what is left out from the cookie of a login.
   *
   * @throws AppError FORBIDDEN for a page of another origin that has a cookie used or set.
   */
  private takeCookie(input: Record<string, unknown>): void {
    const { cookie } = this.command.definition;
    const { request } = this.http;
    if (input.cookie === true) requireOwnPage(request);
    if (cookie === undefined || (input[cookie] ?? undefined) !== undefined) return;
    const token = refreshCookieOf(request);
    if (token === null) return;
    requireOwnPage(request);
    input[cookie] = token;
  }

  /** Requests do not wait for each other. */
  override enter(start: () => void): void {
    start();
  }

  override leave(): void {}

  override run(request: CommandRequest<CommandName>): Promise<unknown> {
    const { request: http } = this.http;
    http.command = request;
    http.client = {
      address: this.address,
      userAgent: http.get('user-agent') ?? null,
      overTls: this.limits.isOverTls(http),
      keepsCookie: refreshCookieOf(http) !== null && isOwnPage(http),
    };
    return this.handle();
  }

  protected override sendResult(result: unknown): void {
    this.chargeAnswer();
    this.resolve(result);
  }

  protected override sendError(error: AppError, thrown: unknown): void {
    this.reject(error.code === 'INTERNAL' ? thrown : error);
  }

  /**
   * Counts the bytes of the answer once Express has made its text: it is then paid for, whether or not it is sent. Somebody
   * who does not read, or goes away, would ask for nothing otherwise.
   */
  private chargeAnswer(): void {
    const key = this.countedAs();
    if (!this.limits.on || key === null) return;
    const { address } = this;
    const { response } = this.http;
    const end = response.end.bind(response) as (...text: unknown[]) => Response;
    // At its end, and not at its head: none is written to a connection that was closed.
    response.end = (...text: unknown[]) => {
      this.limits.answered(key, address, Number(response.getHeader('content-length') ?? 0));
      return end(...text);
    };
  }

  private userId(): number | string | null {
    const { principal, command, http } = this;
    if (principal?.kind === 'user') return principal.userId;
    return namedInRaw(command.definition, this.rawInput(), userOf(http.request));
  }

  private byInput(): string | null {
    return countedBy(this.command.definition, this.rawInput());
  }
}
