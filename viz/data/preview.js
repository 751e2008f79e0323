// The preview in the browser: the arithmetic of preview.py, the levers, and what they say.
// Used by the page (controls.vue) and by the frozen page, which has no server.
// `create(model, spec)` returns {predict, show, panel}; numbers are written as the page writes them.
const create = function (model, spec) {
  const MINUS = '\u2212'

  function place(lever, value) {
    const share = (value - lever.low) / (lever.high - lever.low)
    return lever.key === 'budget' ? Math.sqrt(Math.max(share, 0)) : share
  }

  function columns(terms, x) {
    const legendre = [null, z => z, z => 1.5 * z * z - 0.5, z => 2.5 * z * z * z - 1.5 * z]
    return terms.map(term => term.reduce((product, [j, d]) => product * legendre[d](x[j]), 1))
  }

  const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0)

  // What is not known of the weights, over the noise: the squared length of L' row.
  function unknown(row) {
    const product = new Float64Array(row.length)
    model.factor.forEach((line, k) => line.forEach((value, j) => { product[j] += value * row[k] }))
    return product.reduce((sum, value) => sum + value * value, 0)
  }

  function predict(places, outcome, seed, worlds) {
    if (places[0] === 0) return { mean: 0, low: 0, high: 0 }
    const own = model.outcomes[outcome]
    // As `coordinates` in levers.py: the month of the start stands behind the levers.
    const months = Math.round(places[1] * 60) + 3
    const x = [...places, months % 12 / 11].map(p => Math.min(1, Math.max(-1, 2 * p - 1)))
    const row = columns(model.terms, x)
    const mean = dot(row, own.weights)
    const error = own.error * unknown(row)
    const logs = dot(columns(own.noise_terms, x), own.noise_weights)
    const noise = Math.exp(Math.min(Math.max(logs, own.noise_limits[0]), own.noise_limits[1]))
    const others = seed === model.seed ? 0 : 1 / model.worlds
    const half = own.width * Math.sqrt(error + noise * (1 / worlds + others))
    return { mean, low: mean - half, high: mean + half }
  }

  function precise(value, decimals) {
    let text = Math.abs(value).toFixed(decimals)
    const [whole, rest] = text.split('.')
    text = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest ? '.' + rest : '')
    return (value < 0 && /[1-9]/.test(text) ? MINUS : '') + text
  }

  function spread(found, factor) {
    const [mean, low, high] = [found.mean, found.low, found.high].map(v => v * factor)
    const half = (high - low) / 2
    const scale = half > 0 ? half : Math.abs(mean)
    let decimals = scale > 0 ? Math.max(0, 1 - Math.floor(Math.log10(scale))) : 0
    if (mean !== 0) decimals = Math.min(decimals, Math.max(0, 4 - Math.floor(Math.log10(Math.abs(mean)))))
    return [mean, low, high].map(v => precise(v, Math.min(decimals, 6)))
  }

  // Hundred millions of won as Koreans read them: 23,491억 as 2조 3,491억.
  function won(text) {
    return text.replace(/(\d{1,3}(?:,\d{3})+|\d{5,})(?=억 원| ~ )/g, (amount) => {
      const number = Number(amount.replace(/,/g, ''))
      if (number < 10000) return amount
      const rest = number % 10000
      return precise(Math.floor(number / 10000), 0) + '조' + (rest ? ' ' + precise(rest, 0) + (text.includes(amount + '억') ? '' : '억') : '')
    })
  }

  const filled = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, key) => values[key])

  // What the polynomial says of the levers' values, in one sentence; or why it says nothing.
  function show(values, state) {
    if (state.reason) return { text: state.reason, found: null }
    const places = spec.levers.map(lever => place(lever, values[lever.key]))
    const outcome = state.measure + '_' + spec.year
    const found = predict(places, outcome, state.seed, spec.worlds)
    const unit = spec.units[state.measure]
    const [mean, low, high] = spread(found, unit.factor)
    const moved = spec.levers.some(lever => values[lever.key] !== state.values[lever.key])
    const pattern = state.answered && !moved ? spec.words.answered : spec.words.preview
    const text = filled(pattern, {
      measure: unit.name, year: spec.year,
      amount: filled(unit.amount, { value: mean }),
      range: filled(unit.amount, { value: filled(spec.words.range, { low, high }) }),
    })
    return { text: spec.lang === 'ko' ? won(text) : text, found, places, unit }
  }

  // The effect by year with its band, as SVG text.
  function curve(places, state) {
    const years = [], found = []
    for (let year = 2005; year <= spec.year; year++) {
      if (!model.outcomes[state.measure + '_' + year]) continue
      years.push(year)
      found.push(predict(places, state.measure + '_' + year, state.seed, spec.worlds))
    }
    const { factor, label } = spec.units[state.measure]
    const values = found.flatMap(f => [f.low, f.high]).concat([0]).map(v => v * factor)
    const low = Math.min(...values), high = Math.max(...values)
    const w = 320, h = 130, left = 56, top = 8, bottom = 20
    const x = k => left + (w - left - 20) * k / Math.max(years.length - 1, 1)
    const y = v => h - bottom - (h - bottom - top) * (v - low) / ((high - low) || 1)
    const line = found.map((f, k) => `${x(k).toFixed(1)} ${y(f.mean * factor).toFixed(1)}`)
    const above = found.map((f, k) => `${x(k).toFixed(1)},${y(f.high * factor).toFixed(1)}`)
    const below = found.map((f, k) => `${x(k).toFixed(1)},${y(f.low * factor).toFixed(1)}`)
    const digits = Math.max(0, 1 - Math.floor(Math.log10((high - low) || 1)))
    const marks = [low, 0, high].filter((v, k, all) => k === 1 || Math.abs(y(v) - y(0)) > 14)
    const numbers = marks.map(v => `<text x="${left - 6}" y="${(y(v) + 4).toFixed(1)}" ` +
      `text-anchor="end" font-size="11" fill="#555">${precise(v, digits)}</text>`)
    return `<svg viewBox="0 0 ${w} ${h}" width="100%" role="img" ` +
      `aria-label="${spec.words.curve}" font-family="system-ui, sans-serif">` +
      `<line x1="${left}" x2="${w - 20}" y1="${y(0).toFixed(1)}" y2="${y(0).toFixed(1)}" stroke="#333"/>` +
      `<polygon points="${above.concat(below.reverse()).join(' ')}" fill="#0072B2" fill-opacity="0.16"/>` +
      `<path d="M${line.join('L')}" fill="none" stroke="#0072B2" stroke-width="2" stroke-dasharray="4 3"/>` +
      `<text x="${left + 4}" y="${top + 4}" font-size="11" fill="#555">${label}</text>` +
      numbers.join('') + years.filter((_, k) => k % 4 === 0).map(v =>
        `<text x="${x(years.indexOf(v)).toFixed(1)}" y="${h - 5}" text-anchor="middle" ` +
        `font-size="11" fill="#555">${v}</text>`).join('') + '</svg>'
  }

  function element(tag, properties, ...children) {
    const made = document.createElement(tag)
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in made && key !== 'list') made[key] = value
      else made.setAttribute(key, value)
    }
    made.append(...children)
    return made
  }

  // Levers with unit, range, explanation and source; `changed(key, value)` when one is let go.
  // Without a list of their keys all levers are shown.
  function panel(root, state, changed, keys) {
    const values = { ...state.values }
    const said = element('p', { className: 'preview' })
    const drawn = element('div', { className: 'curve' })
    const fields = {}
    const shownLevers = spec.levers.filter(lever => !keys || keys.includes(lever.key))

    function refresh() {
      const start = performance.now()
      const shown = show(values, state)
      said.textContent = shown.text
      drawn.innerHTML = shown.found ? curve(shown.places, state) : ''
      root.dataset.milliseconds = (performance.now() - start).toFixed(2)
      if (shown.found) root.dataset.found = JSON.stringify(shown.found)
      else delete root.dataset.found
      for (const lever of shownLevers) {
        const { range, number } = fields[lever.key]
        const text = lever.key === 'start' ? month(values.start) : ''
        if (document.activeElement !== number) number.value = values[lever.key]
        range.value = values[lever.key]
        if (text) range.setAttribute('aria-valuetext', text)
        if (text) fields[lever.key].told.textContent = text
      }
    }

    function month(months) {
      const count = 2005 * 12 + 3 + Math.round(months)
      return Math.floor(count / 12) + '-' + String(count % 12 + 1).padStart(2, '0')
    }

    function move(lever, text, done) {
      const value = Number(text)
      if (text === '' || !Number.isFinite(value)) return
      values[lever.key] = Number(value.toPrecision(7))
      refresh()
      if (done) changed(lever.key, lever.key === 'start' ? month(value) : values[lever.key])
    }

    for (const lever of shownLevers) {
      const id = 'lever-' + lever.key
      const inputs = { min: lever.low, max: lever.high, step: lever.step }
      const range = element('input', { type: 'range', id, ...inputs })
      const number = element('input', {
        type: 'number', ...inputs, step: 'any', 'aria-label': lever.label + ', ' + spec.words.number,
      })
      const told = element('span', { className: 'told' })
      range.addEventListener('input', () => move(lever, range.value, false))
      range.addEventListener('change', () => move(lever, range.value, true))
      number.addEventListener('change', () => move(lever, number.value, true))
      fields[lever.key] = { range, number, told }
      const source = element('details', {},
        element('summary', { textContent: spec.words.source }),
        element('p', { textContent: lever.help }))
      root.append(element('div', { className: 'lever' },
        element('label', { htmlFor: id, textContent: lever.label }), told,
        element('div', { className: 'both' }, range, number), source))
      if (lever === shownLevers[0]) root.append(said, drawn)
    }
    refresh()
    return { refresh, values }
  }

  return { predict, show, panel, precise, place }
}
