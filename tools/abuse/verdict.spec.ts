import { Tally } from './attacker/tally.js';
import { Phase } from './bystander/figures.js';
import { type Evidence, judge, ratioOf } from './verdict.js';

const SOUND = { survived: true, recovered: true, peakMb: 200, heapMb: 90, externalMb: 10, stallMs: 12 };
const LATENCIES = { count: 60, p50: 4, p99: 20, max: 25 };
const FIGURES = { ...new Phase().figures(), asked: 80, commands: LATENCIES };

/** An attacker who was refused and cut off; the bystander noticed nothing. */
function held(changes: Partial<Evidence> = {}): Evidence {
  const outcome = { ...new Tally().outcome(), opened: 4, cuts: 4, refusals: { RATE_LIMITED: 9 } };
  return {
    fate: 'cut',
    allowance: null,
    nodes: [SOUND],
    outcome,
    quiet: FIGURES,
    under: FIGURES,
    problems: [],
    ...changes,
  };
}

const outcomeOf = (changes: Partial<Evidence['outcome']>) => ({ ...held().outcome, ...changes });

describe('The verdict about an attack', () => {
  it('is nothing when everybody but the attacker was served', () => {
    expect(judge(held(), true)).toEqual([]);
  });

  it('names a node that ended, and nothing else about it', () => {
    const nodes = [{ ...SOUND, survived: false, recovered: false, peakMb: 900 }];
    expect(judge(held({ nodes }), false)).toEqual(['the node did not survive']);
  });

  it('names a node that does not come back, and one that uses too much memory', () => {
    const nodes = [
      { ...SOUND, recovered: false },
      { ...SOUND, peakMb: 451 },
    ];
    expect(judge(held({ nodes }), false)).toEqual([
      'the node did not serve again within 15 s',
      'the node used 451 MB of memory',
    ]);
  });

  it('names attackers who go on without an end', () => {
    const outcome = outcomeOf({ survivors: 2 });
    expect(judge(held({ outcome }), false)).toEqual(["2 of the attacker's connections were never cut off"]);
    expect(judge(held({ outcome, fate: 'refused' }), false)).toEqual([]);
    expect(judge(held({ outcome, fate: 'held' }), false)).toEqual([]);
  });

  it('names attackers whom nobody stopped, if they went beyond a limit', () => {
    const outcome = outcomeOf({ cuts: 0, refusals: {} });
    for (const fate of ['cut', 'refused'] as const)
      expect(judge(held({ outcome, fate }), false)).toEqual(['the attacker was neither refused nor cut off']);
    expect(judge(held({ outcome, fate: 'held' }), false)).toEqual([]);
  });

  it('does not ask for a refusal of somebody who got no more than is allowed', () => {
    const allowance = { served: 100, bytesIn: 1_000 };
    const of = (served: number, bytesIn: number) =>
      judge(
        held({ fate: 'refused', allowance, outcome: outcomeOf({ cuts: 0, refusals: {}, served, bytesIn }) }),
        false,
      );
    expect(of(100, 1_000)).toEqual([]);
    expect(of(101, 0)).toEqual(['the attacker was neither refused nor cut off']);
    expect(of(0, 1_001)).toEqual(['the attacker was neither refused nor cut off']);
  });

  it('names what passed beside the refusals, if it is more than is allowed', () => {
    const allowance = { served: 100, bytesIn: 1_000_000 };
    const of = (served: number, bytesIn: number) =>
      judge(held({ fate: 'refused', allowance, outcome: outcomeOf({ served, bytesIn }) }), false);
    expect(of(125, 1_250_000)).toEqual([]);
    expect(of(126, 3_000_000)).toEqual([
      'the attacker was served 126 times, and 100 are allowed',
      'the attacker was sent 3 MB, and 1 MB are allowed',
    ]);
  });

  it('judges nothing when the bystander was not served before the attack', () => {
    const quiet = { ...FIGURES, failed: { 'getChats UNAVAILABLE': 1 } };
    const nodes = [{ ...SOUND, survived: false }];
    expect(judge(held({ quiet, nodes }), false)).toEqual([
      "before the attack, so the machine is too busy to judge: the bystander's getChats UNAVAILABLE failed, 1 times",
    ]);
  });

  it('names what the bystander was not answered, and what failed', () => {
    const under = { ...FIGURES, unanswered: { REST: 2 }, failed: { 'getPresence UNAVAILABLE': 1 } };
    expect(judge(held({ under }), false)).toEqual([
      "the bystander's REST was not answered, 2 times",
      "the bystander's getPresence UNAVAILABLE failed, 1 times",
    ]);
  });

  it('is no praise when the bystander was not there', () => {
    expect(judge(held({ under: { ...FIGURES, asked: 0 } }), false)).toEqual(['the bystander asked nothing']);
  });

  it('has the promises that the attack itself found broken', () => {
    const outcome = outcomeOf({ problems: ['a forged token was believed'] });
    expect(judge(held({ outcome, problems: ['the owner could not log in'] }), false)).toEqual([
      'a forged token was believed',
      'the owner could not log in',
    ]);
  });

  it('knows latencies only if asked to', () => {
    const under = { ...FIGURES, commands: { ...LATENCIES, p99: 62 } };
    expect(judge(held({ under }), false)).toEqual([]);
    expect(judge(held({ under }), true)).toEqual(["the bystander's p99 was 3.1 times the quiet one"]);
  });

  it('does not take the noise of a quiet machine for a ratio', () => {
    const quiet = { ...FIGURES, commands: { ...LATENCIES, p99: 0.5 } };
    const under = { ...FIGURES, commands: { ...LATENCIES, p99: 10 } };
    expect(ratioOf({ quiet, under })).toBe(2);
  });
});
