import { Injectable } from '@nestjs/common';
import { type CommandName, commandNames, definitionOf, type ErrorCode } from '../../contract/index.js';
import type { Counter, Histogram } from './histogram.js';
import { Metrics } from './metrics.js';

export type Edge = 'socket' | 'rest';

const SEND_SECONDS = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];
const COMMAND_SECONDS = [0.005, 0.025, 0.1, 0.5, 2.5];

/** Counts the outcomes of one command at one edge, and how long its answers took. */
export class CommandMetric {
  private readonly ok: Counter;
  private readonly failures = new Map<ErrorCode, Counter>();

  constructor(
    private readonly outcome: (outcome: 'ok' | ErrorCode) => Counter,
    /** Seconds, for every outcome. */
    private readonly seconds: Histogram,
    /** Seconds of sends that were acked; null for other commands. */
    private readonly acked: Histogram | null,
  ) {
    this.ok = outcome('ok');
  }

  /** `since` is the `performance.now()` of the command's arrival. */
  succeeded(since: number): void {
    const seconds = (performance.now() - since) / 1_000;
    this.ok.add();
    this.seconds.observe(seconds);
    this.acked?.observe(seconds);
  }

  failed(code: ErrorCode, since: number): void {
    this.seconds.observe((performance.now() - since) / 1_000);
    let failures = this.failures.get(code);
    if (!failures) this.failures.set(code, (failures = this.outcome(code)));
    failures.add();
  }
}

/** The metrics of all commands, created once. The label `command` is a name of the contract, or `unknown`. */
@Injectable()
export class CommandMetrics {
  private readonly byEdge: Record<Edge, Map<CommandName, CommandMetric>> = {
    socket: new Map(),
    rest: new Map(),
  };
  /** For names that are not in the contract. */
  readonly unknown: CommandMetric;

  constructor(private readonly metrics: Metrics) {
    for (const name of commandNames) {
      const { socket, rest } = definitionOf(name);
      if (socket) this.byEdge.socket.set(name, this.make('socket', name));
      if (rest) this.byEdge.rest.set(name, this.make('rest', name));
    }
    this.unknown = this.make('socket', 'unknown');
  }

  of(edge: Edge, command: CommandName): CommandMetric {
    return this.byEdge[edge].get(command) ?? this.unknown;
  }

  private make(edge: Edge, command: string): CommandMetric {
    const labels = { edge, command };
    return new CommandMetric(
      (outcome) =>
        this.metrics.counter('chat_commands_total', 'Commands answered, by outcome: ok, or an error code.', {
          ...labels,
          outcome,
        }),
      this.metrics.histogram(
        'chat_command_seconds',
        'Seconds from the arrival of a command to its answer.',
        COMMAND_SECONDS,
        labels,
      ),
      command === 'sendMessage'
        ? this.metrics.histogram(
            'chat_send_ack_seconds',
            'Seconds from the arrival of a message to its ack, which is after its commit.',
            SEND_SECONDS,
            { edge },
          )
        : null,
    );
  }
}
