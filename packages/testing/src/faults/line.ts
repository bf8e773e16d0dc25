import type { RawData, WebSocket } from 'ws';
import { copiesOf, type Drawer, losesAck, type Plan, refusalOf } from './faults.js';
import { ackFrame, eventFrame, type Frame, readFrame } from './frames.js';
import type { Happening, Passage } from './happenings.js';
import { namedByAuth, namedByCommand, namedByReady } from './identity.js';

/** What a line knows of the proxy that it belongs to. */
export interface Wire {
  readonly plan: Plan | null;
  /** Called when it is known whose the line is. @returns false: this person is offline. */
  admits(line: Line): boolean;
  passed(passage: Passage | null): void;
  happened(happening: Happening): void;
  closed(line: Line): void;
}

interface Counts {
  events: number;
  answers: number;
  commands: number;
}

/** One connection of a client, and the proxy's own connection to the server behind it. */
export class Line {
  /** The user id; null as long as nothing has said whose the connection is. */
  person: number | null = null;
  drawer: Drawer = { person: '?', connection: 0 };
  private counts: Counts = { events: 0, answers: 0, commands: 0 };
  private readonly delayed = new Set<NodeJS.Timeout>();
  private readonly unanswered = new Map<number, string>();
  /** What waits for its turn on the way to the client, and to the server. */
  private held: string[] = [];
  private heldUp: (string | RawData)[] = [];
  private attachmentsDue = 0;
  private frozen = false;
  private connecting = false;

  constructor(
    private readonly client: WebSocket,
    private readonly upstream: WebSocket,
    private readonly wire: Wire,
  ) {
    client.on('message', (data, isBinary) => this.fromClient(data, isBinary));
    upstream.on('message', (data, isBinary) => this.fromServer(data, isBinary));
    join(client, upstream);
    join(upstream, client);
    client.once('close', () => this.forget());
  }

  /** Breaks both connections without a word, as a network does. */
  cut(fault: 'cut' | 'turned away' = 'cut'): void {
    this.note(fault, '');
    this.forget();
    this.client.terminate();
    this.upstream.terminate();
  }

  /** Nothing passes in either direction until `resume`; the connections stay open. */
  freeze(): void {
    this.frozen = true;
    this.client.pause();
    this.upstream.pause();
  }

  /** What was held passes, in its order, and then what comes after it. */
  resume(): void {
    this.frozen = false;
    for (const frame of this.heldUp.splice(0)) this.upstream.send(frame);
    this.release();
    this.client.resume();
    this.upstream.resume();
  }

  /** The counting of events, answers and commands begins again, for these faults. */
  begin(drawer: Drawer): void {
    this.drawer = drawer;
    this.counts = { events: 0, answers: 0, commands: 0 };
  }

  /** What is still under way; null: nothing. */
  get pending(): string | null {
    const whose = `a connection of ${this.drawer.person}`;
    if (this.frozen) return `${whose} is frozen`;
    if (this.connecting) return `${whose} is connecting`;
    if (this.delayed.size > 0) return `${whose} has ${this.delayed.size} delayed events`;
    if (this.unanswered.size > 0) return `${whose} waits for ${[...this.unanswered.values()].join(', ')}`;
    return null;
  }

  private fromClient(data: RawData, isBinary: boolean): void {
    const text = isBinary ? null : asText(data);
    const frame = text === null ? null : readFrame(text);
    if (frame?.kind === 'connect') {
      this.connecting = true;
      if (!this.belongsTo(namedByAuth(frame.data))) return;
    }
    if (frame?.kind === 'event') {
      if (frame.name === 'userOnline' && !this.belongsTo(namedByCommand(frame.argument))) return;
      this.passed('command', frame.name, frame.argument);
      if (this.refuses(frame)) return;
      if (frame.ackId !== null) this.unanswered.set(frame.ackId, frame.name);
    } else if (frame?.kind !== 'engine') this.wire.passed(null);
    this.sendUp(text ?? data);
  }

