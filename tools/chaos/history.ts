/**
 * What became of a command: `ok`; an error code; `cut`, the connection went first; `silent`, the connection
 * stayed and no answer came; null, not known yet.
 */
export type Outcome = string | null;

/** A command with a callback, as it was seen from the client. Times in milliseconds of one clock. */
export interface CommandRecord {
  /** Rises by one with each command of a run: the order in which they were emitted. */
  nr: number;
  command: string;
  userId: number;
  /** A device and its connection; another one after each reconnect. */
  connection: string;
  sentAt: number;
  /** Where the device connects to. */
  port: number;
  answeredAt: number | null;
  outcome: Outcome;
}

/** Where an ok answer says that a message is. */
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

/** A message that somebody wants sent, with every attempt at it. */
export interface SendRecord {
  senderId: number;
  clientId: string;
  content: string;
  attempts: Attempt[];
}

/** A change of a message that was answered ok: the message stands at this version or a later one. */
export interface ChangeRecord {
  command: string;
  chatId: number;
  messageId: number;
  version: number;
}

/** Everything that clients did and heard in one run. */
export class History {
  readonly commands: CommandRecord[] = [];
  readonly sends: SendRecord[] = [];
  readonly changes: ChangeRecord[] = [];
  /** Two different messages that were told under one version of a chat. */
  readonly clashes: string[] = [];
  /** Answers that no valid command should get. */
  readonly refusals: string[] = [];
  /** Messages that were pushed, as `device messageId`. */
  readonly pushes = new Set<string>();
  reconnects = 0;
  syncs = 0;

  /** Changes that were never answered with ok or refused, however often they were repeated. */
  abandoned = 0;

  /** Times in which a port's server was made to answer nothing. */
  readonly standstills: { port: number; from: number; to: number }[] = [];

  /** Of each chat, by its versions: the message that changed, as acks and events have told. */
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

  /** Whether nobody could expect an answer: what it was sent to stood still meanwhile. */
  isExcused({ port, sentAt, answeredAt }: CommandRecord): boolean {
    return this.standstills.some(
      (still) => still.port === port && sentAt <= still.to && (answeredAt ?? Infinity) >= still.from,
    );
  }

  refused(record: CommandRecord): void {
    this.refusals.push(`${record.command} of user ${record.userId} was answered ${record.outcome}`);
  }

  /** Notes that this version of the chat is a change of this message, whoever was told so. */
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

/** The place in the first ok answer; null while there was none. */
export function placeOf(send: SendRecord): Place | null {
  return send.attempts.find(({ place }) => place !== null)?.place ?? null;
}
