import { ackFrame, eventFrame, readFrame } from './frames.js';

describe('A frame', () => {
  it.each([
    ['0{"sid":"x"}', { kind: 'engine' }],
    ['2', { kind: 'engine' }],
    ['2probe', { kind: 'engine' }],
    ['40', { kind: 'connect', data: undefined }],
    ['40{"token":"t"}', { kind: 'connect', data: { token: 't' } }],
    ['41', { kind: 'packet' }],
    ['42["typing",{"chatId":1}]', { kind: 'event', name: 'typing', argument: { chatId: 1 }, ackId: null }],
    ['4217["typing",1]', { kind: 'event', name: 'typing', argument: 1, ackId: 17 }],
    ['42["typing"]', { kind: 'event', name: 'typing', argument: undefined, ackId: null }],
    ['430[{"ok":true}]', { kind: 'ack', ackId: 0 }],
    ['4312[]', { kind: 'ack', ackId: 12 }],
    ['44{"message":"no"}', { kind: 'packet' }],
    ['452-["file",{"_placeholder":true,"num":0}]', { kind: 'binary', attachments: 2 }],
    ['461-3[{"_placeholder":true,"num":0}]', { kind: 'binary', attachments: 1 }],
    ['42/other,["typing"]', { kind: 'packet' }],
    ['42/other,7["typing"]', { kind: 'packet' }],
    ['40/other,', { kind: 'packet' }],
    ['42{"no":"array"}', { kind: 'packet' }],
    ['42[7]', { kind: 'packet' }],
    ['42[', { kind: 'packet' }],
    ['43[]', { kind: 'packet' }],
    ['49', { kind: 'packet' }],
    ['4', { kind: 'packet' }],
  ])('%s is read', (text, frame) => {
    expect(readFrame(text)).toEqual(frame);
  });

  it('is written as it is read', () => {
    expect(readFrame(eventFrame('exception', { code: 'X' }))).toEqual({
      kind: 'event',
      name: 'exception',
      argument: { code: 'X' },
      ackId: null,
    });
    expect(ackFrame(7, { ok: false })).toBe('437[{"ok":false}]');
  });
});
