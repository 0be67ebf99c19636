/**
 * The script of the offline page, as text: it stands in the page itself, which has no other. It opens the page that was asked
 * for as soon as the server answers: it looks for that after 2 s and then ever more seldom, once a minute at last.
 */
export const comeBack = `
  const open = () => location.pathname === '/offline' ? location.replace('/') : location.reload()
  const answers = () => fetch('/favicon.svg', { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false)
  const look = (afterMs) => setTimeout(async () => await answers() ? open() : look(Math.min(2 * afterMs, 60_000)), afterMs)

  // The browser has a network, so it is the server that does not answer.
  if (navigator.onLine) document.querySelector('h1').textContent = 'Rollcall can’t be reached'
  document.querySelector('button').addEventListener('click', open)
  addEventListener('online', open)
  look(2_000)
`
