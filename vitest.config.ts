import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

const e2e = {
  globalSetup: ['test/e2e/support/global.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // What is waited for comes late on a busy machine; that alone is no failure.
  expect: { poll: { timeout: 10_000 } },
  // In CI a test that failed is tried once more, and is listed as retried: what fails twice is broken, not late.
  retry: process.env.CI ? 1 : 0,
}

/** What measures how soon things come or end, and must not share the machine with another file. */
const alone = ['test/e2e/browser/shift.test.ts', 'test/e2e/scripts/build.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Some try thousands of made-up values.
          testTimeout: 20_000,
        },
      },
      await defineVitestProject({
        // A component test has no Clerk to load: test/nuxt/clerk.ts says who is signed in.
        resolve: {
          alias: {
            '@clerk/vue/internal': path('node_modules/@clerk/vue/dist/internal.js'),
            '@clerk/vue': path('test/nuxt/clerk.ts'),
          },
        },
        test: {
          name: 'nuxt',
          include: ['test/nuxt/**/*.test.ts'],
          environment: 'nuxt',
        },
      }),
      {
        test: {
          ...e2e,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: alone,
          // After the quick ones. Each file has an app, a database and a Clerk of its own, and waits for them more than half of its time.
          sequence: { groupOrder: 1 },
          maxWorkers: availableParallelism() + 1,
        },
      },
      {
        test: {
          ...e2e,
          name: 'e2e-alone',
          include: alone,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
    ],
  },
})
