/**
 * The floor of a page: it reads the backend's WebSocket itself, and writes what each message says into the text of an element. Its
 * elements have the test ids of the product's page, so that both are measured by the same code. It keeps the newest 50 lines, as
 * many as the product's page has in view.
 */
export const barePage = `<!doctype html>
<html lang="en">
  <head><title>Bare page</title><link rel="icon" href="data:,"></head>
  <body>
    <main data-sync="connecting"><ul></ul><div data-testid="log-lines"></div></main>
    <script>
      const main = document.querySelector('main')
      const list = document.querySelector('ul')
      const log = document.querySelector('div')
      const cards = new Map()
      let lines = 0
      const cardOf = id => {
        if (cards.has(id)) return cards.get(id)
        const card = document.createElement('li')
        card.dataset.testid = 'batch-card'
        card.dataset.batchId = id
        cards.set(id, list.appendChild(card))
        return card
      }
      const socket = new WebSocket('ws://' + location.host + '/api/execution/ws' + location.search)
      socket.onopen = () => { main.dataset.sync = 'live' }
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data)
        if (message.type === 'batch_status') {
          cardOf(message.batch_id).textContent = message.status + ' ' + (message.branch ?? '')
        } else if (message.type === 'log') {
          const line = log.childElementCount < 50 ? document.createElement('p') : log.firstElementChild
          line.dataset.seq = ++lines
          line.textContent = message.message
          log.append(line)
        }
      }
    </script>
  </body>
</html>`
