import { Metrics } from './metrics/metrics.js';
import { Health } from './health.js';

describe('Health', () => {
  let metrics: Metrics;
  let health: Health;
  const up = { database: true, redis: true };
  beforeEach(() => {
    metrics = new Metrics();
    health = new Health(metrics);
    Object.assign(up, { database: true, redis: true });
    health.watch('database', async () => up.database, { essential: true });
    health.watch('redis', () => up.redis);
  });

  it('is ready while all parts are up', async () => {
    expect(await health.check()).toMatchObject({ ready: true, down: [] });
  });

  it('is ready without an optional part, and names it', async () => {
    up.redis = false;
    expect(await health.check()).toMatchObject({ ready: true, down: ['redis'] });
    expect(await metrics.text()).toContain('chat_part_up{part="database"} 1\nchat_part_up{part="redis"} 0\n');
  });

  it('is not ready without an essential part', async () => {
    up.database = false;
    expect(await health.check()).toMatchObject({ ready: false, down: ['database'] });
  });

  it('is checked once for all callers during a check', async () => {
    let looks = 0;
    let answer = (_up: boolean) => {};
    health.watch('slow', () => new Promise((resolve) => (looks++, (answer = resolve))));
    const checks = [health.check(), health.check(), health.check()];
    answer(false);
    for (const one of await Promise.all(checks)) expect(one).toMatchObject({ down: ['slow'] });
    expect(looks).toBe(1);

    const later = health.check();
    answer(true);
    expect(await later).toMatchObject({ down: [] });
    expect(looks).toBe(2);
  });

  it('counts a failed check as down', async () => {
    health.watch('broken', () => Promise.reject(new Error('no')));
    expect(await health.check()).toMatchObject({ ready: true, down: ['broken'] });
  });
});
