"use strict";
/* Steps through the ladder. Everything it shows is in the drawing, or in the data behind it. */
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = document.querySelector("svg.ladder");
  const rows = Array.from(svg.querySelectorAll("g.row"));
  const drawing = document.querySelector(".drawing");
  const find = (id) => document.getElementById(id);
  const scroll = find("position");
  const namespace = "http://www.w3.org/2000/svg";
  if (rows.length === 0) return;
  document.documentElement.classList.add("js");

  const boxes = rows.map((row) => row.getBBox());
  const width = svg.viewBox.baseVal.width;
  const height = svg.viewBox.baseVal.height;
  const tops = boxes.map((box) => box.y);
  const details = rows.map((row) => data.rows[row.id.slice(3)] || {});
  const typedBySerial = new Map();
  let lastTyped = null;
  const typedOf = rows.map((row) => {
    if (row.classList.contains("typed")) {
      lastTyped = row;
      for (const serial of row.dataset.serial.split(" ")) typedBySerial.set(serial, row);
    }
    return typedBySerial.get(row.dataset.statement) || lastTyped;
  });
  const text = (row) => row.querySelector("title").textContent;

  const element = (name, attributes, parent) => {
    const made = document.createElementNS(namespace, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (parent) parent.appendChild(made);
    return made;
  };
  const here = element("rect", { class: "here", x: 0, width: width });
  svg.insertBefore(here, rows[0]);
  const veil = element("rect", { class: "veil", x: 0, width: width }, svg);

  /* The names of the lifelines stay in sight. */
  const heading = svg.cloneNode(false);
  heading.setAttribute("viewBox", `0 0 ${width} 40`);
  heading.setAttribute("height", 40);
  heading.setAttribute("class", "ladder heading");
  heading.setAttribute("aria-hidden", "true");
  for (const line of svg.querySelectorAll("g.lifeline")) heading.appendChild(line.cloneNode(true));
  drawing.insertBefore(heading, svg);

  /* TCP's diagram: where each state stands. */
  const places = {
    CLOSED: [185, 18], LISTEN: [70, 82], SYN_SENT: [292, 82], SYN_RECV: [70, 146],
    ESTABLISHED: [185, 206], FIN_WAIT1: [70, 266], CLOSE_WAIT: [292, 266],
    FIN_WAIT2: [58, 334], CLOSING: [174, 334], LAST_ACK: [292, 334], TIME_WAIT: [116, 402],
  };
  const bent = {
    "TIME_WAIT>CLOSED": "M168 402 H 356 V 14 H 241",
    "LAST_ACK>CLOSED": "M344 334 H 350 V 20 H 241",
    "SYN_RECV>LISTEN": "M46 135 V 93",
    "LISTEN>SYN_RECV": "M94 93 V 135",
    "LISTEN>CLOSED": "M40 71 V 18 H 129",
    "SYN_SENT>CLOSED": "M316 71 V 26 H 241",
    "FIN_WAIT2>TIME_WAIT": "M70 345 L 100 391",
    "FIN_WAIT1>FIN_WAIT2": "M56 277 V 323",
    "LISTEN>SYN_SENT": "M126 82 H 236",
    "CLOSED>LISTEN": "M150 29 L 92 71",
    "CLOSED>SYN_SENT": "M220 29 L 274 71",
    "FIN_WAIT1>TIME_WAIT": "M104 277 V 391",
  };
  const machine = find("machine");
  const stateNodes = {};
  const arcPaths = [];
  const definitions = element("defs", {}, machine);
  for (const name of ["tip", "tip-taken"]) {
    const tip = element("marker", { id: name, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, definitions);
    element("path", { d: "M0 0 8 4 0 8z", class: name }, tip);
  }
  data.arcs.forEach((arc, number) => {
    const [from, to, cause] = arc;
    const [x1, y1] = places[from];
    const [x2, y2] = places[to];
    const down = y2 > y1 ? 11 : y2 < y1 ? -11 : 0;
    const path = element("path", { d: bent[from + ">" + to] || `M${x1} ${y1 + down} L${x2} ${y2 - down}`, "marker-end": "url(#tip)" }, machine);
    element("title", {}, path).textContent = `${number + 1}: ${from} to ${to}: ${cause}`;
    arcPaths.push(path);
  });
  for (const name in places) {
    const [x, y] = places[name];
    const group = element("g", {}, machine);
    element("rect", { x: x - 52, y: y - 11, width: 104, height: 22, rx: 4 }, group);
    element("text", { x: x, y: y + 4 }, group).textContent = name;
    stateNodes[name] = group;
  }

  /* What was seen up to a row: for each socket its name, state, and the path that it took. */
  function socketsAt(step) {
    const sockets = new Map();
    for (let i = 0; i <= step; i++) {
      const detail = details[i];
      if (detail.s === undefined) continue;
      const socket = sockets.get(detail.s) || { states: [], arcs: [] };
      socket.name = detail.n;
      socket.state = detail.st;
      socket.place = detail.l;
      socket.queued = detail.q === 1;
      socket.tcp = detail.tcp === 1;
      socket.at = i;
      socket.states.push(detail.st);
      if (detail.a) socket.arcs.push(detail.a);
      sockets.set(detail.s, socket);
    }
    return sockets;
  }

  /* The last numbers of each socket that is watched, and its queues, up to a row. */
  const serials = rows.map((row) => Math.max(...row.dataset.serial.split(" ").map(Number)));
  function numbersAt(step) {
    const numbers = new Map();
    const end = Math.max(...serials.slice(0, step + 1).slice(-200));
    for (const [serial, key, values] of data.samples) {
      if (serial > end) continue;
      numbers.set(key, Object.assign(numbers.get(key) || {}, values));
    }
    return numbers;
  }

  function cell(row, content, name) {
    const made = row.insertCell();
    made.textContent = content;
    if (name) made.className = name;
    return made;
  }

  function showSockets(sockets, step) {
    const numbers = data.samples.length > 0 ? numbersAt(step) : new Map();
    const body = find("sockets").tBodies[0];
    body.textContent = "";
    for (const [key, socket] of sockets) {
      const row = body.insertRow();
      row.dataset.socket = key;
      if (socket.at === step) row.className = "changed";
      const name = cell(row, "");
      const chip = document.createElement("span");
      chip.className = "chip";
      chip.style.background = `var(--${socket.state}, var(--dim))`;
      name.append(chip, socket.name);
      cell(row, socket.state, "state");
      cell(row, data.lines[socket.place] || "");
      cell(row, Object.entries(numbers.get(key) || {}).map((pair) => pair.join(" ")).join(", "), "numbers");
    }
    find("sockets").classList.toggle("unwatched", data.samples.length === 0);
    find("no-sockets").hidden = sockets.size > 0;
    find("sockets").hidden = sockets.size === 0;
    const queued = Array.from(sockets.values()).filter((socket) => socket.queued && socket.state !== "CLOSED");
    find("queues").textContent = queued.length === 0 ? "" :
      `waiting in a queue to be accepted: ${queued.filter((socket) => socket.state === "ESTABLISHED").length}, half-open: ${queued.filter((socket) => socket.state === "SYN_RECV").length}`;
  }

  let chosen = null; /* the socket whose path is shown; null: the one that changed last */
  function showMachine(sockets) {
    const all = Array.from(sockets.entries()).filter((entry) => entry[1].tcp);
    const select = find("which");
    const value = chosen && sockets.has(chosen) ? chosen : "";
    select.textContent = "";
    select.add(new Option("the socket that changed last", ""));
    for (const [key, socket] of all) select.add(new Option(socket.name, key));
    select.value = value;
    const last = all.reduce((best, entry) => (!best || entry[1].at > best[1].at ? entry : best), null);
    const shown = value ? sockets.get(value) : last ? last[1] : null;
    for (const name in stateNodes) stateNodes[name].setAttribute("class", "");
    for (const path of arcPaths) {
      path.setAttribute("class", "");
      path.setAttribute("marker-end", "url(#tip)");
    }
    if (!shown) return;
    for (const name of shown.states) if (stateNodes[name]) stateNodes[name].setAttribute("class", "seen");
    if (stateNodes[shown.state]) stateNodes[shown.state].setAttribute("class", "seen current");
    for (const arc of shown.arcs) {
      arcPaths[arc - 1].setAttribute("class", "taken");
      arcPaths[arc - 1].setAttribute("marker-end", "url(#tip-taken)");
    }
  }

  function show(id, content) {
    const part = find(id);
    part.textContent = content || "";
    part.closest("section").hidden = !content;
  }

  function showFields(detail) {
    const body = find("fields").tBodies[0];
    body.textContent = "";
    find("packet").hidden = !detail.f;
    for (const field of detail.f || []) {
      const row = body.insertRow();
      field.forEach((number, place) => cell(row, data.strings[number], place === field.length - 1 ? "meaning" : ""));
    }
  }

  /* The remarks that follow explain what stands above them. */
  function noteOf(step) {
    const notes = [];
    for (let i = step + 1; i < rows.length && rows[i].classList.contains("remark"); i++) {
      const note = Array.from(rows[i].querySelectorAll("text:not(.time)"), (part) => part.textContent).join(" ");
      if (!note.startsWith("# ")) break;
      notes.push(note.slice(2));
    }
    return notes.join("\n");
  }

  /* To ask where it is scrolled to costs a layout of all of it: it is told, and remembered. */
  const sight = { top: 0, left: 0, height: drawing.clientHeight, width: drawing.clientWidth };
  drawing.addEventListener("scroll", () => { sight.top = drawing.scrollTop; sight.left = drawing.scrollLeft; });
  window.addEventListener("resize", () => { sight.height = drawing.clientHeight; sight.width = drawing.clientWidth; });
  function bringIntoSight(box) {
    const left = Math.max(0, box.x + box.width + 12 - sight.width);
    if (box.y + box.height > sight.top + sight.height - 40 || box.y < sight.top + 50)
      drawing.scrollTop = sight.top = Math.max(0, box.y - sight.height / 2);
    if (left !== sight.left) drawing.scrollLeft = sight.left = left;
  }

  let step = -1;
  function go(wanted) {
    step = Math.max(0, Math.min(rows.length - 1, wanted));
    const box = boxes[step];
    const end = step + 1 < rows.length ? tops[step + 1] - 3 : height;
    here.setAttribute("y", box.y - 2);
    here.setAttribute("height", Math.max(14, box.height + 4));
    veil.setAttribute("y", end);
    veil.setAttribute("height", Math.max(0, height - end));
    const sockets = socketsAt(step);
    showSockets(sockets, step);
    showMachine(sockets);
    show("event", text(rows[step]));
    show("typed", typedOf[step] ? text(typedOf[step]) : "");
    show("c", data.strings[details[step].c]);
    show("python", data.strings[details[step].py]);
    show("note", noteOf(step));
    showFields(details[step]);
    scroll.value = step;
    find("count").textContent = `${step + 1} of ${rows.length}`;
    scroll.setAttribute("aria-valuetext", `${step + 1} of ${rows.length}: ${text(rows[step])}`);
    find("first").disabled = find("back").disabled = step === 0;
    find("forward").disabled = find("last").disabled = step === rows.length - 1;
    bringIntoSight(box);
  }

  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    find("play").textContent = "play";
  }
  function play() {
    if (timer) return stop();
    if (step === rows.length - 1) go(0);
    find("play").textContent = "pause";
    timer = setInterval(() => {
      go(step + 1);
      if (step === rows.length - 1) stop();
    }, 800);
  }

  const move = (wanted) => { stop(); go(wanted()); };
  find("first").onclick = () => move(() => 0);
  find("back").onclick = () => move(() => step - 1);
  find("forward").onclick = () => move(() => step + 1);
  find("last").onclick = () => move(() => rows.length - 1);
  find("play").onclick = play;
  scroll.max = rows.length - 1;
  scroll.oninput = () => move(() => Number(scroll.value));
  find("which").onchange = (event) => { chosen = event.target.value || null; showMachine(socketsAt(step)); };
  svg.addEventListener("click", (event) => {
    const row = event.target.closest("g.row");
    if (row) return move(() => rows.indexOf(row));
    const box = svg.getBoundingClientRect();
    const y = (event.clientY - box.top) * height / box.height;
    let at = tops.findIndex((top) => top > y) - 1;
    if (at < 0) at = rows.length - 1;
    move(() => at);
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(SELECT|INPUT)$/.test(event.target.tagName)) return;
    const moves = { ArrowRight: () => step + 1, ArrowDown: () => step + 1, ArrowLeft: () => step - 1, ArrowUp: () => step - 1, Home: () => 0, End: () => rows.length - 1 };
    if (moves[event.key]) { move(moves[event.key]); event.preventDefault(); }
    else if (event.key === " " && event.target.tagName !== "BUTTON") { play(); event.preventDefault(); }
  });
  for (const link of document.querySelectorAll(".failures a"))
    link.onclick = (event) => { event.preventDefault(); move(() => rows.findIndex((row) => "#" + row.id === link.getAttribute("href"))); };
  const failed = rows.findIndex((row) => row.classList.contains("failed") && (row.classList.contains("test") || row.classList.contains("error")));
  go(failed >= 0 ? failed : rows.length - 1);
})();
