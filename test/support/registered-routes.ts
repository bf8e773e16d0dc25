import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { World } from './world.js';

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean> };
  /** Whether it matches every path. */
  slash: boolean;
  match(path: string): boolean;
}

/** All routes of Express as `GET /path`, whichever part registered them; only the files of /docs/rest are mounted. */
export async function registeredRoutes(variables: Record<string, string>): Promise<string[]> {
  const { world, app } = await startKeepingApp(variables);
  try {
    const express = app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
    return express.router.stack.flatMap((layer) => {
      const { route } = layer;
      if (!route && layer.slash) return [];
      if (!route) {
        const mounts = ['/docs/rest', '/docs/rest/rest'].filter((path) => layer.match(`${path}/x`));
        return mounts.length > 0 && !layer.match('/x/docs') ? [`GET ${mounts[0]}/*`] : ['mounted elsewhere'];
      }
      return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${String(route.path)}`);
    });
  } finally {
    await world.stop();
  }
}

/** The Nest application of a world, where it is private. */
async function startKeepingApp(
  variables: Record<string, string>,
): Promise<{ world: World; app: NestExpressApplication }> {
  const create = NestFactory.create.bind(NestFactory);
  let app: NestExpressApplication | undefined;
  NestFactory.create = (async (...args: Parameters<typeof create>) => {
    app = await create<NestExpressApplication>(...args);
    return app;
  }) as typeof create;
  try {
    const world = await World.start(variables);
    return { world, app: app! };
  } finally {
    NestFactory.create = create;
  }
}