  private fromServer(data: RawData, isBinary: boolean): void {
    const text = isBinary ? null : asText(data);
    if (text === null) {
      this.client.send(data);
      if (this.attachmentsDue > 0 && --this.attachmentsDue === 0) this.release();
      return;
    }
    const frame = readFrame(text);
    if (frame.kind !== 'engine') {
      this.connecting = false;
      if (frame.kind !== 'event' && frame.kind !== 'ack') this.wire.passed(null);
    }
    switch (frame.kind) {
      case 'event':
        this.event(frame, text);
        return;
      case 'ack':
        this.answer(frame, text);
        return;
      case 'binary':
        this.send(text);
        this.attachmentsDue = frame.attachments;
        return;
      case 'connect':
      case 'packet':
      case 'engine':
        this.send(text);
    }
  }

  private event(frame: Frame & { kind: 'event' }, text: string): void {
    if (frame.name === 'ready' && !this.belongsTo(namedByReady(frame.argument))) return;
    this.passed('event', frame.name, frame.argument);
    const { plan } = this.wire;
    // An event that asks for an ack is a question of the server: it is left alone.
    if (!plan || frame.ackId !== null) {
      this.send(text);
      return;
    }
    const copies = copiesOf(plan, this.drawer, this.counts.events++, frame.name);
    if (copies.length === 0) this.note('dropped', frame.name);
    if (copies.length > 1) this.note('doubled', frame.name);
    if (copies.some((lateMs) => lateMs > 0)) this.note('delayed', frame.name);
    for (const lateMs of copies) {
      if (lateMs === 0) this.send(text);
      else this.sendLater(text, lateMs);
    }
  }

  private answer({ ackId }: Frame & { kind: 'ack' }, text: string): void {
    const command = this.unanswered.get(ackId) ?? '';
    this.unanswered.delete(ackId);
    this.passed('answer', command, undefined);
    const { plan } = this.wire;
    if (plan && losesAck(plan, this.drawer, this.counts.answers++, command)) this.note('ack lost', command);
    else this.send(text);
  }

  /** Whether the command was refused, and answered as the server would. */
  private refuses({ name, ackId }: Frame & { kind: 'event' }): boolean {
    const { plan } = this.wire;
    const error = plan && refusalOf(plan, this.drawer, this.counts.commands++, name);
    if (!error) return false;
    this.note('refused', name);
    if (ackId === null) this.send(eventFrame('exception', { command: name, ...error }));
    else this.send(ackFrame(ackId, { ok: false, error }));
    return true;
  }

  /** @returns false when the person is offline: then the connection has been cut. */
  private belongsTo(person: number | null): boolean {
    if (person === null || person === this.person) return true;
    this.person = person;
    if (this.wire.admits(this)) return true;
    this.cut('turned away');
    return false;
  }

  private sendUp(frame: string | RawData): void {
    if (this.frozen) this.heldUp.push(frame);
    else this.upstream.send(frame);
  }

  private send(text: string): void {
    if (this.frozen || this.attachmentsDue > 0) this.held.push(text);
    else this.client.send(text);
  }

  private sendLater(text: string, lateMs: number): void {
    const timer = setTimeout(() => {
      this.delayed.delete(timer);
      this.wire.passed(null);
      this.send(text);
    }, lateMs);
    this.delayed.add(timer);
  }

  private release(): void {
    for (const text of this.held.splice(0)) this.client.send(text);
  }

  private passed(kind: Passage['kind'], name: string, argument: unknown): void {
    this.wire.passed({ kind, name, person: this.person, argument });
  }

  private note(fault: Happening['fault'], name: string): void {
    this.wire.happened({ fault, ...this.drawer, name });
  }

  private forget(): void {
    for (const timer of this.delayed) clearTimeout(timer);
    this.delayed.clear();
    this.unanswered.clear();
    this.held = [];
    this.heldUp = [];
    this.connecting = false;
    this.wire.closed(this);
  }
}

/** With its default settings `ws` hands over Buffers. */
const asText = (data: RawData) => (data as Buffer).toString();

/** When one side ends, the other does: with the same words, as far as these may be said. */
function join(from: WebSocket, to: WebSocket): void {
  from.on('error', () => undefined);
  from.once('close', (code, reason) => {
    const sayable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000;
    if (sayable) to.close(code, reason);
    else if (code === 1005) to.close();
    else to.terminate();
  });
}
