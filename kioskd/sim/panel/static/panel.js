// The page: every card shows one section of the state that the server streams, and its buttons do one act.

import { age, count, el, flash, money, plain, say, sync } from "./dom.js";
import { showOffers, showSwitches } from "./offers.js";
import { showScreen, touchScreen } from "./screen.js";
import { connectTerminal, showTerminal } from "./terminal.js";

const NOTICE_MS = 6000;
const DRIFT_SHOWN_S = 5;
const CAMERA_ROOM = 10 * 1024 * 1024;

const $ = (id) => document.getElementById(id);

// --- acts -------------------------------------------------------------------------------------------------

let silence;
function tell(text) {
  say($("notice"), text);
  $("notice").classList.add("shown");
  clearTimeout(silence);
  silence = setTimeout(() => $("notice").classList.remove("shown"), NOTICE_MS);
}

/** Sends one request that changes something; says whether it worked and tells when it did not. */
async function post(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body });
    if (answer.ok) return true;
    tell((await answer.json()).error);
  } catch {
    tell("The demo does not answer. Is it still running?");
  }
  return false;
}

const DEVICE_NAMES = { wedge: "keyboard scanner", hidpos: "HID-POS scanner", uart: "UART scanner" };

const act = (name, form = {}) => post(`/do/${name}`, JSON.stringify(form));
const via = () => document.querySelector("input[name=via]:checked").value;

async function scan(text) {
  const trouble = via() === "camera" ? $("trouble").value : "none";
  if (await act("scan", { text, via: via(), trouble })) held(via() === "camera" ? `a phone with ${plain(text)}` : null);
}
for (const choice of document.querySelectorAll("input[name=via]")) {
  choice.addEventListener("change", () => { $("trouble").hidden = via() !== "camera"; });
}

function onClicks(attribute, doing) {
  for (const button of document.querySelectorAll(`[data-${attribute}]`)) {
    button.addEventListener("click", () => doing(button.dataset[attribute], button));
  }
}

connectTerminal(act);
onClicks("key", (key) => act("key", { key }));
onClicks("network", (how) => act("network", { how }));
onClicks("skip", (seconds) => act("clock", { skip_s: Number(seconds) }));
onClicks("shift", (seconds) => act("clock", { shift_wall_s: Number(seconds) }));
onClicks("printer", (name, button) =>
  act("printer", { name, value: button.getAttribute("aria-pressed") !== "true" }));
$("right").addEventListener("click", () => act("clock", { right: true }));
$("coming").addEventListener("click", () => act("coming"));
$("headphones").addEventListener("click", () =>
  act("headphones", { plugged: $("headphones").getAttribute("aria-pressed") !== "true" }));
$("staff").addEventListener("click", () => act("staff", {}));
$("kill").addEventListener("click", () => act("power", { on: false }));
$("start").addEventListener("click", () => act("power", { on: true }));

$("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  scan($("code").value);
});
$("pay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const number = $("number").value;
  if (number && (await act("paid", { number }))) $("number").value = "";
});

// --- tabs and the close-up --------------------------------------------------------------------------------

