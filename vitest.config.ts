import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** They wait or work longest, and begin first, so that none of them is still at it when all others are done. */
const longest = ['browser/mirror', 'browser/shift', 'browser/pages', 'sync/healing', 'sync/convergence', 'live/browser', 'plans', 'browser/markup', 'browser/events', 'scripts/demo', 'live/off', 'db/upgrade', 'db/restore', 'faults/writes', 'security/fuzz', 'security/rights', 'security/secrets', 'scripts/own-app', 'browser/account', 'sync/frozen', 'scripts/sync', 'sync/interruption', 'admin/health', 'scripts/doctor', 'scan/check', 'scripts/dev']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    const place = ({ moduleId }: TestSpecification) => longest.findIndex(name => moduleId.endsWith(`test/e2e/${name}.test.ts`)) >>> 0
    return (await super.sort(files)).sort((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // A file leaves nothing behind in the modules that it shares with the next one, so a process and what it loaded serve many.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          maxWorkers: availableParallelism(),
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
          isolate: false,
          maxWorkers: availableParallelism(),
          // The app is set up once for all, and on a busy machine that takes its time.
          hookTimeout: 60_000,
        },
      }),
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/global.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // What is waited for comes late on a busy machine; that alone is no failure. Asking more often makes it busier.
          expect: { poll: { timeout: 10_000, interval: 100 } },
          // In CI a test that failed is tried once more, and is listed as retried: what fails twice is broken, not late.
          retry: process.env.CI ? 1 : 0,
          setupFiles: ['test/e2e/support/retry.ts'],
          // After the quick ones. Each file has an app, a database and a Clerk of its own, and waits for them half of its time.
          sequence: { groupOrder: 1 },
          maxWorkers: availableParallelism() * 2,
        },
      },
    ],
  },
})
