/**
 * The outcome of a command: `ok`; an error code; `cut`: the connection ended first; `silent`: the connection stayed and
 * no answer came; null: not known yet.
 */
export type Outcome = string | null;

/** A command with a callback, as the client saw it. Times are milliseconds of one clock. */
export interface CommandRecord {
  /** Rises by one with each command of a run: the order in which they were emitted. */
  nr: number;
  command: string;
  userId: number;
  /** The device and its connection; each reconnect gives a new one. */
  connection: string;
  sentAt: number;
  /** The port to which the device connects. */
  port: number;
  answeredAt: number | null;
  outcome: Outcome;
}

/** The position of a message by an ok answer. */
export interface Place {
  id: number;
  chatId: number;
  seq: number;
}

/** One emission of a message. */
export interface Attempt extends CommandRecord {
  /** Wall clock, to compare with the server's `createdAt`. */
  sentAtWall: number;
  place: Place | null;
}

/** A message to send, with every attempt. */
export interface SendRecord {
  senderId: number;
  clientId: string;
  content: string;
  attempts: Attempt[];
}

/** A change of a message that was answered with ok: the message is at this version or a later one. */
export interface ChangeRecord {
  command: string;
  chatId: number;
  messageId: number;
  version: number;
}

/** Everything that clients sent and received in one run. */
export class History {
  readonly commands: CommandRecord[] = [];
  readonly sends: SendRecord[] = [];
  readonly changes: ChangeRecord[] = [];
  /** Different messages that came with the same version of a chat. */
  readonly clashes: string[] = [];
  /** Error answers that no valid command should get. */
  readonly refusals: string[] = [];
  /** Messages that were pushed, as `device messageId`. */
  readonly pushes = new Set<string>();
  reconnects = 0;
  syncs = 0;

  /** Changes that were never answered with ok or refused, despite all retries. */
  abandoned = 0;

  /** Periods in which the server of a port was stopped from answering. */
  readonly standstills: { port: number; from: number; to: number }[] = [];

  /** For each chat, by version: the message that changed, from acks and events. */
  readonly versions = new Map<number, Map<number, number>>();

  begin(command: string, userId: number, connection: string, port: number): CommandRecord {
    const record: CommandRecord = {
      nr: this.commands.length,
      command,
      userId,
      connection,
      sentAt: performance.now(),
      port,
      answeredAt: null,
      outcome: null,
    };
    this.commands.push(record);
    return record;
  }

  end(record: CommandRecord, outcome: string): void {
    record.outcome = outcome;
    if (outcome !== 'cut' && outcome !== 'silent') record.answeredAt = performance.now();
  }

  /** Whether no answer could be expected, because the server was stopped meanwhile. */
  isExcused({ port, sentAt, answeredAt }: CommandRecord): boolean {
    return this.standstills.some(
      (still) => still.port === port && sentAt <= still.to && (answeredAt ?? Infinity) >= still.from,
    );
  }

  refused(record: CommandRecord): void {
    this.refusals.push(`${record.command} of user ${record.userId} was answered ${record.outcome}`);
  }

  /** Records that this version of the chat is a change of this message, whichever client received it. */
  told(chatId: number, version: number, messageId: number): void {
    const versions = this.versions.get(chatId) ?? new Map<number, number>();
    this.versions.set(chatId, versions);
    const known = versions.get(version);
    if (known === undefined) versions.set(version, messageId);
    else if (known !== messageId) {
      this.clashes.push(`version ${version} of chat ${chatId} is message ${known} and message ${messageId}`);
    }
  }
}

/** The position from the first ok answer; null: no ok answer yet. */
export function placeOf(send: SendRecord): Place | null {
  return send.attempts.find(({ place }) => place !== null)?.place ?? null;
}