onClicks("tab", (name, button) => {
  const card = button.closest(".card");
  for (const tab of card.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", tab === button);
  for (const pane of card.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== name;
});

function closeUp(title, content) {
  say($("closeup").querySelector("h2"), title);
  $("closeup").querySelector("div").replaceChildren(content);
  $("closeup").showModal();
}
$("closeup").addEventListener("click", (event) => {
  if (event.target === $("closeup")) $("closeup").close();
});

const showJson = (title, value) => closeUp(title, el("pre", { textContent: plainJson(value) }));
const plainJson = (value) => JSON.stringify(value, null, 2).split("\n").map(plain).join("\n");

// --- the camera -------------------------------------------------------------------------------------------

/** Shows what is held before the camera: a text, a picture file, or nothing. */
function held(what) {
  const picture = what instanceof Blob;
  if ($("held").src) URL.revokeObjectURL($("held").src);
  $("held").hidden = !picture;
  if (picture) $("held").src = URL.createObjectURL(what);
  else $("held").removeAttribute("src");
  say($("seen"), picture ? (what.name ?? "a picture") : (what ?? "nothing"));
  $("hide").hidden = !what;
}

async function hold(file) {
  if (!file) return;
  if (file.size > CAMERA_ROOM) tell("A picture may have 10 MB.");
  else if (await post("/camera", file)) held(file);
}

$("picture").addEventListener("change", () => {
  hold($("picture").files[0]);
  $("picture").value = "";
});
$("drop").addEventListener("keydown", (event) => {
  if (event.target === $("drop") && (event.key === "Enter" || event.key === " ")) $("picture").click();
});
$("hide").addEventListener("click", async (event) => {
  event.preventDefault();
  if (await act("hide-picture")) held(null);
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  hold(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => hold(event.clipboardData.files[0]));

async function offerHostile() {
  const { scans, pictures } = await (await fetch("/hostile")).json();
  const group = (label, kind, names) =>
    el("optgroup", { label }, ...names.map((name) => el("option", { value: `${kind}/${name}`, textContent: name })));
  $("hostile").append(group("Hostile codes", "scan", scans), group("Hostile pictures", "picture", pictures));
}
$("attack").addEventListener("click", async () => {
  const [kind, name] = $("hostile").value.split("/", 2);
  if (kind === "scan") await act("hostile-scan", { name, via: via() });
  else if (await act("hostile-picture", { name })) held(name);
});

// --- what is shown: one function for each section ------------------------------------------------------------

const state = { leat: { members: [], currency: "EUR" } };

const TONES = {
  ok: "good", confirmed: "good", degraded: "warn", starting: "info", queued: "info", sending: "info",
  faulty: "bad", rejected: "bad", quarantined: "bad", in_doubt: "bad", unknown: "warn", held: "warn",
  reconciling: "info",
};

const ONLINE = { true: ["online", "good"], false: ["offline", "warn"], null: ["Leat not asked yet", "quiet"] };

function chip(element, text, tone = TONES[text] ?? "quiet") {
  element.hidden = !text;
  element.dataset.tone = tone;
  say(element, text);
}

const cells = (...classes) => () => el("tr", {}, ...classes.map((name) => el("td", { class: name })));
const words = (name) => name.replaceAll("_", " ");

const show = {
  kiosk(kiosk) {
    $("kill").hidden = !kiosk.up;
    $("start").hidden = kiosk.up || kiosk.comes_back;
    if (!kiosk.up) {
      chip($("place"), "kiosk down", "bad");
      chip($("online"), "");
      chip($("drift"), "");
      say($("process"), "");
      say($("dark").querySelector("span"), kiosk.reason);
      return;
    }
    chip($("place"), words(kiosk.place), "info");
    chip($("online"), ...ONLINE[String(kiosk.online)]);
    say($("process"), `kioskd ${kiosk.version} · process ${kiosk.pid}`);
    say($("clock"), `${kiosk.time.slice(0, 10)} ${kiosk.time.slice(11, 19)}`);
    const drift_s = (new Date(kiosk.time) - Date.now()) / 1000;
    const apart = Math.abs(drift_s) > DRIFT_SHOWN_S ? `${drift_s > 0 ? "+" : "−"}${age(Math.abs(drift_s))}` : "";
    chip($("drift"), apart, "warn");
  },

  devices(devices) {
    for (const { name } of devices) {
      const choice = document.querySelector(`input[name=via][value="${name}"]`);
      if (choice) choice.parentElement.hidden = false;
    }
    sync($("cables"), devices, (device) => device.name,
      (device) => el("li", { class: "device" },
        el("button", {
          class: "switch", role: "switch", "data-device": device.name,
          onclick: (event) => act("cable", {
            device: device.name, plugged: event.target.getAttribute("aria-checked") !== "true",
          }),
        }),
        el("b", { textContent: DEVICE_NAMES[device.name] || device.name }),
        el("span", { class: "chip" }),
        el("small", {})),
      (row, device) => {
        const [plug, , chipElement, detail] = row.children;
        plug.setAttribute("aria-checked", device.plugged);
        plug.title = device.plugged ? `Unplug the ${device.name}` : `Plug the ${device.name} in`;
        plug.setAttribute("aria-label", plug.title);
        chip(chipElement, device.state || "–");
        say(detail, plain(device.detail));
        detail.title = plain(device.detail);
      });
  },

  printer(conditions) {
    for (const button of document.querySelectorAll("[data-printer]")) {
      button.setAttribute("aria-pressed", conditions[button.dataset.printer]);
    }
  },

  terminal(terminal) {
    showTerminal(terminal, state.leat.currency, { chip, words });
  },

  help({ call, answered }) {
    $("coming").disabled = !call || answered;
    $("coming").classList.toggle("danger", Boolean(call) && !answered);
  },

  speech({ headphones, said }) {
    $("headphones").setAttribute("aria-pressed", headphones);
    $("said").hidden = !said.length;
    sync($("said"), said, (one) => one.number, () => el("li"), (row, one) => {
      row.lang = one.language;
      say(row, one.text);
    });
  },

  network(how) {
    for (const button of document.querySelectorAll("[data-network]")) {
      button.setAttribute("aria-pressed", button.dataset.network === how);
    }
  },

  outbox(outbox) {
    if (!outbox) return;
    const { counts, operations } = outbox;
    say($("open"), counts.open ? `${counts.open} open` : "");
    sync($("operations"), operations, (operation) => operation.id,
      cells("", "", "num", "num", "num", "rest"),
      (row, operation) => {
        const [stateCell, what, amount, tries, old, last] = row.children;
        if (!stateCell.firstChild) stateCell.append(el("span", { class: "chip" }));
        if (stateCell.textContent && stateCell.textContent !== operation.state) flash(row);
        chip(stateCell.firstChild, words(operation.state), TONES[operation.state]);
        say(what, words(operation.kind));
        what.title = `${operation.id}\n${operation.lane}\n${operation.strategy}`;
        say(amount, operation.amount_minor === null ? "" : money(operation.amount_minor, operation.currency));
        say(tries, String(operation.attempts));
        say(old, age(operation.age_s));
        const outcome = [operation.detail, operation.last_outcome].filter(Boolean).join(" · ");
        say(last, plain(outcome));
        last.title = plain(outcome);
      }, "Nothing to tell yet.");
    const unpaid = operations.filter((operation) => operation.detail === "unpaid" && operation.state === "held");
    const sum = unpaid.map((operation) => money(operation.amount_minor, operation.currency)).join(", ");
    say($("unpaid"), `Unpaid at the counter: ${sum}`);
    $("unpaid").hidden = !unpaid.length;
  },

  leat(leat) {
    say($("loyalty"), leat.title);
    const cards = [
      ...leat.members.flatMap((member) => member.cards.map((card, at) => ({ member, card, first: at === 0 }))),
      ...leat.unlinked_cards.map((value) => ({ member: null, card: { value, active: true }, first: true })),
    ].sort((one, other) => other.first - one.first);
    sync($("members"), cards, ({ card }) => card.value, memberRow, (row, { member, card }) => {
      const [, names, points] = row.children;
      const name = member ? member.name || "no name given" : "nobody’s card";
      say(names.children[0], plain(name));
      say(names.children[1], card.active ? card.value : `${card.value} · blocked`);
      names.title = member ? `${plain(name)} · ${member.tier ?? "no tier"}` : "";
      const before = points.textContent;
      if (say(points, member ? count(member.points) : "") && before) flash(row);
    });
    sync($("requests"), leat.requests, (request) => request.number,
      () => {
        const row = cells("mono", "mono rest", "num", "")();
        row.classList.add("press");
        row.addEventListener("click", () => openRequest(row.dataset.key));
        return row;
      },
      (row, request) => {
        const [at, what, answer, fault] = row.children;
        say(at, new Date(request.at).toLocaleTimeString("en-GB"));
        say(what, `${request.method} ${request.path.replace("/api/v3/oauth/clients", "…")}`);
        what.title = request.path;
        const status = request.status ?? "–";
        const executed = request.executed_status;
        say(answer, executed && executed !== request.status ? `${status} (did ${executed})` : String(status));
        answer.dataset.tone = request.status === null ? "warn" : request.status >= 400 ? "bad" : "";
        say(fault, words(request.fault ?? ""));
      }, "Nobody has asked Leat anything yet.");
    say($("ordered"), leat.orders.length ? String(leat.orders.length) : "");
    sync($("orders"), leat.orders, (order) => order.uuid,
      () => {
        const row = cells("mono", "", "num", "num", "")();
        row.classList.add("press");
        row.addEventListener("click", () =>
          showJson("Order", state.leat.orders.find((order) => order.uuid === row.dataset.key)));
        return row;
      },
      (row, order) => {
        const member = leat.members.find((one) => one.uuid === order.contact?.uuid);
        const values = [order.reference ?? order.external_identifier, plain(member?.name || "–"),
          count(order.points), money(order.total_order_amount, order.currency), order.status];
        [...row.children].forEach((cell, at) => say(cell, values[at]));
      }, "No orders yet.");
    sync($("accounts"), leat.members, (member) => member.uuid,
      cells("", "", "num", "num", "rest"),
      (row, member) => {
        const active = member.vouchers.filter((voucher) => voucher.status === "ACTIVE");
        const codes = active.slice(0, 6).map((voucher) => voucher.code);
        if (active.length > codes.length) codes.push(`${active.length - codes.length} more`);
        const values = [plain(member.name || "–"), member.tier ?? "–", count(member.points),
          money(member.prepaid_minor, leat.currency), [...codes, ...member.collectables].join(", ")];
        [...row.children].forEach((cell, at) => say(cell, values[at]));
      });
    showOffers($("offers"), leat, { scan, change: (name, form) => act("leat", { name, form }) });
    showSwitches($("switches"), leat.switches, (name, value) => act("switches", { switches: { [name]: value } }));
    const moved = leat.switches.filter((entry) => entry.value !== entry.default).length;
    say($("switched"), moved ? String(moved) : "");
    const faults = leat.faults.map((fault) => words(fault.kind)).join(", ");
    chip($("faults"), faults, "warn");
  },

  papers(papers) {
    say($("sheets"), papers.length ? "newest first" : "");
    sync($("papers"), papers, (paper) => paper.number, sheet, () => {}, "Nothing printed yet.");
    const numbers = papers.filter((paper) => paper.order);
    sync($("numbers"), numbers, (paper) => paper.number, () => el("option"),
      (option, paper) => { option.value = paper.order; });
    $("number").placeholder = numbers.length ? `Order, e.g. ${numbers[0].order}` : "Order number";
  },

  log(lines) {
    const pane = $("log");
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
    say(pane, lines.map(plain).join("\n"));
    if (atEnd) pane.scrollTop = pane.scrollHeight;
  },
};

function memberRow({ card }) {
  const address = `/qr.svg?text=${encodeURIComponent(card.value)}`;
  return el("li", { class: "member" },
    el("button", {
      class: "qr", title: "Show large, for a real scanner",
      onclick: () => closeUp(card.value, el("img", { class: "large", src: address, alt: `QR code ${card.value}` })),
    }, el("img", { src: address, loading: "lazy", alt: "" })),
    el("span", { class: "names" }, el("bdi"), el("span", { class: "mono quiet" })),
    el("span", { class: "points" }),
    el("button", { "data-card": card.value, onclick: () => scan(card.value), textContent: "Scan" }));
}

function sheet(paper) {
  const text = el("pre", { textContent: paper.text, hidden: true });
  return el("figure", { "data-text": paper.text },
    el("figcaption", {},
      el("span", { textContent: paper.order ? `order ${paper.order}` : `paper ${paper.number}` }),
      el("button", { textContent: "Text", onclick: () => { text.hidden = !text.hidden; } }),
      el("button", {
        textContent: "Copy",
        onclick: async () => {
          await navigator.clipboard.writeText(paper.text);
          tell("The paper’s text is copied.");
        },
      })),
    text,
    el("img", { src: `/papers/${paper.number}.png`, alt: paper.text }));
}

async function openRequest(number) {
  const answer = await fetch(`/requests/${number}`);
  const exchange = await answer.json();
  if (answer.ok) showJson(`${exchange.method} ${exchange.path}`, exchange);
  else tell(exchange.error);
}

// --- live -------------------------------------------------------------------------------------------------

function listen() {
  const stream = new EventSource("/events");
  stream.onopen = () => document.body.classList.remove("lost");
  stream.onmessage = (event) => {
    const news = JSON.parse(event.data);
    Object.assign(state, news);
    for (const [section, value] of Object.entries(news)) show[section](value);
  };
  stream.onerror = () => {
    document.body.classList.add("lost");
    chip($("place"), "demo ended", "bad");
    // A refusal closes the stream for good; an ended demo may come back at the same address.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

touchScreen($("screen"), (touch) => act("touch", touch));
showScreen($("screen"), (problem) => {
  $("dark").hidden = problem === null;
});
offerHostile();
listen();
