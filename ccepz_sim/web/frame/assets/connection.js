// The watch over the connection: says when it is lost or never comes, brings the page back by itself when the server
// answers again, and holds decisions until the server has confirmed them. Loaded before everything else.
(() => {
  const TICK = 500; // milliseconds between two looks at the connection
  const BLIP = 1200; // a loss shorter than this is not worth a word
  const BLOCKED = 5000; // within this time a connection stands, or something keeps it from standing
  const SLOW = 20000; // until the scripts of the page have come
  const PATIENCE = 2500; // for a server that answers again to take back a page it knows; else the page is loaded anew
  const ASK = 2000; // how long an answer of the server may take
  const AGAIN = 4000; // after which a decision is sent again
  const MANY = 5; // times a page is loaded anew within a minute before it takes its time
  const { texts, alive, mark } = JSON.parse(document.getElementById('ccepz-connection-settings').textContent);
  const ccepz = window.ccepz = window.ccepz || {};

  // What stands between the page and the server

  const began = Date.now();
  let connected = false; // ever
  let seen = 0; // since when there is a connection to look at
  let lost = 0; // since when it is gone
  let answers = 0; // since when the server answers while it is gone
  let asking = false;
  let asked = 0;
  let urged = 0;

  const kernel = () => {
    const { debug } = window.solara || {};
    return (debug && debug.kernel && debug.kernel()) || null;
  };
  const root = () => ((window.solara && window.solara.rootPath) || '').replace(/\/$/, '');
  const kept = (key, value) => {
    // A browser may forbid its store; then the page remembers while it is open.
    try {
      if (value === undefined) return window.sessionStorage.getItem(key);
      if (value === null) window.sessionStorage.removeItem(key); else window.sessionStorage.setItem(key, value);
    } catch (error) { /* nothing to do */ }
    return null;
  };

  const ask = (now) => {
    if (asking || now - asked < 700) return;
    asking = true;
    asked = now;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ASK);
    fetch(root() + alive, { cache: 'no-store', signal: stop.signal })
      .then((response) => response.text().then((text) => {
        answers = response.status < 500 ? answers || Date.now() : 0; // a proxy may answer for a server that is gone
        if (response.ok && text !== mark) reload(Date.now()); // another server: it does not know this page
      }))
      .catch(() => { answers = 0; })
      .finally(() => { clearTimeout(timer); asking = false; look(); });
  };

  const reload = (now) => {
    const times = (kept('ccepz-loaded-anew') || '').split(',').map(Number).filter((time) => now - time < 60000);
    if (times.length >= MANY && now - times[times.length - 1] < 15000) return;
    kept('ccepz-loaded-anew', [...times, now].join(','));
    window.location.reload();
  };

  const look = () => {
    const now = Date.now();
    const link = kernel();
    const state = link ? link.connectionStatus : '';
    if (link && !seen) seen = now;
    if (state === 'connected') {
      if (lost) queue.forEach((item) => { item.sent = now - AGAIN + PATIENCE; }); // first the page itself settles
      connected = true; lost = 0; answers = 0;
      send(now);
    } else if (connected) {
      lost = lost || now;
      ask(now);
      if (answers && link && now - urged > PATIENCE) { urged = now; link.reconnect().catch(() => {}); }
      if (answers && now - answers > PATIENCE) reload(now);
    } else if (now - (seen || began) > (seen ? BLOCKED : SLOW)) {
      ask(now);
      if (answers && link && now - urged > BLOCKED) { urged = now; link.reconnect().catch(() => {}); }
      lost = answers ? 0 : lost || now;
    }
    show(now, state);
  };

  // Decisions on their way: each has a name of its own, so that it is taken once however often it is sent

  const named = new URLSearchParams(window.location.search).get('game') || ''; // by the address, before the page is there
  let dropped = 0; // decisions for a game that could not be opened
  let token = '';
  let queue = [];
  let carrier = null;

  const store = () => kept('ccepz-sent-' + token, queue.length ? JSON.stringify(queue) : null);
  const name = () => Array.from(window.crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, '0')).join('');

  const send = (now) => {
    if (!carrier) return;
    queue.filter((item) => now - item.sent > AGAIN).forEach((item) => {
      item.sent = now;
      item.tries += 1;
      carrier.again({ name: item.name, data: item.data });
    });
    // An open connection over which nothing is answered is none.
    const link = kernel();
    if (link && queue.some((item) => item.tries > 3) && now - urged > 5 * AGAIN) { urged = now; link.reconnect().catch(() => {}); }
  };

  const hand = (event, value, year, deliver) => {
    const turned = queue.find((item) => item.name === 'go_to'); // the year that this page shows is not the server's yet
    const data = { request: name(), value, year: turned ? turned.data.value : year };
    if (event === 'go_to') queue = queue.filter((item) => item !== turned); // only the last one counts
    queue.push({ name: event, data, sent: Date.now(), tries: 1 });
    store();
    try { deliver(data); } catch (error) { console.warn('to be sent again', error); }
    look();
  };

  Object.assign(ccepz, {
    // Let events of a part be requests, each carried out once. `named` says how a request of the event is called, and
    // nothing where it is none.
    once(part, events, named) {
      events.forEach((event) => {
        const plain = part[event];
        part[event] = (value) => {
          const called = named ? named(value) : event;
          if (called) hand(called, value, part.year, (data) => plain(named ? { ...value, how: data } : data));
          else plain(value);
        };
      });
    },
    // The page of a game is there and can carry decisions; what a page before it left is sent again.
    carry(part, game, taken) {
      carrier = part;
      if (game !== token) {
        if (!token && named !== game) {
          dropped = ccepz.remembered(named).waiting;
          kept('ccepz-sent-' + named, null);
        }
        token = game;
        try { queue = JSON.parse(kept('ccepz-sent-' + token) || '[]').map((item) => ({ ...item, sent: 0, tries: 1 })); }
        catch (error) { queue = []; }
      }
      ccepz.confirm(taken);
      look();
    },
    waiting() { return queue.map((item) => item.data.request); },
    confirm(taken) {
      const left = queue.filter((item) => !taken.includes(item.data.request));
      if (left.length === queue.length) return;
      queue = left;
      store();
      look();
    },
    // What this browser remembers of a game: its address, and how many decisions were never confirmed.
    remember(game, address) { kept('ccepz-game-' + game, address); },
    remembered(game) {
      let waiting = [];
      try { waiting = JSON.parse(kept('ccepz-sent-' + game) || '[]'); } catch (error) { /* none */ }
      return { address: kept('ccepz-game-' + game) || '', waiting: waiting.filter((item) => item.name !== 'go_to').length };
    },
  });

  // What is said about it

  let box = null;
  let said = '';

  const show = (now, state) => {
    const waiting = queue.filter((item) => item.name !== 'go_to');
    const known = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
    let key = '';
    let langs = [known];
    if (connected && lost && now - lost > BLIP) key = waiting.length ? 'lost_waiting' : 'lost';
    else if (connected && !lost && dropped) key = 'dropped';
    else if (connected && !lost && waiting.some((item) => item.tries > 1 && now - item.sent > 500)) key = 'unanswered';
    else if (!connected && now - (seen || began) > (seen ? BLOCKED : SLOW) && (answers || lost)) {
      key = lost ? 'gone' : seen ? 'blocked' : 'slow';
      langs = Object.keys(texts);
    }
    if (!key && state === 'connected' && now - seen > SLOW && document.getElementById('loader-container')) {
      key = 'slow';
      langs = Object.keys(texts);
    }
    const count = key === 'dropped' ? dropped : waiting.length;
    const print = key + langs + count;
    if (print === said || !document.body) return;
    said = print;
    if (!box) {
      box = document.createElement('div');
      box.id = 'ccepz-connection';
      box.setAttribute('role', 'alert');
      document.body.appendChild(box);
    }
    box.hidden = !key;
    const alone = key === 'blocked' || key === 'gone'; // nothing loads behind it
    box.className = (key === 'unanswered' || key === 'slow' ? 'quiet' : '') + (alone ? ' alone' : '');
    document.body.classList.toggle('ccepz-stopped', alone);
    document.body.classList.toggle('ccepz-waiting', ['lost', 'lost_waiting', 'unanswered'].includes(key));
    box.textContent = '';
    if (!key) return;
    const lines = box.appendChild(document.createElement('div'));
    langs.forEach((lang) => {
      const line = lines.appendChild(document.createElement('p'));
      line.lang = texts[lang].lang;
      line.textContent = texts[lang][key].replace('{count}', count).replace('{host}', window.location.host);
    });
    const button = box.appendChild(document.createElement('button'));
    button.type = 'button';
    button.textContent = langs.map((lang) => texts[lang][key === 'dropped' ? 'close' : 'reload']).join(' · ');
    button.addEventListener('click', () => {
      if (key !== 'dropped') window.location.reload();
      dropped = 0;
      look();
    });
  };

  setInterval(look, TICK);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', look);
})();
