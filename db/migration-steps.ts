/** Statements that may not run in a transaction, or that hold a lock for its whole length when they do. */
const stepwise = /\b(?:concurrently|validate\s+constraint)\b/i

/** The statement without its comments. */
export const withoutComments = (statement: string) => statement.replace(/--.*$/gm, '').trim()

/**
 * Whether these statements run one by one, each by itself, and not in one transaction: one of them builds an index
 * concurrently, or validates a constraint. When such a migration is interrupted, it begins anew, so each of its
 * statements can be repeated; `npm run lint` looks.
 */
export const runsInSteps = (statements: string[]) => statements.some(isPatient)

/** Whether it may wait for a lock as long as it likes: what it asks for holds up neither reads nor writes. */
export const isPatient = (statement: string) => stepwise.test(withoutComments(statement))
