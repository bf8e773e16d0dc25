import { isMainThread } from 'node:worker_threads';
import { serve } from '../ipc.js';

/**
 * Loaded with `--import` into every subject, so that all are measured in the same way without changes to them. It
 * reports the memory of the process, and ends the process when the benchmark has ended.
 */

/** Bytes after a full garbage collection. `heap` is the JavaScript heap with its buffers. */
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
      // Twice, with a turn in between: finalizers of the first run free what the second collects.
      for (let i = 0; i < 2; i++) {
        await globalThis.gc?.({ execution: 'async', type: 'major' });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heap: heapUsed + external, rss };
    },
  });
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel to the benchmark must not keep a stopping server alive.
  process.channel?.unref();
}
