/** Text as it may stand in HTML, also between quotes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

/** A page that needs nothing else: for what is said before the app can say anything. @param main HTML */
export function plainPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  :root { color-scheme: light dark; --paper: light-dark(#faf7f2, #1b1917); --ink: light-dark(#26211c, #ece6de); --quiet: light-dark(#6b6259, #a89e93); --line: light-dark(#e3dcd2, #38332e) }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
  main { max-width: 40rem; margin: 0 auto; padding: 12vh 1.25rem 4rem }
  h1 { font-size: 1.75rem; letter-spacing: -0.02em; margin: 0 0 0.5rem; overflow-wrap: anywhere }
  h2 { font-size: 1.05rem; margin: 2.5rem 0 0.5rem }
  p, li { color: var(--quiet) }
  li + li { margin-top: 0.5rem }
  pre { margin: 0.75rem 0; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; overflow-x: auto; color: var(--ink) }
</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>`
}
