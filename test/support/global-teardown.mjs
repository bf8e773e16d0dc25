import { rm } from 'node:fs/promises';

export default async function tearDown() {
  for (const { cluster, folder } of globalThis.chatTestClusters) {
    await cluster.stop();
    for (const path of [cluster.dataDir, folder]) await rm(path, { recursive: true, force: true });
  }
}
