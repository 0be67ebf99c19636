import { escapeHtml, plainPage } from './plain-page.ts'

/** How to go on when the keys are missing. @param problems one line for each variable that is missing or wrong */
export const setupPage = (problems: string[]) => plainPage('Set up Rollcall', `
  <h1>Rollcall needs your Clerk keys.</h1>
  <p>The development server runs, but it does not know your Clerk app yet. There are two ways on.</p>
  <h2>Look first, without an account</h2>
  <p>Stop this server, then run the demo: the whole app against a local Clerk, with 25 people in it.</p>
  <pre>npm run demo</pre>
  <h2>Connect your Clerk app</h2>
  <p>Copy the example, fill in what is missing, and start again.</p>
  <pre>cp .env.example .env</pre>
  <ul>${problems.map(problem => `<li>${escapeHtml(problem)}</li>`).join('')}</ul>`)
