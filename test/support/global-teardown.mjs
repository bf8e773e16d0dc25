import { rm } from 'node:fs/promises';

/** `cluster`: undefined if it did not start. */
export async function stopCluster({ cluster, folder }) {
  try {
    await cluster?.stop();
  } finally {
    for (const path of [cluster?.dataDir ?? folder, folder]) await rm(path, { recursive: true, force: true });
  }
}

export default async function tearDown() {
  for (const one of globalThis.chatTestClusters) await stopCluster(one);
}
