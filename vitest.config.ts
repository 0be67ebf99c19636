import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
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
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/global.ts'],
          // After the quick ones. Each file has an app, a database and a Clerk of its own, and waits for them half of its time.
          sequence: { groupOrder: 1 },
          maxWorkers: Math.max(2, availableParallelism()),
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What is waited for comes late on a busy machine; that alone is no failure.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
})
