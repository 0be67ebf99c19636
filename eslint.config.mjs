import { createConfigForNuxt } from '@nuxt/eslint-config'

const client = ['app.vue', 'error.vue', 'app.config.ts', '{pages,components,composables,layouts,middleware,plugins,utils}/**']

/** What the browser must not get, in any way of writing its path. A `#` that begins a pattern would begin a comment. */
const serverCode = {
  group: ['**/db/**', '**/server/**', '~~/db/**', '~~/server/**', '\\#server/**', '\\#db/**', '~/db/**', '~/server/**', '@/db/**', '@/server/**', '@@/db/**', '@@/server/**'],
  message: 'This would ship server code to the browser. Ask the API, and take types from shared/types.',
}
const sqlTools = {
  group: ['drizzle-orm', 'drizzle-orm/**', 'postgres', '\\#db/schema', '\\#db/schema.ts', '**/db/schema', '**/db/schema.ts'],
  allowTypeImports: true,
  message: 'Only db holds SQL: add a query to db/queries, named by what it is for.',
}
const mirror = {
  group: ['mirror', 'hiding', 'erase'].flatMap(name => [`**/queries/${name}`, `**/queries/${name}.ts`, `./${name}`, `./${name}.ts`]),
  message: 'Only server/sync writes users: go through applyNews, createHider or eraseExpired.',
}
/** One rule for one place: of two that fit a file, the later one would replace the earlier. */
const noImports = (...patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] })

const usersTable = String.raw`(only\s+)?("?public"?\s*\.\s*)?"?users"?\b`
const writersMessage = 'Only db/queries/{mirror,hiding,erase}.ts write users: what Clerk says, and how far our jobs are.'
const noWrites = ['error',
  {
    selector: 'CallExpression[callee.property.name=/^(insert|update|delete)$/][arguments.0.name="users"]',
    message: writersMessage,
  },
  {
    selector: 'CallExpression[callee.property.name=/^(insert|update|delete)$/][arguments.0.property.name="users"]',
    message: writersMessage,
  },
  {
    selector: `TemplateElement[value.raw=/\\b(insert\\s+into|delete\\s+from|merge\\s+into|copy|truncate(\\s+table)?|update)\\s+${usersTable}/i]`,
    message: writersMessage,
  },
  {
    selector: 'TaggedTemplateExpression > TemplateLiteral:has(TemplateElement[tail=false][value.raw=/(insert\\s+into|delete\\s+from|merge\\s+into|truncate|update)\\s*$/i]) > :matches(Identifier[name="users"], MemberExpression[property.name="users"])',
    message: writersMessage,
  },
]
const noQueries = ['error',
  {
    selector: ':matches(MemberExpression[property.name="$client"], CallExpression[callee.object.name="db"])',
    message: 'Only db asks the database: add a query to db/queries, named by what it is for.',
  },
]

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
    rules: noImports(serverCode, { ...sqlTools, allowTypeImports: false }),
  },
  {
    name: 'rollcall/outside-db',
    files: ['**/*.ts'],
    ignores: [...client, 'shared/**', 'db/**', 'test/**', 'bench/**', 'drizzle.config.ts', 'scripts/lib/{postgres,large-mirror}.ts'],
    rules: { ...noImports(sqlTools, mirror), 'no-restricted-syntax': noQueries },
  },
  {
    name: 'rollcall/sync',
    files: ['server/sync/**'],
    rules: noImports(sqlTools),
  },
  {
    name: 'rollcall/queries',
    files: ['db/**'],
    ignores: ['db/queries/{mirror,hiding,erase}.ts'],
    rules: { ...noImports(mirror), 'no-restricted-syntax': noWrites },
  },
  {
    name: 'rollcall/terminal',
    files: ['scripts/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
)
