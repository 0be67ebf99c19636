import { createConfigForNuxt } from '@nuxt/eslint-config'

const client = ['app.vue', 'error.vue', 'app.config.ts', '{pages,components,composables,layouts,middleware,plugins,utils}/**']
const serverOnly = ['**/db/**', '**/server/**', '~~/db/**', '~~/server/**', '#server/**', '#db/**', '~/db/**', '~/server/**', '@/db/**', '@/server/**', '@@/db/**', '@@/server/**']

export default createConfigForNuxt({ features: { standalone: true, stylistic: true } }).append(
  { ignores: ['db/migrations/**'] },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': ['error', { allow: ['error', 'warn'] }],
      'vue/multi-word-component-names': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/max-attributes-per-line': ['error', { singleline: 4 }],
      'vue/html-self-closing': ['error', { html: { void: 'any' } }],
      'vue/no-restricted-html-elements': ['error', { element: ['UButton'], message: 'Use ShellButton: the product has one button.' }],
    },
  },
  {
    name: 'rollcall/client',
    files: [...client, 'shared/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: serverOnly, message: 'This would ship server code to the browser. Ask the API, and take types from shared/types.' }] }],
    },
  },
  {
    name: 'rollcall/mirror',
    files: ['**/*.ts'],
    ignores: ['server/sync/**', 'db/**', 'test/**', ...client, 'shared/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['**/queries/mirror', '**/queries/mirror.ts'], message: 'Only server/sync writes users: go through applyNews.' }] }],
    },
  },
  {
    name: 'rollcall/terminal',
    files: ['scripts/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
)
