import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('are written in the text format of Prometheus, with their current values', async () => {
    const metrics = new Metrics();
    const hits = metrics.counter('test_hits_total', 'Hits.', { edge: 'rest' });
    metrics.counter('test_hits_total', 'Hits.', { edge: 'socket' });
    const sizes = metrics.histogram('test_size', 'Sizes.', [1, 10]);
    let depth = 0;
    metrics.gauge('test_depth', 'Depth.', () => depth);
    hits.add();
    hits.add(2);
    sizes.observe(3);
    depth = 7;
    const text = await metrics.text();
    expect(text).toContain(
      [
        '# HELP test_hits_total Hits.',
        '# TYPE test_hits_total counter',
        'test_hits_total{edge="rest"} 3',
        'test_hits_total{edge="socket"} 0',
        '',
        '# HELP test_size Sizes.',
        '# TYPE test_size histogram',
        'test_size_bucket{le="1"} 0',
        'test_size_bucket{le="10"} 1',
        'test_size_bucket{le="+Inf"} 1',
        'test_size_sum 3',
        'test_size_count 1',
        '',
        '# HELP test_depth Depth.',
        '# TYPE test_depth gauge',
        'test_depth 7',
      ].join('\n'),
    );
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  });

  it('can be read by name, each series with its labels', async () => {
    const metrics = new Metrics();
    metrics.counter('test_reads_total', 'Reads.', { edge: 'rest' }).add(2);
    metrics.counter('test_reads_total', 'Reads.', { edge: 'socket' });
    metrics.histogram('test_size', 'Sizes.', [1]).observe(0.5);
    expect(await metrics.read('test_reads_total')).toEqual([
      { labels: { edge: 'rest' }, value: 2 },
      { labels: { edge: 'socket' }, value: 0 },
    ]);
    expect(await metrics.read('test_size')).toEqual([
      { labels: { le: '1' }, value: 1 },
      { labels: { le: '+Inf' }, value: 1 },
    ]);
    await expect(metrics.read('test_none')).rejects.toThrow('There is no metric test_none');
  });

  it('cannot be created twice', () => {
    const metrics = new Metrics();
    metrics.counter('test_twice_total', 'Twice.');
    expect(() => metrics.counter('test_twice_total', 'Twice.')).toThrow('The metric test_twice_total');
  });

  it('hold nothing that walks over every open socket', async () => {
    expect(await new Metrics().text()).not.toMatch(/nodejs_active_(handles|resources|requests)/);
  });
});
