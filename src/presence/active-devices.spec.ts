import { ACTIVE_FOR_MS, ActiveDevices } from './active-devices.js';

describe('An active device', () => {
  let now = 0;
  let devices: ActiveDevices;
  beforeEach(() => {
    now = 1_000_000;
    devices = new ActiveDevices(null, 'test', () => now);
  });

  it('is forgotten 2 minutes after it said so', async () => {
    await devices.set(1, 'a', true);
    now += ACTIVE_FOR_MS - 1;
    expect(await devices.among([1, 2])).toEqual(new Set([1]));
    now += 1;
    expect(await devices.among([1, 2])).toEqual(new Set());
  });

  it('makes its user active beside others that are not', async () => {
    await devices.set(1, 'a', true);
    await devices.set(1, 'b', true);
    await devices.set(1, 'a', false);
    expect(await devices.among([1])).toEqual(new Set([1]));
    await devices.end(1, 'b');
    expect(await devices.among([1])).toEqual(new Set());
  });
});
