import { isMainThread } from 'node:worker_threads';
import { serve } from '../ipc.js';

/**
 * Loaded with `--import` in front of every subject alike, so that each is measured by the same means without
 * knowing of it. It answers what the process holds, and ends it when the benchmark is gone.
 */

/** Bytes, after a full collection. `heap` is what JavaScript holds, its buffers included. */
export interface Memory {
  heap: number;
  rss: number;
}

export interface ProbeOperations {
  memory: { params: null; result: Memory };
}

if (isMainThread && process.send) {
  serve<ProbeOperations>({
    memory: async () => {
      // Twice, with a turn between: finalizers of the first run free what the second collects.
      for (let i = 0; i < 2; i++) {
        await globalThis.gc?.({ execution: 'async', type: 'major' });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heap: heapUsed + external, rss };
    },
  });
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Watching for the benchmark must not be what keeps a stopping server alive.
  process.channel?.unref();
}
