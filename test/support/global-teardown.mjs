import { rm } from 'node:fs/promises';

export default async function tearDown() {
  const { cluster, folder } = globalThis.chatTestCluster;
  await cluster.stop();
  for (const path of [cluster.dataDir, folder]) await rm(path, { recursive: true, force: true });
}
