import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: ['packages/engine-conformance/**', '**/*.slow.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'vectors',
          include: ['packages/engine-conformance/src/vectors/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['packages/engine-conformance/test/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'linux',
          include: ['packages/core/testing/linux/*.test.ts'],
          globalSetup: ['packages/core/testing/linux/build.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'namespaces',
          include: ['packages/engine-conformance/namespaces/*.test.ts', 'apps/*/namespaces/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'apps',
          include: ['apps/*/{src,test}/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
